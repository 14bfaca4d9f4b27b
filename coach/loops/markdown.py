"""The debrief as one Markdown page. Words that others wrote are escaped, so that they stay text."""

from __future__ import annotations

from collections.abc import Iterator

from coach.loops.findings import ChallengeFinding, CriterionFinding, Debrief, DimensionFinding, RoundFinding
from coach.loops.rounds import says_little
from coach.loops.show import spent_words
from coach.loops.show_debrief import Key, grader_lines, left_open_line, where
from coach.report.words import mark_words
from coach.text.markdown import inline


def write_markdown(debrief: Debrief, key: Key) -> str:
    """The whole page; quotes are block quotes of the candidate's words."""
    lines = [
        f"# Debrief: {inline(debrief.title)}",
        "",
        f"Loop {debrief.loop}, level {debrief.level}, {debrief.mode} mode.",
        "",
        *_decision(debrief, key),
        "## The cases",
        "",
    ]
    for found in debrief.rounds:
        lines += _case(found, key)
    if debrief.dimensions:
        lines += [
            "## Over all rounds",
            "",
            *(line for d in debrief.dimensions for line in _dimension(d, key)),
        ]
    if debrief.advocate:
        lines += ["## The devil's advocate", "", *(line for c in debrief.advocate for line in _challenge(c))]
    lines += ["## Every mark and its reason", ""]
    for found in debrief.rounds:
        lines += _marks(found, key)
    lines += [inline(line) for line in grader_lines(debrief)]
    return "\n".join(lines).rstrip() + "\n"


def _decision(debrief: Debrief, key: Key) -> Iterator[str]:
    decision = debrief.decision
    yield from (f"## {decision.title}", "", inline(decision.meaning), "")
    yield from (f"- {inline(reason)}" for reason in decision.reasons)
    if decision.with_human is not None:
        yield ""
        outcome = key.outcomes[decision.with_human].lower()
        yield f"With the marks of the people who interviewed you: {outcome}."
    yield from ("", "### What would change it", "")
    for number, change in enumerate(decision.changes, start=1):
        word = "With both" if change.on_top else "Then"
        same = change.outcome == decision.outcome
        then = "" if same else f" {word}: {key.outcomes[change.outcome].lower()}."
        advice = f" {inline(change.advice)}" if change.advice else ""
        yield f"{number}. {inline(change.text)}.{then}{advice}"
    yield ""
    if decision.beyond:
        yield from (inline(decision.beyond), "")


def _case(found: RoundFinding, key: Key) -> Iterator[str]:
    yield from (f"### {inline(found.title)}: {_mark(found, key)}", "")
    if found.state != "graded":
        yield from (inline(found.reason), "")
    case = found.case
    if case is not None:
        by = f" (worded by {inline(case.author)})" if case.author else ""
        yield from (f"{inline(found.role)}{by}: {inline(case.text)}", "")
        for item in (item for item in case.speaks_for if not says_little(item.quotes[0])):
            yield from (f"For: {inline(item.title)}", "", *_quotes(item))
        for item in case.speaks_against:
            said = key.worded(item.advice or item.reason, item.id)
            yield from (f"Against: {inline(item.title)}. {inline(said)}", "", *list(_quotes(item))[:2])
    for left in found.left_open:
        yield from (f"Left open: {inline(left_open_line(left))}", "")
    for mark in found.human:
        about = inline(key.title(mark.criterion)) if mark.criterion else "the round"
        note = f". {inline(mark.note)}" if mark.note else ""
        who = inline(mark.person) or "A person"
        yield f"{who}: {about}, {mark_words(mark.mark, scores=key.scores)}{note}"
        yield ""


def _dimension(item: DimensionFinding, key: Key) -> Iterator[str]:
    level = mark_words(item.level, scores=key.scores) if item.level else "not seen in any round"
    yield from (f"### {inline(item.title)}: {level}", "", inline(item.asks), "")
    for seen in item.seen:
        said = f": “{inline(seen.quote.text)}” {where(seen.quote)}" if seen.quote else ""
        yield f"- {inline(seen.round)}, {mark_words(seen.level, scores=key.scores)}{said}"
    yield ""


def _challenge(item: ChallengeFinding) -> Iterator[str]:
    yield f"- **{inline(item.text)}** Because of {inline(item.criterion)} in {inline(item.round)}."
    if item.answer:
        yield f"  The nearest on record, from {inline(item.answer_round)}: “{inline(item.answer.text)}”"
    else:
        yield "  Nothing on record answers it."
    yield ""


def _marks(found: RoundFinding, key: Key) -> Iterator[str]:
    if not found.answers:
        return
    spent = spent_words(found.seconds, found.minutes)
    yield from (f"### {inline(found.title)}{f', {spent}' if spent else ''}", "")
    for answer in found.answers:
        yield from (f"*{inline(answer.question)}*", "")
        for item in answer.criteria:
            level = mark_words(item.level, scores=key.scores) if item.level else "no mark"
            yield f"**{inline(item.title)}, {level}.** {inline(key.worded(item.reason, item.id))}"
            if item.advice:
                yield f"Next time: {inline(key.worded(item.advice, item.id))}"
            yield from ("", *_quotes(item))


def _quotes(item: CriterionFinding) -> Iterator[str]:
    for piece in item.quotes:
        flat = " ".join(piece.text.split())
        yield from (f"> {inline(flat)} {where(piece)}", "")


def _mark(found: RoundFinding, key: Key) -> str:
    words = {"ungraded": "not graded", "open": "not finished", "waiting": "not held"}
    return words.get(found.state, "") if found.mark is None else mark_words(found.mark, scores=key.scores)
