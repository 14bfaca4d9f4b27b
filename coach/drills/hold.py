"""What holds a mark down in a drill: rules that look at what was said, whatever its manner.

A grader reads wording; a rule here may only lower what it gave, never raise it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coach.drills.content import NOTHING, Content, overlap
from coach.schema.base import Frozen
from coach.schema.grade import Evidence, Grade, GradeTask, Verdict
from coach.schema.rubric import Criterion

SCALE = 4  # the rules are made for levels 1 to 4
YES = 3
MOST_QUOTES = 2


class Hold(Frozen):
    """A level that is not passed, and why. `criterion` is the one held beside the mark; None is all.

    A `plain` one is the reason of every level under it as well: nothing else is worth saying first.
    """

    most: int
    why: str
    advice: str = ""
    criterion: str | None = None
    plain: bool = False


def held(grade: Grade, task: GradeTask, holds: Sequence[Hold], content: Mapping[str, Content]) -> Grade:
    """The grade under the holds; a criterion is a yes only with words that carry its own content."""
    if grade.overall is None or any(criterion.top != SCALE for criterion in task.criteria):
        return grade
    known = {criterion.id: criterion for criterion in task.criteria}
    verdicts = tuple(
        _held(verdict, known[verdict.id], holds, content.get(verdict.id, NOTHING))
        if verdict.id in known
        else verdict
        for verdict in grade.criteria
    )
    verdicts = _once(verdicts, {hold.advice for hold in holds if hold.criterion is None})
    scores = [verdict.score for verdict in verdicts if verdict.score is not None]
    most = min((hold.most for hold in holds), default=SCALE)
    # A mean of levels, halves up, so that one criterion of many neither makes nor breaks the mark.
    mean = (2 * sum(scores) + len(scores)) // (2 * len(scores)) if scores else SCALE
    overall = min(grade.overall, most, mean if verdicts != grade.criteria else SCALE)
    low, high = grade.range or (overall, overall)
    spread = (min(low, overall), min(max(high, overall), most, max(overall, mean)))
    border = spread[0] != spread[1]
    flags = tuple(flag for flag in grade.flags if flag != "border" or border)
    return grade.model_copy(
        update={"overall": overall, "range": spread, "criteria": verdicts, "flags": flags}
    )


def _held(verdict: Verdict, criterion: Criterion, holds: Sequence[Hold], content: Content) -> Verdict:
    if verdict.score is None:
        return verdict
    own = [hold for hold in holds if hold.criterion in (None, verdict.id) and hold.most < verdict.score]
    if verdict.score >= YES and len(content.signs) < verdict.score - YES + 1:
        own.append(_without_content(verdict.score, criterion, content))
    verdict = verdict.model_copy(update={"advice": _unsaid(verdict.advice, criterion, content)})
    if own:
        worst = min(own, key=lambda hold: hold.most)
        verdict = verdict.model_copy(
            update={
                "score": worst.most,
                "reason": f"Held at {worst.most} of {criterion.top}: {worst.why}",
                "advice": worst.advice or verdict.advice,
            }
        )
    elif plain := next((hold for hold in holds if hold.plain), None):
        why = plain.why[:1].upper() + plain.why[1:]
        verdict = verdict.model_copy(update={"reason": why, "advice": plain.advice})
    evidence = () if own and not content.signs else _shown(verdict, content)
    return verdict.model_copy(update={"evidence": evidence})


def _once(verdicts: Sequence[Verdict], common: set[str]) -> tuple[Verdict, ...]:
    """The verdicts with advice that holds for all of them at the first alone."""
    told: set[str] = set()
    kept = []
    for verdict in verdicts:
        again = verdict.advice in common and verdict.advice in told
        told.add(verdict.advice)
        kept.append(verdict.model_copy(update={"advice": ""}) if again else verdict)
    return tuple(kept)


def _without_content(score: int, criterion: Criterion, content: Content) -> Hold:
    """Nothing, or one thing alone, was found that belongs to this criterion."""
    open_ones = [sign.text for sign in criterion.signs.good if sign.id not in content.signs]
    advice = _wanted(open_ones[:2])
    if not content.signs:
        why = f"no words of yours were found that belong to {_named(criterion)} itself."
        return Hold(most=YES - 1, why=why, advice=advice)
    why = f"only one thing was found that belongs to {_named(criterion)} itself."
    return Hold(most=YES, why=why, advice=advice)


def _named(criterion: Criterion) -> str:
    """The title within a sentence; an abbreviation keeps its capitals."""
    first, *rest = criterion.title.split()
    return " ".join((first if first[1:2].isupper() else first.lower(), *rest))


def _shown(verdict: Verdict, content: Content) -> tuple[Evidence, ...]:
    """For a yes the words that carry the criterion, the grader's quotes among them first; else its quotes."""
    if verdict.score is None or verdict.score < YES or not content.quotes:
        return verdict.evidence
    kept = [item for item in verdict.evidence if any(overlap(item, own) for own in content.quotes)]
    more = [own for own in content.quotes if not any(overlap(own, item) for item in kept)]
    return tuple((*kept, *more)[:MOST_QUOTES])


def _unsaid(advice: str, criterion: Criterion, content: Content) -> str:
    """The advice, put anew where it asks for a sign that the answer shows."""
    texts = {sign.id: sign.text.rstrip(".") for sign in criterion.signs.good}
    asked = [name for name, text in texts.items() if text[1:] in advice]
    if not any(name in content.signs for name in asked):
        return advice
    left = [name for name in asked if name not in content.signs]
    left += [name for name in texts if name not in content.signs and name not in left]
    return _wanted([texts[name] for name in left[:2]])


def _wanted(texts: Sequence[str]) -> str:
    """Signs as things to say next time; nothing where none is left."""
    shown = [text.rstrip(".") for text in texts]
    if not shown:
        return ""
    return "A stronger answer " + "; it ".join(text[:1].lower() + text[1:] for text in shown) + "."
