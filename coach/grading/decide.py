"""From checked reports to a grade: evidence, caps, overall mark, range, flags. Asks no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from coach.grading import rules
from coach.grading.evidence import EvidenceFinder
from coach.grading.injection import aims_at_grader
from coach.grading.reply import CriterionReport, GradeReply
from coach.grading.request import passage_body
from coach.schema.grade import Citation, Evidence, Flag, Grade, GradeError, GraderId, GradeTask, Verdict
from coach.schema.rubric import Criterion
from coach.text.fence import fence_mark
from coach.text.sanitize import for_terminal, has_control

_LEAN = {"lower": -1, "firm": 0, "higher": 1}
_FLAG_ORDER: tuple[Flag, ...] = get_args(Flag)


@dataclass(frozen=True)
class _Judged:
    """One criterion of one report, after code had its say; observation is None when ungraded."""

    verdict: Verdict
    observation: rules.Observation | None


def grade_blank(task: GradeTask, grader: GraderId) -> Grade | None:
    """Mark 1 for an answer without a visible character; None for any other answer. Costs nothing."""
    if any(for_terminal(text).strip() for _, text in task.answer.parts()):
        return None
    verdicts = tuple(
        Verdict(
            id=item.id,
            status="graded",
            score=1,
            reason="There is no answer.",
            advice=item.asks or f"Say something about {item.title.lower()}.",
        )
        for item in task.criteria
    )
    return Grade(status="graded", overall=1, range=(1, 1), criteria=verdicts, flags=("empty",), grader=grader)


def grade_nothing(
    task: GradeTask, grader: GraderId, error: GradeError, status: Literal["ungraded", "failed"]
) -> Grade:
    """A grade without marks that says why."""
    verdicts = tuple(
        Verdict(id=item.id, status="ungraded", score=None, reason=error.message) for item in task.criteria
    )
    return Grade(
        status=status,
        overall=None,
        range=None,
        criteria=verdicts,
        flags=order_flags(text_flags(task)),
        needs_review=True,
        error=error,
        grader=grader,
    )


def grade_reports(
    task: GradeTask, reports: list[tuple[GradeReply, dict[str, str]]], grader: GraderId
) -> Grade:
    """Combine one or more reports on the same task (samples) into a grade.

    With several, each criterion takes the lower median of its levels, the words of the first report
    that gave that level, and the range spans what the samples gave.
    """
    finder = EvidenceFinder(task.answer)
    judged = [_judge_report(task, reply, wrong, finder) for reply, wrong in reports]
    fatals = [_fatal(task, reply, finder) for reply, _ in reports]
    marks = [_mark(task, sample, fatal) for sample, fatal in zip(judged, fatals, strict=True)]
    chosen = [_choose(list(of_criterion)) for of_criterion in zip(*judged, strict=True)]
    fatal = sum(fatals) * 2 > len(fatals)
    flags = text_flags(task) | _report_flags([reply for reply, _ in reports], chosen, fatal)
    overall = _mark(task, chosen, fatal)
    if overall is None:
        return _grade_partly(chosen, flags, grader)
    low, high = _range(task, chosen, fatal, [mark for mark in marks if mark is not None])
    split = _split(judged)
    if split:
        flags.add("split")
    if low != high:
        flags.add("border")
    return Grade(
        status="graded",
        overall=overall,
        range=(low, high),
        criteria=tuple(item.verdict for item in chosen),
        flags=order_flags(flags),
        needs_review=low != high or split or "unfound_quote" in flags,
        grader=grader,
    )


def text_flags(task: GradeTask) -> set[Flag]:
    """Flags that the answer's own text raises, whoever grades it."""
    flags: set[Flag] = set()
    if aims_at_grader(task.answer):
        flags.add("injection")
    if any(has_control(text) for _, text in task.answer.parts()):
        flags.add("control_chars")
    return flags


def order_flags(flags: set[Flag]) -> tuple[Flag, ...]:
    return tuple(flag for flag in _FLAG_ORDER if flag in flags)


def _report_flags(replies: list[GradeReply], chosen: list[_Judged], fatal: bool) -> set[Flag]:
    flags: set[Flag] = set()
    if sum(reply.speaks_to_grader for reply in replies) * 2 > len(replies):
        flags.add("injection")
    if sum(reply.serves_question == "no" for reply in replies) * 2 > len(replies):
        flags.add("off_topic")
    if any(not item.found for one in chosen for item in one.verdict.evidence):
        flags.add("unfound_quote")
    if fatal:
        flags.add("fatal")
    return flags


def _grade_partly(chosen: list[_Judged], flags: set[Flag], grader: GraderId) -> Grade:
    open_ids = [item.verdict.id for item in chosen if item.observation is None]
    return Grade(
        status="ungraded",
        overall=None,
        range=None,
        criteria=tuple(item.verdict for item in chosen),
        flags=order_flags(flags),
        needs_review=True,
        error=GradeError(
            kind="bad_reply",
            message=f"The model contradicted itself on {', '.join(open_ids)}, also after one repair.",
        ),
        grader=grader,
    )


