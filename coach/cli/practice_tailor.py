"""Questions fitted to a job text and a CV: chosen by retrieval, asked about the CV's own claims, adapted.

Neither text is kept; a question that holds their words says so in its source.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from coach.cli.practice_host import Picker
from coach.cli.practice_screen import Screen
from coach.cli.story_cv import read_private
from coach.cli.story_desk import agree_to_private
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.guides.document import Document
from coach.guides.stories import CvGuide, load_cv_guide
from coach.guides.terms import terms
from coach.llm.port import ChatModel
from coach.resources import corpus_dir
from coach.schema.question import Question
from coach.stories.claims import Claim, find_claims
from coach.stories.cv import cv_lines
from coach.stories.review import own_words
from coach.text.phrases import sentences

# A claim of the CV comes first, then one of the corpus's questions, and so on.
_EVERY = 2
_TELLING = 2
_LONGEST_REASON = 30


@dataclass(frozen=True)
class Told:
    """What the user gave: the job's text, and the CV; "" and None where not given."""

    job: str = ""
    cv: Document | None = None

    @property
    def texts(self) -> list[str]:
        """The texts that questions are retrieved by."""
        cv = "\n".join(line.text for line in self.cv.lines) if self.cv else ""
        return [text for text in (self.job, cv) if text]


def read_told(job: str | None, cv: str | None) -> Told:
    """The job from a file or as it stands, the CV from a file; SetupError for a file that is not there."""
    return Told(
        job=_read_job(job) if job is not None else "", cv=read_private(cv) if cv is not None else None
    )


def _read_job(job: str) -> str:
    if not job.strip():
        raise UsageError("--job is empty. Give a file, or the text of the job.")
    # A name cannot be that long, and a text in one word is a file that is missing.
    if len(job) < 4096 and "\n" not in job and (Path(job).exists() or not job.strip().count(" ")):
        return "\n".join(line.text for line in read_private(job).lines)
    return job


@dataclass
class Tailor:
    """Makes a picker's questions the candidate's own. `chat` is the model that may adapt them, if any.

    Where `quoting` is False no question holds words of the CV: somebody would read them who may not.
    """

    rooms: Rooms
    told: Told
    screen: Screen
    runner: asyncio.Runner
    chat: ChatModel | None
    round: str | None = None
    quoting: bool = True

    @cached_property
    def guide(self) -> CvGuide:
        return load_cv_guide(corpus_dir(), self.rooms.corpus)

    @cached_property
    def claims(self) -> Sequence[Claim]:
        """What the CV invites to ask, unless another round was wished for."""
        if self.told.cv is None or not self.quoting:
            return ()
        found = find_claims(cv_lines(self.told.cv, self.guide), self.guide, self.rooms.aims_at_grader)
        return [claim for claim in found if self.round in (None, claim.question.round)]

    def pick(self, picker: Picker, asked: Collection[str]) -> Question:
        """The next question: in turns a claim of the CV and one of the corpus's, adapted by the model."""
        open_claims = [claim for claim in self.claims if claim.question.id not in asked]
        if open_claims and self.chat is None and len(asked) % _EVERY == 0:
            self.screen.tell("Asked about a line of your CV. It stays on this machine.")
            return open_claims[0].question
        question = picker(asked)
        if self.chat is not None:
            adapted = self._adapt(question, self.chat)
            if adapted is None and open_claims:
                return open_claims[0].question
            return adapted or question
        reason = job_reason(self.told.job, question)
        if reason:
            self.screen.tell(f'Chosen because the job text says: "{reason}"')
        return question

    def _adapt(self, question: Question, chat: ChatModel) -> Question | None:
        """The question in words that press on the CV or the job; None, and told, where that failed."""
        from coach.stories.tailor import tailor_with_model

        aimed = self.rooms.aims_at_grader
        lines = cv_lines(self.told.cv, self.guide) if self.told.cv else []
        with self.screen.busy("Fitting the question to you"):
            tailored = self.runner.run(
                tailor_with_model(
                    question,
                    self.rooms.corpus.criteria_of(question.criteria),
                    cv=[line.text for line in lines if not aimed(line.text)],
                    job=own_words(self.told.job, aimed),
                    model=chat,
                    prompt=self.rooms.prompts.get("tailor_question"),
                )
            )
        if tailored.note:
            self.screen.tell(tailored.note)
            return None
        self.screen.tell(f"Fitted to you by {chat.name}; the criteria are the question's own.")
        return tailored.question


def make_tailor(
    rooms: Rooms,
    told: Told,
    screen: Screen,
    runner: asyncio.Runner,
    chat: ChatModel | None,
    round_: str | None = None,
) -> Tailor:
    """A tailor; at a terminal the model reads CV and job text only where the user agreed to that."""
    quoting = chat is None or not screen.interactive or agree_to_private(rooms, screen)
    if not quoting:
        screen.tell("Questions are chosen to fit, and none of them quotes your CV or the job text.")
    if _has_aimed(told, rooms):
        screen.tell(
            "Part of the CV or job text speaks to whoever reads it as a program. It is left out of questions."
        )
    return Tailor(rooms, told, screen, runner, chat if quoting else None, round_, quoting)


def job_reason(job: str, question: Question) -> str:
    """The sentence of the job text that shares the most telling words with the question, or ""."""
    wanted = set(terms(question.text))

    def shared(sentence: str) -> int:
        return len(wanted & set(terms(sentence)))

    best = max((job[start:end] for start, end in sentences(job)), key=shared, default="")
    if shared(best) < _TELLING:
        return ""
    words = best.split()
    return " ".join(words[:_LONGEST_REASON]) + (" ..." if len(words) > _LONGEST_REASON else "")


def _has_aimed(told: Told, rooms: Rooms) -> bool:
    return any(rooms.aims_at_grader(text) for text in told.texts)
