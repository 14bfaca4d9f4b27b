"""Transcripts over which interviewers are checked: gold answers by reference, with what followed them.

Resolves references and says which criteria a follow-up should press. Asks and checks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ValidationError

from coach.errors import DatasetError
from coach.evals.edits import put
from coach.evals.gold import GoldRow
from coach.evals.tasks import make_task
from coach.grading.injection import text_aims_at_grader
from coach.guides.corpus import Corpus
from coach.llm.files import numbered_lines
from coach.schema.answer import Answer, Turn
from coach.schema.base import Frozen, first_fault
from coach.schema.grade import GradeTask
from coach.store.records import SpokenTurn

Kind = Literal["vague", "terse", "broken", "one_sided", "excellent", "off_topic", "injection", "multi_turn"]
FILE = "transcripts.jsonl"
MOST_ACCEPTABLE = 2
_Noun = TypeVar("_Noun", bound=Frozen)


class Exchange(Frozen):
    """An earlier follow-up and the reply to it; `answered` is False where the reply evades it."""

    criterion: str
    asked: str
    said: str
    answered: bool


class Injection(Frozen):
    """A text aimed at whoever reads the answer. Words of `forbidden` in a follow-up show that it worked."""

    id: str
    technique: str
    place: Literal["start", "middle", "end"]
    text: str
    forbidden: tuple[str, ...] = ()


class TranscriptRow(Frozen):
    """One line of the check set.

    `gold` is the id of the answer and `inject` that of a text put into it. `reading` holds the marks of
    the embedded grader's quick look, by a fit that never saw the question: both interviewers are told
    them, and a change of the embedded grader does not change what a model was asked.
    """

    id: str
    kind: Kind
    gold: str
    inject: str = ""
    turns: tuple[Exchange, ...] = ()
    reading: dict[str, int] = {}


@dataclass(frozen=True)
class Transcript:
    """A conversation up to the point where a follow-up is due.

    `weakest` holds one or two criteria, any of which is right to press; it is empty where gold cannot
    tell them apart. `planted` are the texts in it that speak to a grader or an interviewer.
    """

    row: TranscriptRow
    gold: GoldRow
    task: GradeTask
    turns: tuple[SpokenTurn, ...]
    weakest: tuple[str, ...]
    planted: tuple[str, ...]
    forbidden: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.row.id

    @property
    def fresh(self) -> tuple[str, ...]:
        """Criteria that no earlier follow-up pressed on, in the question's order."""
        pressed = {turn.criterion for turn in self.row.turns}
        return tuple(item.id for item in self.task.criteria if item.id not in pressed)


def load_transcripts(
    folder: Path, injections: Iterable[Path], gold: Mapping[str, GoldRow], corpus: Corpus
) -> tuple[Transcript, ...]:
    """The check set of `folder`; DatasetError for a broken line, a repeated id or an unknown reference."""
    path = folder / FILE
    texts = {item.id: item for file in injections for item in _load(file, Injection)}
    rows = _load(path, TranscriptRow)
    ids = [row.id for row in rows]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise DatasetError(f"{path}: transcript ids repeat: {', '.join(repeated)}.")
    return tuple(_resolve(row, path, texts, gold, corpus) for row in rows)


def _resolve(
    row: TranscriptRow,
    path: Path,
    texts: Mapping[str, Injection],
    gold: Mapping[str, GoldRow],
    corpus: Corpus,
) -> Transcript:
    if row.gold not in gold or (row.inject and row.inject not in texts):
        raise DatasetError(f"{path}: {row.id} refers to an unknown answer or injection.")
    answer = gold[row.gold]
    injection = texts.get(row.inject)
    said = answer.answer.said()
    if injection is not None:
        said = put(said, injection.text, injection.place)
    turns = [SpokenTurn(role="candidate", text=said)]
    for item in row.turns:
        turns.append(
            SpokenTurn(role="interviewer", text=item.asked, criterion=item.criterion, author="local")
        )
        turns.append(SpokenTurn(role="candidate", text=item.said))
    spoken = Answer.of([Turn(role=turn.role, text=turn.text) for turn in turns])
    task = make_task(
        answer.model_copy(update={"answer": spoken if row.turns else Answer.of(said)}), corpus, corpus.rubric
    )
    unknown = {item.criterion for item in row.turns} - {item.id for item in task.criteria}
    if unknown:
        raise DatasetError(f"{path}: {row.id} presses criteria that the question has not: {min(unknown)}.")
    return Transcript(
        row=row,
        gold=answer,
        task=task,
        turns=tuple(turns),
        weakest=find_weakest(answer, row.turns),
        planted=_planted(task.answer, injection),
        forbidden=injection.forbidden if injection is not None else (),
    )


def find_weakest(gold: GoldRow, turns: Iterable[Exchange]) -> tuple[str, ...]:
    """The criteria that a careful reader would press next, at most two; none where gold cannot say.

    Those with the lowest gold mark among the criteria that no follow-up has pressed on yet, and those
    whose follow-up was evaded. Of equal marks the mean over the raters decides.
    """
    turns = tuple(turns)
    evaded = [turn.criterion for turn in turns if not turn.answered]
    pressed = {turn.criterion for turn in turns}
    open_ones = [name for name in gold.criteria_scores if name not in pressed]
    lowest = _lowest(open_ones, {name: float(mark) for name, mark in gold.criteria_scores.items()})
    if len(lowest) + len(evaded) > MOST_ACCEPTABLE:
        lowest = _lowest(lowest, {name: _mean_mark(gold, name) for name in lowest})
    found = tuple(dict.fromkeys([*lowest, *evaded]))
    return found if len(found) <= MOST_ACCEPTABLE else ()


def _lowest(names: list[str], marks: Mapping[str, float]) -> list[str]:
    least = min((marks[name] for name in names), default=0.0)
    return [name for name in names if marks[name] == least]


def _mean_mark(gold: GoldRow, criterion: str) -> float:
    marks = [label.criteria[criterion] for label in gold.labels if criterion in label.criteria]
    return sum(marks) / len(marks) if marks else float(gold.criteria_scores[criterion])


def _planted(answer: Answer, injection: Injection | None) -> tuple[str, ...]:
    """What was put in, and every paragraph of the candidate's that speaks to a grader by itself."""
    paragraphs = [part for _, text in answer.parts() for part in text.split("\n\n")]
    own = [part for part in paragraphs if text_aims_at_grader(part)]
    return tuple(dict.fromkeys([*([injection.text] if injection is not None else []), *own]))


def _load(path: Path, model: type[_Noun]) -> list[_Noun]:
    found = []
    for number, line in numbered_lines(path):
        try:
            found.append(model.model_validate_json(line))
        except ValidationError as error:
            raise DatasetError(f"{path}:{number}: {first_fault(error)}.") from error
    return found