def _judge_report(
    task: GradeTask, reply: GradeReply, wrong: dict[str, str], finder: EvidenceFinder
) -> list[_Judged]:
    given = {report.id: report for report in reply.criteria}
    serves = reply.serves_question != "no"
    judged = [
        _ungraded(criterion, wrong[criterion.id])
        if criterion.id in wrong
        else _judge(task, criterion, given[criterion.id], finder, serves=serves)
        for criterion in task.criteria
    ]
    return [_settle(item, judged, task.criteria[0].top) for item in judged]


def _settle(item: _Judged, judged: list[_Judged], top: int) -> _Judged:
    """The same verdict, one level off where it stood on a border and the rest of the answer says so."""
    own = item.observation
    if own is None:
        return item
    others = [one.observation for one in judged if one is not item and one.observation is not None]
    settled = rules.settle(own, others, top)
    if settled == own:
        return item
    moved = "Held at" if settled.level < own.level else "Raised to"
    reason = f"{moved} {settled.level}: on the border, settled by the other criteria. {item.verdict.reason}"
    verdict = item.verdict.model_copy(update={"score": settled.level, "reason": reason.strip()})
    return _Judged(verdict, settled)


def _ungraded(criterion: Criterion, why: str) -> _Judged:
    reason = f"Not graded: the model's report contradicts itself ({for_terminal(why)})"
    return _Judged(Verdict(id=criterion.id, status="ungraded", score=None, reason=reason), None)


def _judge(
    task: GradeTask, criterion: Criterion, report: CriterionReport, finder: EvidenceFinder, *, serves: bool
) -> _Judged:
    evidence = _unique(finder.find(quote) for quote in report.quotes if quote.strip())
    found = any(item.found for item in evidence)
    level = rules.cap_level(report.level, criterion.top, has_quote=found, serves_question=serves)
    verdict = Verdict(
        id=criterion.id,
        status="graded",
        score=level,
        evidence=evidence,
        citations=_citations(task, report.passages),
        reason=_reason(report, level, criterion.top, serves=serves),
        advice=for_terminal(report.advice).strip(),
    )
    lean = _LEAN[report.lean] if level == report.level else 0
    serious = report.fault in rules.SERIOUS
    return _Judged(verdict, rules.Observation(level, lean, serious))


def _unique(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(evidence))


def _reason(report: CriterionReport, level: int, top: int, *, serves: bool) -> str:
    """Why this level, in the report's words, and what code changed about it."""
    parts = []
    if level > 1:
        parts.append(report.why_not_lower)
    if level < top:
        parts.append(report.why_not_higher)
    if report.missing.strip():
        parts.append(f"Missing: {report.missing}")
    if level < report.level:
        rule = "no quoted evidence was found" if serves else "the answer serves another question"
        parts.insert(0, f"Held at {level} because {rule}.")
    return " ".join(_sentence(part) for part in parts if part.strip())


def _sentence(text: str) -> str:
    text = for_terminal(text).strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _citations(task: GradeTask, ids: tuple[str, ...]) -> tuple[Citation, ...]:
    """Only passages that were given, by id or by the name of their fence; anything else is dropped."""
    given = {passage.id: passage for passage in task.passages}
    given |= {fence_mark("passage", passage_body(passage)): passage for passage in task.passages}
    cited = dict.fromkeys(given[i] for i in ids if i in given)
    return tuple(Citation(passage=passage.id, guide=passage.guide) for passage in cited)


def _fatal(task: GradeTask, reply: GradeReply, finder: EvidenceFinder) -> bool:
    """True where a listed fatal sign is reported with a quote that is really in the answer."""
    listed = {sign.id for sign in task.question.fatal}
    listed |= {sign.id for criterion in task.criteria for sign in criterion.signs.fatal}
    return any(item.sign in listed and finder.find(item.quote).found for item in reply.fatal)


def _mark(task: GradeTask, sample: list[_Judged], fatal: bool) -> int | None:
    observations = [item.observation for item in sample if item.observation is not None]
    if len(observations) < len(sample):
        return None
    return rules.overall_mark(observations, task.criteria[0].top, fatal=fatal)


def _choose(of_criterion: list[_Judged]) -> _Judged:
    """The report that stands for all samples of one criterion: the lower median of its levels."""
    graded = [item for item in of_criterion if item.observation is not None]
    if len(graded) * 2 <= len(of_criterion):
        return next(item for item in of_criterion if item.observation is None)
    median = rules.lower_median([item.observation.level for item in graded if item.observation])
    return next(item for item in graded if item.observation and item.observation.level == median)


def _range(task: GradeTask, chosen: list[_Judged], fatal: bool, marks: list[int]) -> tuple[int, int]:
    observations = [item.observation for item in chosen if item.observation is not None]
    low, high = rules.plausible_range(observations, task.criteria[0].top, fatal=fatal)
    return min([low, *marks]), max([high, *marks])


def _split(judged: list[list[_Judged]]) -> bool:
    """True where samples disagree by two levels or more on a criterion, or some could not grade it."""
    for of_criterion in zip(*judged, strict=True):
        levels = [item.observation.level for item in of_criterion if item.observation is not None]
        if len(levels) < len(of_criterion) or max(levels) - min(levels) >= 2:
            return len(judged) > 1
    return False
