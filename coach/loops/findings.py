"""Nouns of the debrief: what each interviewer found, what the committee made of it. Dumps as JSON."""

from __future__ import annotations

from typing import Literal

from coach.loops.decision import Outcome
from coach.report.credit import Credit
from coach.schema.base import Frozen
from coach.schema.grade import Flag, GraderId
from coach.schema.pressing import LeftOpen
from coach.store.human_marks import HumanMark

State = Literal["graded", "ungraded", "open", "waiting"]


class Quote(Frozen):
    """Words of the candidate, verbatim: text[start:end] of that turn of that question's transcript.

    `follow_up` is the number of the follow-up that they answer, 0 for what was said unprompted.
    """

    text: str
    question_id: str
    turn: int
    start: int
    end: int
    follow_up: int


class CriterionFinding(Frozen):
    """One criterion of one answer: the mark and its written justification."""

    id: str
    title: str
    level: int | None
    weight: int
    reason: str
    advice: str
    quotes: tuple[Quote, ...] = ()
    credit: Credit | None = None


class AnswerFinding(Frozen):
    """One question of a round and its grade."""

    question_id: str
    question: str
    overall: int | None
    range: tuple[int, int] | None
    flags: tuple[Flag, ...]
    grader: GraderId
    criteria: tuple[CriterionFinding, ...]
    reason: str = ""


class Case(Frozen):
    """What an interviewer says to the committee. `author` is the model's name, or empty for the rules.

    `stance` is the vote in the committee's words, `text` in the interviewer's own.
    `note` says why a model's words were not used, if so.
    """

    text: str
    stance: str = ""
    author: str = ""
    speaks_for: tuple[CriterionFinding, ...] = ()
    speaks_against: tuple[CriterionFinding, ...] = ()
    note: str = ""


class RoundFinding(Frozen):
    """One round. `reason` says why there is no mark where there is none.

    `left_open` are the follow-ups that got no answer to hold on to, counted within their question.
    """

    id: str
    title: str
    role: str
    cares: str
    counts: bool
    minutes: int | None
    seconds: float
    state: State
    mark: int | None = None
    range: tuple[int, int] | None = None
    fatal: bool = False
    reason: str = ""
    answers: tuple[AnswerFinding, ...] = ()
    passed_over: int = 0
    cut_short: bool = False
    case: Case | None = None
    human: tuple[HumanMark, ...] = ()
    left_open: tuple[LeftOpen, ...] = ()


class Seen(Frozen):
    """A criterion as one round saw it."""

    round: str
    level: int
    quote: Quote | None


class DimensionFinding(Frozen):
    """A dimension over all rounds; `level` is the lower median of what was seen, null where nothing was."""

    id: str
    title: str
    asks: str
    level: int | None
    seen: tuple[Seen, ...] = ()


class ChallengeFinding(Frozen):
    """A question of the devil's advocate, what gave rise to it, and words that answer it, if any."""

    id: str
    text: str
    passage: str
    round: str
    criterion: str
    level: int
    answer: Quote | None = None
    answer_round: str = ""


class Change(Frozen):
    """One thing that would change the decision, what to do about it, and the decision that follows.

    One that is `on_top` is reckoned with those before it already done.
    """

    text: str
    advice: str = ""
    outcome: Outcome
    on_top: bool = False


class Decision(Frozen):
    """`lower` is the level that "lower" means, empty where there is none.

    `beyond` says what the changes together would leave in the way.
    `with_human` is the outcome with a person's marks in place of the coach's, null without such marks.
    """

    outcome: Outcome
    title: str
    meaning: str
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    beyond: str = ""
    level: str
    lower: str = ""
    with_human: Outcome | None = None


class Debrief(Frozen):
    """The whole debrief of one loop."""

    loop: str
    preset: str
    title: str
    level: str
    mode: str
    rounds: tuple[RoundFinding, ...]
    dimensions: tuple[DimensionFinding, ...] = ()
    advocate: tuple[ChallengeFinding, ...] = ()
    decision: Decision
    graders: tuple[GraderId, ...] = ()
