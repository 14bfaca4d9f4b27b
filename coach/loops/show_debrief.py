"""The debrief for the terminal: cases, advocate, decision; fits 80 columns. Prints nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.text import Text

from coach.loops.findings import (
    ChallengeFinding,
    Change,
    CriterionFinding,
    Debrief,
    Decision,
    DimensionFinding,
    Quote,
    RoundFinding,
)
from coach.loops.marks import TOP, YES
from coach.loops.rounds import says_little
from coach.loops.show import hanging
from coach.report.credit import Credit
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.report.words import FLAGS, grader_words, mark_words, without_marks
from coach.schema.pressing import LeftOpen
from coach.schema.rubric import Criterion

_STYLES = {1: "red", 2: "yellow", 3: "green", 4: "bold green"}
_CREDITS: dict[Credit, str] = {
    "unprompted": "Unprompted",
    "both": "Unprompted and after a follow-up",
    "prompted": "Only after a follow-up",
}
# Said by the mark's range, and by the reason for a mark that is missing.
_UNSAID = ("border", "language")
_OUTCOMES = {"hire": "bold green", "lower": "bold yellow", "no_hire": "bold red", "undecided": "bold"}


@dataclass(frozen=True)
class Key:
    """What ids stand for, what outcomes are called, and whether numbers are shown."""

    criteria: Mapping[str, Criterion]
    outcomes: Mapping[str, str]
    scores: bool = True

    def mark(self, mark: int | None) -> Text:
        """Dots and words for a mark, or words alone."""
        if mark is None:
            return plain("no mark", "yellow")
        word = mark_words(mark, scores=False)
        if not self.scores:
            return plain(word, _STYLES[mark])
        return Text.assemble(("●" * mark + "○" * (TOP - mark), _STYLES[mark]), f" {mark}, {word}")

    def title(self, criterion: str) -> str:
        known = self.criteria.get(criterion)
        return known.title if known else criterion

    def worded(self, text: str, criterion: str) -> str:
        return text if self.scores else without_marks(text, self.criteria.get(criterion))


def render_debrief(debrief: Debrief, key: Key, *, full: bool = False) -> RenderableType:
    """The debrief; with `full` every mark and its reason as well. The decision comes last."""
    head = f"  {debrief.loop}, level {debrief.level}"
    parts: list[RenderableType] = [
        Text.assemble((f"Debrief: {debrief.title}", "bold"), (head, "dim")),
        Text(),
    ]
    for found in debrief.rounds:
        if found.counts or found.state != "waiting":
            parts += [_round(found, key, full=full), Text()]
    if debrief.dimensions:
        parts += [heading("Over all rounds"), *(_dimension(item, key) for item in debrief.dimensions), Text()]
    if debrief.advocate:
        parts += [heading("The devil's advocate"), *(_challenge(item) for item in debrief.advocate), Text()]
    parts += [plain(line, "dim") for line in grader_lines(debrief)]
    parts += [Text(), *_decision(debrief.decision, key)]
    return Group(*parts)


def grader_lines(debrief: Debrief) -> list[str]:
    """Who graded; where several did, that their marks do not compare."""
    lines = list(dict.fromkeys(grader_words(item) for item in debrief.graders))
    if len(debrief.graders) > 1:
        lines.append(
            "Not one grader, or not one version of it, marked all rounds; marks may differ for that alone."
        )
    return lines


def _decision(decision: Decision, key: Key) -> Iterator[RenderableType]:
    yield Text.assemble(("The decision: ", "bold"), (decision.title, _OUTCOMES[decision.outcome]))
    yield plain(decision.meaning)
    yield from (hanging("- ", plain(reason)) for reason in decision.reasons)
    if decision.with_human is not None:
        outcome = key.outcomes[decision.with_human].lower()
        yield labelled("With the marks of the people who interviewed you", outcome)
    yield Text()
    yield heading("What would change it")
    for number, change in enumerate(decision.changes, start=1):
        yield from _change(change, number, decision, key)
    if decision.beyond:
        yield indent(plain(decision.beyond))


def _change(change: Change, number: int, decision: Decision, key: Key) -> Iterator[RenderableType]:
    line = plain(change.text if change.text.endswith(".") else f"{change.text}.")
    if change.outcome != decision.outcome:
        then = key.outcomes[change.outcome].lower()
        line.append(f" {'With both' if change.on_top else 'Then'}: {then}.", "bold")
    yield hanging(f"{number}. ", line)
    if change.advice:
        yield indent(plain(change.advice, "dim"), by=5)


def _round(found: RoundFinding, key: Key, *, full: bool) -> RenderableType:
    head = Text.assemble((found.title, "bold"), "  ", _round_mark(found, key))
    if not found.counts:
        head.append("  does not count", "dim")
    rows: list[RenderableType] = []
    if found.state not in ("graded", "waiting"):
        rows.append(plain(found.reason, "yellow" if found.state == "ungraded" else "dim"))
    if found.case:
        rows.append(labelled(found.role, f'"{found.case.text}"'))
        if found.case.author:
            rows.append(
                plain(f"Worded by {found.case.author} from the marks and quotes of the round.", "dim")
            )
        if not full:
            rows += [_for(item) for item in found.case.speaks_for if not says_little(item.quotes[0])]
            praised = {item.quotes[0] for item in found.case.speaks_for}
            rows += [_against(item, key, praised) for item in found.case.speaks_against]
        if found.case.note:
            rows.append(plain(f"The model's words were not used ({found.case.note}).", "dim"))
    rows += [labelled("Left open", left_open_line(item)) for item in found.left_open]
    rows += [labelled("Noted", line) for line in _notes(found)]
    rows += [_human(found, n, key) for n in range(len(found.human))]
    if full:
        rows += _marks(found, key)
    elif found.answers:
        rows += _credit(found)
    return Group(head, indent(*rows))


def _round_mark(found: RoundFinding, key: Key) -> Text:
    if found.mark is None:
        words = {"ungraded": "not graded", "open": "not finished", "waiting": "not held"}
        return plain(words.get(found.state, "no mark"), "yellow" if found.state == "ungraded" else "dim")
    return key.mark(found.mark)


def _for(item: CriterionFinding) -> RenderableType:
    head = Text.assemble(("For: ", "green"), plain(item.title))
    return Group(head, indent(*(_quote(piece) for piece in item.quotes[:1])))


def _against(item: CriterionFinding, key: Key, praised: Collection[Quote]) -> RenderableType:
    """What came nearest on a weak point, but for words that stand for the candidate, and what is stronger."""
    fresh = [piece for piece in item.quotes if piece not in praised]
    rows: list[RenderableType] = [Text.assemble(("Nearest: ", "dim"), _quote(piece)) for piece in fresh[:1]]
    if not item.quotes:
        rows = [plain("Nothing was said that could be quoted.", "dim")]
    rows.append(plain(key.worded(item.advice or item.reason, item.id)))
    return Group(Text.assemble(("Against: ", "yellow"), plain(item.title)), indent(*rows))


def _quote(piece: Quote) -> Text:
    return Text.assemble(quote(piece.text), (f"  {where(piece)}", "dim"))


def left_open_line(item: LeftOpen) -> str:
    """A follow-up without its quote, and what it got in place of an answer."""
    asked = item.asked.split('". ')[-1]
    return f"{asked} " + (f'Only: "{" ".join(item.words.split())}".' if item.words else "No answer.")


def where(piece: Quote) -> str:
    """Whether it was said unprompted."""
    return f"(after follow-up {piece.follow_up})" if piece.follow_up else "(unprompted)"


def _notes(found: RoundFinding) -> Iterator[str]:
    flags = dict.fromkeys(flag for item in found.answers for flag in item.flags if flag not in _UNSAID)
    yield from (FLAGS[flag] for flag in flags)
    if found.cut_short:
        yield "The time ran out before all questions were asked."
    if found.passed_over:
        many = "1 question was" if found.passed_over == 1 else f"{found.passed_over} questions were"
        yield f"{many} left out by the candidate and replaced."


def _human(found: RoundFinding, number: int, key: Key) -> RenderableType:
    item = found.human[number]
    about = "the round" if item.criterion is None else key.title(item.criterion)
    words = mark_words(item.mark, scores=key.scores)
    note = f". {item.note}" if item.note else ""
    return labelled(item.person or "A person", f"{about}, {words}{note}", style="cyan")


def _dimension(item: DimensionFinding, key: Key) -> RenderableType:
    head = Text.assemble((item.title, "bold"), "  ")
    head.append_text(key.mark(item.level) if item.level else plain("not seen in any round", "yellow"))
    rows: list[RenderableType] = [plain(item.asks, "dim")]
    for seen in item.seen:
        words = f"{seen.round}, {mark_words(seen.level, scores=key.scores)}"
        rows.append(plain(words))
        if seen.quote:
            rows.append(indent(_quote(seen.quote)))
    return indent(head, indent(*rows))


def _challenge(item: ChallengeFinding) -> RenderableType:
    rows: list[RenderableType] = [plain(f"because of {item.criterion} in {item.round}", "dim")]
    if item.answer:
        rows += [plain(f"The nearest on record, from {item.answer_round}:"), indent(_quote(item.answer))]
    else:
        rows.append(plain("Nothing on record answers it."))
    rows.append(labelled("Read", item.passage))
    return indent(plain(item.text, "italic"), indent(*rows))


def _credit(found: RoundFinding) -> Iterator[RenderableType]:
    """Of what was carried to a yes: what needed no follow-up, apart from what came only after one."""
    for credit, label in _CREDITS.items():
        points = [
            item
            for answer in found.answers
            for item in answer.criteria
            if item.credit == credit and (item.level or 0) >= YES
        ]
        if points:
            yield labelled(label, ", ".join(dict.fromkeys(item.title for item in points)))


def _marks(found: RoundFinding, key: Key) -> Iterator[RenderableType]:
    for answer in found.answers:
        yield plain(answer.question, "italic")
        for item in answer.criteria:
            yield indent(_criterion(item, key))


def _criterion(item: CriterionFinding, key: Key) -> RenderableType:
    head = Text.assemble(plain(item.title), "  ", key.mark(item.level))
    if item.weight > 1:
        head.append("  weighs more here", "dim")
    rows: list[RenderableType] = [_quote(piece) for piece in item.quotes]
    rows.append(plain(key.worded(item.reason, item.id)))
    if item.advice:
        rows.append(labelled("Next time", key.worded(item.advice, item.id)))
    return Group(head, indent(*rows))
