"""Composes one run of `coach grade` from its options, and carries it through to the output."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from coach.batch.context import Context, Contexts, makings
from coach.batch.files import STDIN, InputFile, find_inputs
from coach.batch.intake import Intake, Tally
from coach.batch.journal import Journal
from coach.batch.output import Format, format_of
from coach.batch.rows import Columns, Row, RowReader
from coach.cli import console
from coach.cli.consent import agree
from coach.cli.wiring import Rooms, digest_of, load
from coach.errors import CoachError, SetupError, UsageError
from coach.guides.corpus import load_rubric
from coach.llm.files import write_whole
from coach.schema.grade import Grader, GraderId
from coach.schema.question import Question
from coach.schema.rubric import Rubric
from coach.store.profile import Profiles
from coach.text.sanitize import for_terminal

if TYPE_CHECKING:
    from coach.grading.llm import LlmGrader
    from coach.llm.port import ChatModel

CONCURRENCY = 32


def no_price(model: str) -> str:
    """Why --max-cost cannot be kept."""
    return (
        f"--max-cost needs a price, and none is known for {model}. Set COACH_PRICE_IN and COACH_PRICE_OUT"
        " (USD per million tokens)."
    )


@dataclass(frozen=True)
class Options:
    """The command line of `coach grade`."""

    inputs: tuple[str, ...]
    output: Path | None = None
    format: str | None = None
    report: Path | None = None
    feedback: Path | None = None
    question: str = ""
    rubric: Path | None = None
    rubric_dir: Path | None = None
    answer_columns: tuple[str, ...] = ()
    question_column: str = ""
    id_column: str = ""
    candidate_column: str = "candidate"
    limit: int | None = None
    grader: str = "auto"
    model: str | None = None
    concurrency: int | None = None
    samples: int = 1
    per_criterion: bool = False
    max_cost: float | None = None
    engine: str = "async"
    export: Path | None = None
    import_: Path | None = None
    restart: bool = False
    dry_run: bool = False

    @property
    def columns(self) -> Columns:
        return Columns(self.answer_columns, self.question_column, self.id_column, self.candidate_column)


class Job:
    """The parts of one run, made when they are first needed; close it, or use it as a context manager."""

    def __init__(self, options: Options, rooms: Rooms | None = None) -> None:
        self.options = options
        self.rooms = rooms or load()
        self.err = console.err()
        self.tally = Tally()
        self._journal: Journal | None = None
        self._ungrounded = False
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close_journal()
        if self._scratch is not None:
            self._scratch.cleanup()
        self.rooms.close()

    def tell(self, text: str) -> None:
        self.err.print(text, soft_wrap=True)

    def say(self, text: str) -> None:
        """Tell what the user should know of."""
        self.err.print(for_terminal(text), style="yellow", soft_wrap=True)

    @cached_property
    def stream(self) -> bool:
        """True where rows go to standard output, a pipe or a device instead of a file of their own."""
        output = self.options.output
        return output is None or str(output) == "-" or (output.exists() and not output.is_file())

    @cached_property
    def format(self) -> Format:
        if self.options.format:
            return cast(Format, self.options.format)
        return "jsonl" if self.stream else format_of(self.options.output)

    @cached_property
    def rubric(self) -> Rubric | None:
        return load_rubric(self.options.rubric) if self.options.rubric else None

    @cached_property
    def files(self) -> list[InputFile]:
        ignored = [self.options.output, self.journal_path] if self.options.output else []
        files = find_inputs(self.options.inputs, leave_out=[path for path in ignored if path])
        if not self.options.question and all(file.kind == "text" for file in files):
            raise UsageError("A text file holds an answer alone: say with --question ID_OR_TEXT to what.")
        return files

    @cached_property
    def by_model(self) -> bool:
        """True where a model grades. At a terminal the first use of a server asks for leave."""
        options, settings = self.options, self.rooms.settings
        offline = options.export is not None or options.import_ is not None
        if offline or options.grader == "local":
            return offline
        asking = console.at_terminal()
        wanted = options.grader == "llm" or options.engine == "batch-api" or (asking and settings.has_model)
        if wanted and asking and settings.has_model and not options.dry_run:
            profiles = Profiles(self.rooms.database)
            if not profiles.has_consent(self.rooms.server):
                self.say("To grade these rows with a model, every answer in them is sent to it.")
            if not agree(profiles, self.rooms.server, say=self.say, ask=input):
                if options.grader == "llm":
                    raise SetupError("The llm grader was not agreed to. Use --grader local.")
                return False
        return wanted

    def ask_leave(self) -> None:
        """Have the question whether a model may grade answered before the run begins."""
        if self.by_model:
            self.err.print(f"Grading with a model at {self.rooms.server}.", style="dim", soft_wrap=True)

    @cached_property
    def contexts(self) -> Contexts:
        return Contexts(self.rooms.corpus, self.rubric, self._retrieve)

    def _retrieve(self, question: Question) -> tuple[str, ...]:
        """What a grade of a question of the input's own may cite; nothing without an index, which is said."""
        from coach.guides.grounding import ground_question

        if self._ungrounded:
            return ()
        try:
            return ground_question(question, self.rooms.corpus, self.rooms.searcher())
        except CoachError as error:
            self._ungrounded = True
            self.say(f"Questions that the corpus does not hold are graded without passages to cite: {error}")
            return ()

    def llm_grader(
        self, chat: ChatModel, rubric: Rubric | None = None, *, samples: int = 1, first_sample: int = 0
    ) -> LlmGrader:
        """The grader that asks `chat` as the options say."""
        return self.rooms.llm_grader(
            chat,
            rubric,
            samples=samples,
            first_sample=first_sample,
            per_criterion=self.options.per_criterion,
        )

    def rows(self) -> Iterable[Row]:
        options = self.options
        reader = RowReader(
            self.contexts,
            options.columns,
            question=options.question,
            rubrics=options.rubric_dir,
            say=self.say,
        )
        return reader.read(self.files)

    def intake(self, grader: GraderId, *, again: bool = False) -> Intake:
        keep = self.format in ("csv", "xlsx")
        return Intake(
            self.rows(),
            self.journal,
            lambda context: makings(context, grader, self.options.samples),
            tally=self.tally,
            limit=self.options.limit,
            keep_records=keep,
            again=again,
        )

    def tell_stale(self, stale: Counter[str]) -> None:
        """Say which rows of earlier runs were graded anew, and why."""
        for what, number in stale.most_common():
            self.say(f"{number:,} rows graded before were graded anew, since this changed: {what}.")

    def begin_again(self) -> None:
        """Before the input is gone through once more."""
        self.journal.begin_again()
        self.tally = Tally()

    @property
    def journal(self) -> Journal:
        if self._journal is None:
            self._journal = self._open_journal()
            if self.options.restart:
                self._journal.forget()
        return self._journal

    @cached_property
    def journal_path(self) -> Path:
        """Beside the output; for standard output in the user's data folder, by what is graded."""
        if not self.stream and self.options.output is not None:
            return Path(f"{self.options.output}.journal")
        imported = self._import_note
        if self.options.export is not None and imported.is_file():
            noted = Path(imported.read_text(encoding="utf-8"))
            if noted.is_file():
                self.say(f"The replies imported for {noted} are taken into account.")
                return noted
        return imported.with_suffix(".journal")

    @property
    def _import_note(self) -> Path:
        """Where it is noted which journal replies to these inputs were last imported into."""
        inputs = "\n".join(
            name if name == STDIN else str(Path(name).resolve()) for name in self.options.inputs
        )
        name = hashlib.sha256(inputs.encode()).hexdigest()[:16]
        return self.rooms.settings.data_dir / "runs" / f"{name}.import"

    def remember_import(self) -> None:
        """So that a later --export without -o knows what was imported."""
        write_whole(self._import_note, [str(self.journal_path.resolve())])

    def _open_journal(self) -> Journal:
        fleeting = (self.options.dry_run or self.options.export) and not self.journal_path.exists()
        if not self.stream and not fleeting:
            return Journal(self.journal_path)
        if STDIN not in self.options.inputs and not fleeting:
            try:
                return Journal(self.journal_path)
            except UsageError:
                pass  # the same input is being graded to another pipe: nothing is shared with that run
        self._scratch = tempfile.TemporaryDirectory(prefix="coach-")
        return Journal(Path(self._scratch.name) / "run.journal")

    def close_journal(self) -> None:
        if self._journal is not None:
            self._journal.close()
        self._journal = None

    def drop_journal(self) -> None:
        """Forget a run to standard output once it is whole."""
        offline = self.options.import_ is not None or self.journal_path != self._import_note.with_suffix(
            ".journal"
        )
        if self.stream and self._journal is not None and self._scratch is None and not offline:
            self.close_journal()
            self.journal_path.unlink(missing_ok=True)

    def grader_for(self, model_grader: Callable[[Rubric], Grader]) -> Callable[[Context], Grader]:
        """One grader for each rubric."""
        made: dict[str, Grader] = {}

        def find(context: Context) -> Grader:
            digest = context.rubric.digest
            if digest not in made:
                made[digest] = model_grader(context.rubric)
            return made[digest]

        return find

    def base_identity(self, grader: GraderId) -> GraderId:
        """`grader` as it stands in rows that nobody graded."""
        rubric = digest_of(self.rubric) if self.rubric else grader.rubric
        return grader.model_copy(update={"rubric": rubric})
