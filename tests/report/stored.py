"""Stored sessions for tests of what is made of them."""

from __future__ import annotations

from coach.report.grade import Legend
from coach.schema.grade import Citation, Evidence, Grade, GraderId, Verdict
from coach.schema.passage import Passage
from coach.schema.question import Question
from coach.schema.rubric import Criterion
from coach.store.human_marks import HumanMark
from coach.store.records import AttemptRecord, Label, SessionRecord, Setup, SpokenTurn, StoredGrade

ANSWER = "We cut false alarms from 9% to 1%. I decided on Monday."
REPLY = "It cost two points of recall."
LEVELS = {n: f"anchor {n}" for n in range(1, 5)}
CRITERIA = {
    "ownership": Criterion(id="ownership", title="Ownership", levels=LEVELS),
    "data": Criterion(id="data", title="Data fluency", levels=LEVELS),
}
PASSAGE = Passage(id="own#decide", guide="own", title="Say who decided", text="Name the owner.", digest="d")
LEGEND = Legend(CRITERIA, {PASSAGE.id: PASSAGE})
QUESTION = Question(
    id="fraud", text="Design a fraud model.", round="ml_system_design", criteria=tuple(CRITERIA)
)
GUIDES = "g"


def found(text: str, quote: str, turn: int | None = 0) -> Evidence:
    start = text.index(quote)
    return Evidence(quote=quote, start=start, end=start + len(quote), found=True, turn=turn)


def grade(first: int = 2, second: int | None = 3, *, guides: str = GUIDES, **changes: object) -> Grade:
    verdicts = (
        Verdict(
            id="ownership",
            status="graded",
            score=first,
            evidence=(found(ANSWER, "I decided"), found(ANSWER, "9% to 1%. I")),
            citations=(Citation(passage=PASSAGE.id, guide="own"), Citation(passage="gone#x", guide="gone")),
            reason="It names a decision.",
            advice="Say what level 4 would ask: who else.",
        ),
        Verdict(
            id="data",
            status="graded" if second else "ungraded",
            score=second,
            evidence=(found(REPLY, "two points", 2), Evidence(quote="never said")),
        ),
    )
    made = GraderId(kind="local", model="m", prompt="p", rubric="r", guides=guides)
    fields = {
        "status": "graded",
        "overall": first,
        "range": (first, first),
        "criteria": verdicts,
        "grader": made,
    }
    return Grade.model_validate({**fields, **changes})


def attempt(number: int = 1, kept: Grade | None = None, **changes: object) -> AttemptRecord:
    turns = (
        SpokenTurn(role="candidate", text=ANSWER, seconds=75),
        SpokenTurn(role="interviewer", text="At what cost?", criterion="data", author="llm"),
        SpokenTurn(role="candidate", text=REPLY),
    )
    grades = (StoredGrade(id=number, grade=kept, created_at="2026-11-21T12:00:00.000+00:00"),) if kept else ()
    fields = {
        "id": number,
        "question": QUESTION,
        "status": "graded" if kept else "open",
        "created_at": "2026-11-21T12:00:00.000+00:00",
        "turns": turns,
        "grades": grades,
    }
    return AttemptRecord.model_validate({**fields, **changes})


def session(*attempts: AttemptRecord, scores: bool = True) -> SessionRecord:
    return SessionRecord(
        id="20261121-abcdef",
        setup=Setup(scores=scores),
        created_at="2026-11-21T12:00:00.000+00:00",
        updated_at="2026-11-21T13:00:00.000+00:00",
        attempts=attempts,
    )


PERSON = HumanMark(
    session_id="20261121-abcdef", attempt_id=1, criterion="data", mark=1, note="Too quick.", person="Robin"
)


def practised() -> SessionRecord:
    """An answer with a self-rating and a dispute, its retry, and a question left open."""
    first = attempt(1, grade(), self_rating=3)
    kept = first.grades[0].model_copy(
        update={"labels": (Label(score=4, criterion="ownership", note="I did"),)}
    )
    return session(
        first.model_copy(update={"grades": (kept,), "people": (PERSON,)}),
        attempt(2, grade(4), retry_of=1),
        attempt(3, turns=(), draft="unsent words"),
    )
