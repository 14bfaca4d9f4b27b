"""Has interviewers ask their next follow-up over the check set. Measures nothing, prints nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter, ValidationError

from coach.errors import DatasetError
from coach.evals.gold import GoldRow, load_gold
from coach.evals.interviewer_cases import Transcript, load_transcripts
from coach.evals.stress import ExemplarPair, load_pairs
from coach.evals.suite import Gate, find_suite
from coach.grading.injection import text_aims_at_grader
from coach.guides.corpus import Corpus, load_yaml
from coach.interview.follow_up import FollowUp, Interviewer, View
from coach.interview.model import ModelInterviewer
from coach.interview.offline import OfflineInterviewer
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.base import Frozen
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import Grade, GraderId, Verdict
from coach.schema.pressing import Pressing

KIND = "interviewer"
LEANINGS = "leanings.json"
TOP = 4


_LEANINGS = TypeAdapter(dict[str, dict[str, float]])


class InterviewerSuite(Frozen):
    """A suite of kind `interviewer`: the gold that its transcripts refer to, and gates by interviewer.

    `model` keys the recorded replies, `keep` is the folder of the recordings inside the usual one.
    """

    name: str
    kind: Literal["interviewer"]
    model: str
    gold: tuple[str, ...] = Field(min_length=1)
    keep: str = Field(pattern=r"^[a-z0-9-]+$")
    gates: dict[Literal["local", "llm"], tuple[Gate, ...]] = {}


@dataclass(frozen=True)
class Asked:
    """A transcript and the follow-up that came; `requests` counts what the model was asked for it."""

    transcript: Transcript
    follow_up: FollowUp | None
    requests: int = 0


@dataclass(frozen=True)
class Probe:
    """One transcript as something that recordings are kept for; `part` names their file."""

    transcript: Transcript
    part: str = "follow-ups"


@dataclass
class CountingModel:
    """Implements ChatModel over another one and counts the requests."""

    inner: ChatModel
    requests: int = field(default=0)

    @property
    def name(self) -> str:
        return self.inner.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        self.requests += 1
        return await self.inner.complete(request)

    async def stream(self, request: ChatRequest) -> AsyncIterator[str]:
        self.requests += 1
        async for piece in self.inner.stream(request):
            yield piece


@dataclass
class InterviewerBench:
    """The check set with everything that an interviewer and the checks need.

    `gold` holds the answers by id, `sets` the name of the set that each is from. `leanings` are the embedded
    grader's marks before rounding, by transcript and criterion, by a fit that never saw the question: the
    offline interviewer alone is told them, so that they may change without a new request to a model.
    """

    suite: InterviewerSuite
    corpus: Corpus
    prompts: Prompts
    transcripts: tuple[Transcript, ...]
    gold: dict[str, GoldRow]
    sets: dict[str, str]
    pairs: tuple[ExemplarPair, ...]
    leanings: dict[str, dict[str, float]]
    pressing: Pressing

    @cached_property
    def probes(self) -> list[Probe]:
        return [Probe(transcript) for transcript in self.transcripts]

    def view(self, transcript: Transcript) -> View:
        """The conversation as an interviewer sees it in practice, with the committed quick reading."""
        question = transcript.task.question.id
        return View(
            task=transcript.task,
            turns=transcript.turns,
            look=_reading(transcript, self.corpus),
            secrets=tuple(pair.good for pair in self.pairs if pair.question_id == question),
            aimed=text_aims_at_grader,
            leanings=self.leanings.get(transcript.id, {}),
        )

    def good_texts(self, transcript: Transcript) -> tuple[str, ...]:
        """What no follow-up may give away.

        GOOD samples of the question's criteria in the rubric and the guides, the passages, and other
        answers to the question that raters gave the top mark.
        """
        task = transcript.task
        criteria = {item.id for item in task.criteria}
        return (
            *(text for item in task.criteria for text in item.good),
            *(p.good for p in self.pairs if p.question_id == task.question.id or p.criterion in criteria),
            *(passage.text for passage in task.passages),
            *(
                row.answer.said()
                for row in self.gold.values()
                if row.cluster == task.question.id and row.overall == TOP and row.id != transcript.gold.id
            ),
        )

    def interviewer(self, model: ChatModel) -> Interviewer:
        offline = OfflineInterviewer(self.pressing)
        return ModelInterviewer(model, self.prompts.get("follow_up"), offline=offline)

    async def ask(self, model: ChatModel, probe: Probe) -> Asked:
        """The follow-up of the interviewer that asks `model`."""
        counting = CountingModel(model)
        follow_up = await self.interviewer(counting).follow_up(self.view(probe.transcript))
        return Asked(probe.transcript, follow_up, counting.requests)

    def identity(self, kind: Literal["local", "llm"], model: str, *, replayed: bool) -> GraderId:
        """Who asked: `prompt` is the hash of the prompt, or of all words that the offline one draws on."""
        angles = (angle.text for question in self.corpus.questions.values() for angle in question.angles)
        known = "\n".join((*angles, repr(self.pressing)))
        offline = hashlib.sha256(known.encode()).hexdigest()[:12]
        return GraderId(
            kind=kind,
            model=model,
            prompt=self.prompts.get("follow_up").digest if kind == "llm" else offline,
            rubric=self.corpus.rubric.digest,
            guides=self.corpus.digest,
            replayed=replayed,
        )


async def ask_offline(bench: InterviewerBench, interviewer: Interviewer) -> list[Asked]:
    """The follow-ups of an interviewer that needs no model."""
    return [Asked(item, await interviewer.follow_up(bench.view(item))) for item in bench.transcripts]


def open_interviewer_bench(
    name: str, *, folder: Path, corpus: Corpus, prompts: Prompts, pressing: Pressing | None = None
) -> InterviewerBench:
    """The suite of that name with its check set; DatasetError where the file or a reference is wrong."""
    path = find_suite(name, folder / "suites")
    suite = load_yaml(InterviewerSuite, path)
    sets = [load_gold(folder / "gold" / f"{item}.jsonl", corpus.rubric) for item in suite.gold]
    gold = {row.id: row for item in sets for row in item.rows}
    texts = (folder / "stress" / "injections.jsonl", folder / KIND / "injections.jsonl")
    transcripts = load_transcripts(folder / KIND, texts, gold, corpus)
    pairs = tuple(load_pairs(folder / "exemplars.jsonl").values())
    names = {row.id: item.name for item in sets for row in item.rows}
    leanings = load_leanings(folder / KIND / LEANINGS)
    return InterviewerBench(
        suite, corpus, prompts, transcripts, gold, names, pairs, leanings, pressing or Pressing()
    )


def load_leanings(path: Path) -> dict[str, dict[str, float]]:
    """Marks before rounding by transcript and criterion; DatasetError for a broken file."""
    try:
        return _LEANINGS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise DatasetError(
            f"{path} cannot be read: write it with python -m bench.interviewer_leanings."
        ) from error


def _reading(transcript: Transcript, corpus: Corpus) -> Grade:
    """The committed marks as the grade that a session's quick look gives."""
    marks = transcript.row.reading
    verdicts = tuple(
        Verdict(id=item.id, status="graded" if item.id in marks else "ungraded", score=marks.get(item.id))
        for item in transcript.task.criteria
    )
    return Grade(
        status="graded" if marks else "ungraded",
        overall=min(marks.values(), default=None),
        range=None,
        criteria=verdicts,
        grader=GraderId(
            kind="local", model="committed", prompt="", rubric=corpus.rubric.digest, guides=corpus.digest
        ),
    )
