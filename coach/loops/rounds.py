"""What one interviewer found, from the grades and the transcript of that round alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from coach.interview.words import stems
from coach.loops.decision import Vote
from coach.loops.findings import AnswerFinding, Case, CriterionFinding, Quote, RoundFinding, State
from coach.loops.marks import YES, AnswerMark, RoundMark, round_mark
from coach.loops.standing import RoundStanding
from coach.report.credit import credit_of
from coach.schema.grade import Evidence, Grade, Verdict
from coach.schema.loop import RoundPlan, Words
from coach.schema.rubric import Criterion
from coach.store.human_marks import HumanMark
from coach.store.records import AttemptRecord

POINTS = 2
SCRAP = 6
LITTLE = 5


def find_round(
    standing: RoundStanding,
    criteria: Mapping[str, Criterion],
    words: Words,
    human: tuple[HumanMark, ...] = (),
) -> RoundFinding:
    """The findings of one round, whether it was held or not."""
    plan = standing.plan
    answers = tuple(_answer(item, plan, criteria) for item in standing.graded)
    state, reason = _state(standing, answers)
    mark = _mark(answers, plan) if state == "graded" else None
    return RoundFinding(
        id=plan.id,
        title=plan.title,
        role=plan.style.role,
        cares=plan.style.cares,
        counts=plan.counts,
        minutes=plan.minutes,
        seconds=standing.seconds,
        state=state,
        mark=mark.mark if mark else None,
        range=(mark.low, mark.high) if mark else None,
        fatal=any("fatal" in item.flags for item in answers),
        reason=reason,
        answers=answers,
        passed_over=standing.passed_over,
        cut_short=standing.ended,
        case=plead(mark.mark, answers, words, plan.vote(mark.mark)) if mark else None,
        human=human,
    )


def vote_of(finding: RoundFinding) -> Vote:
    """What the decision needs to know of a round. A fatal sign counts although another answer has no mark."""
    return Vote(
        round_id=finding.id,
        mark=finding.mark,
        high=finding.range[1] if finding.range else 0,
        fatal=finding.fatal,
        levels=lowest_levels(finding.answers),
    )


def lowest_levels(answers: Iterable[AnswerFinding]) -> dict[str, int]:
    """For each criterion the lowest level that an answer was given."""
    lowest: dict[str, int] = {}
    for item in all_criteria(answers):
        if item.level is not None:
            lowest[item.id] = min(item.level, lowest.get(item.id, item.level))
    return lowest


def all_criteria(answers: Iterable[AnswerFinding]) -> list[CriterionFinding]:
    return [item for answer in answers for item in answer.criteria]


def plead(mark: int, answers: Iterable[AnswerFinding], words: Words, vote: str = "") -> Case:
    """The case by rule: the heaviest points on either side that the grades hold."""
    found = [item for item in all_criteria(answers) if item.level is not None]
    strong = [item for item in found if (item.level or 0) >= YES and item.quotes]
    weak = [item for item in found if (item.level or YES) < YES]
    strong.sort(key=lambda item: (-item.weight, -(item.level or 0)))
    weak.sort(key=lambda item: (item.level or 0, -item.weight))
    return Case(
        text=vote or words.stance[mark],
        stance=words.stance[mark],
        speaks_for=_with_own_quotes(strong)[:POINTS],
        speaks_against=tuple(weak)[:POINTS],
    )


def _with_own_quotes(points: Iterable[CriterionFinding]) -> tuple[CriterionFinding, ...]:
    """The points with quotes that no earlier point was given; one whose quotes are all taken is left out."""
    taken: set[str] = set()
    kept = []
    for item in points:
        fresh = tuple(sorted((q for q in item.quotes if q.text not in taken), key=_is_scrap))
        if fresh:
            kept.append(item.model_copy(update={"quotes": fresh}))
            taken.add(fresh[0].text)
    return tuple(kept)


def says_little(piece: Quote) -> bool:
    """A handful of words without a figure, such as "it depends on the situation", speaks for nobody."""
    return len(stems(piece.text)) < LITTLE and not any(char.isdigit() for char in piece.text)


def _is_scrap(piece: Quote) -> bool:
    """Too short to say something on its own; shown where there is nothing longer."""
    return len(piece.text.split()) < SCRAP


def _state(standing: RoundStanding, answers: tuple[AnswerFinding, ...]) -> tuple[State, str]:
    if standing.stage == "waiting":
        return "waiting", "It has not been held yet."
    failed = next((item for item in answers if item.overall is None), None)
    if failed is not None:
        return "ungraded", f"{failed.question_id} is ungraded: {failed.reason}"
    if standing.stage == "open":
        return "open", "It was begun and is not finished."
    if not answers:
        return "ungraded", "Its time ran out before anything was answered."
    return "graded", ""


def _mark(answers: tuple[AnswerFinding, ...], plan: RoundPlan) -> RoundMark:
    marks = []
    for item in answers:
        overall = item.overall or 1
        low, high = item.range or (overall, overall)
        levels = {one.id: one.level for one in item.criteria if one.level is not None}
        marks.append(AnswerMark(overall, low, high, levels, "fatal" in item.flags))
    return round_mark(marks, plan.core)


def _answer(attempt: AttemptRecord, plan: RoundPlan, criteria: Mapping[str, Criterion]) -> AnswerFinding:
    grade = attempt.grades[-1].grade
    return AnswerFinding(
        question_id=attempt.question.id,
        question=attempt.question.text,
        overall=grade.overall,
        range=grade.range,
        flags=grade.flags,
        grader=grade.grader,
        criteria=tuple(_criterion(item, attempt, plan, criteria) for item in grade.criteria),
        reason=_why_ungraded(grade),
    )


def _why_ungraded(grade: Grade) -> str:
    if grade.overall is not None:
        return ""
    if grade.error is not None:
        return grade.error.message
    return next((item.reason for item in grade.criteria if item.score is None), "the grader gave no mark.")


def _criterion(
    verdict: Verdict, attempt: AttemptRecord, plan: RoundPlan, criteria: Mapping[str, Criterion]
) -> CriterionFinding:
    known = criteria.get(verdict.id)
    quotes = (_quote(piece, attempt) for piece in verdict.evidence)
    return CriterionFinding(
        id=verdict.id,
        title=known.title if known else verdict.id,
        level=verdict.score,
        weight=plan.weight(verdict.id),
        reason=verdict.reason,
        advice=verdict.advice,
        quotes=tuple(item for item in quotes if item is not None),
        credit=credit_of(verdict),
    )


def _quote(piece: Evidence, attempt: AttemptRecord) -> Quote | None:
    """A quote that stands in the transcript to the letter; any other is left out."""
    turn = piece.turn or 0
    if not piece.found or piece.start is None or piece.end is None or turn >= len(attempt.turns):
        return None
    said = attempt.turns[turn]
    if said.role != "candidate" or said.text[piece.start : piece.end] != piece.quote:
        return None
    return Quote(
        text=piece.quote,
        question_id=attempt.question.id,
        turn=turn,
        start=piece.start,
        end=piece.end,
        # Turns alternate and the candidate opens, so that turn 2 answers the first follow-up.
        follow_up=turn // 2,
    )
