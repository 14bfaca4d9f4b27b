"""A loop, its rounds and its debrief for the terminal; fits 80 columns. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.loops.findings import (
    ChallengeFinding,
    CriterionFinding,
    Debrief,
    Decision,
    DimensionFinding,
    Quote,
    RoundFinding,
)
from coach.loops.marks import TOP
from coach.loops.standing import RoundStanding, Standing
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.report.words import FLAGS, grader_words, mark_words, without_marks
from coach.schema.loop import Preset, RoundPlan
from coach.schema.rubric import Criterion

_STYLES = {1: "red", 2: "yellow", 3: "green", 4: "bold green"}
_OUTCOMES = {"hire": "bold green", "lower": "bold yellow", "no_hire": "bold red", "undecided": "bold"}
_STAGES = {"waiting": "○", "open": "◐", "done": "●"}


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

    def worded(self, text: str, criterion: str) -> str:
        return text if self.scores else without_marks(text, self.criteria.get(criterion))


def box_words(plan: RoundPlan) -> str:
    """The time box and whose figure it is."""
    if plan.minutes is None:
        return "at your own pace"
    whose = "the guides' figure" if plan.minutes_from == "guides" else "the coach's choice"
    return f"{plan.minutes} min, {whose}"


def spent_words(seconds: float, minutes: int | None) -> str:
    """How much of the box was used, such as `12 of 45 min`."""
    used = f"{seconds / 60:.0f}" if seconds >= 60 else "under 1"
    return f"{used} of {minutes} min" if minutes else f"{used} min"


def render_presets(presets: Sequence[Preset]) -> RenderableType:
    """The loops that there are, briefly."""
    parts: list[RenderableType] = []
    for preset in presets:
        counts = f"{preset.fewest} rounds" if preset.fewest == len(preset.rounds) else ""
        rounds = counts or f"{preset.fewest} to {len(preset.rounds)} rounds"
        length = f", {preset.length}" if preset.length else ""
        parts += [
            Text.assemble((preset.id, "bold"), f"  {preset.title}"),
            indent(plain(preset.about), plain(f"{rounds}{length}", "dim")),
            Text(),
        ]
    return Group(*parts[:-1])


def render_preset(preset: Preset) -> RenderableType:
    """One loop with every round and interviewer, and where its figures come from."""
    parts: list[RenderableType] = [heading(preset.title), plain(preset.about)]
    if preset.length:
        parts.append(labelled("From start to finish", preset.length))
    parts.append(Text())
    for number, item in enumerate(preset.rounds, start=1):
        parts += [*_round_plan(item, f"{number}. "), Text()]
    if preset.shuffled:
        parts.append(plain("The rounds come in an order that you do not know.", "dim"))
    if preset.dimensions:
        parts.append(labelled("Reported over all rounds", "; ".join(d.title for d in preset.dimensions)))
    parts.append(labelled("Figures from", ", ".join(preset.passages)))
    return Group(*parts)


def _round_plan(item: RoundPlan, number: str) -> Iterator[RenderableType]:
    extra = "" if item.counts else "  after the offer"
    extra += f"  {item.id}" if not item.optional else f"  {item.id}, optional"
    yield Text.assemble((f"{number}{item.title}", "bold"), (extra, "dim"))
    asked = "1 question" if len(item.asks) == 1 else f"{len(item.asks)} questions"
    rows: list[RenderableType] = [
        labelled(item.style.role, f"{box_words(item)}; {asked}"),
        labelled("Cares about", item.style.cares),
        labelled("Presses", item.style.presses),
    ]
    if item.note:
        rows.append(plain(item.note, "dim"))
    yield indent(*rows)


def render_opening(item: RoundPlan, number: int, of: int) -> RenderableType:
    """The card at the beginning of a round: who sits opposite, for how long, and how they open."""
    parts: list[RenderableType] = [
        Text.assemble((f"Round {number} of {of}  {item.title}", "bold"), (f"  {box_words(item)}", "dim")),
        labelled(item.style.role, f'"{item.style.opens}"'),
    ]
    if item.note:
        parts.append(plain(item.note, "dim"))
    return Group(*parts)


def render_closing(item: RoundPlan, seconds: float, *, timed_out: bool) -> RenderableType:
    """How the interviewer ends a round; no mark is given away."""
    parts: list[RenderableType] = []
    if timed_out:
        parts.append(plain("The time is up; what you had written was taken.", "yellow"))
    parts.append(labelled(item.style.role, f'"{item.style.closes}"'))
    parts.append(plain(spent_words(seconds, item.minutes), "dim"))
    return Group(*parts)


def render_standing(standing: Standing) -> RenderableType:
    """One loop with the state of each round."""
    loop = standing.loop
    table = Table.grid(padding=(0, 2))
    for item in standing.rounds:
        table.add_row(_STAGES[item.stage], plain(item.plan.title), plain(_stage_words(item), "dim"))
    setup = loop.setup
    about = f"level {setup.level}, {setup.mode} mode" + (", timed" if setup.timed else "")
    head = Text.assemble((loop.plan.title, "bold"), (f"  {loop.id}; {about}", "dim"))
    return Group(head, indent(table))


def _stage_words(item: RoundStanding) -> str:
    if item.stage == "waiting":
        return box_words(item.plan)
    graded = f"{len(item.graded)} of {len(item.plan.asks)} questions answered"
    spent = spent_words(item.seconds, item.plan.minutes)
    return f"done, {spent}" if item.stage == "done" else f"begun: {graded}, {spent}"


def render_debrief(debrief: Debrief, key: Key) -> RenderableType:
    """The whole debrief: the decision, then the cases, the dimensions, the advocate, every mark's reason."""
    parts: list[RenderableType] = [
        Text.assemble(
            (f"Debrief: {debrief.title}", "bold"), (f"  {debrief.loop}, level {debrief.level}", "dim")
        ),
        Text(),
        *_decision(debrief.decision, key),
    ]
    parts += [heading("The cases"), Text()]
    for found in debrief.rounds:
        parts += [_round(found, key), Text()]
    if debrief.dimensions:
        parts += [heading("Over all rounds"), *(_dimension(item, key) for item in debrief.dimensions), Text()]
    if debrief.advocate:
        parts += [heading("The devil's advocate"), *(_challenge(item) for item in debrief.advocate), Text()]
    parts += [heading("Every mark and its reason"), Text()]
    for found in debrief.rounds:
        if found.answers:
            parts += [*_marks(found, key), Text()]
    parts += [plain(line, "dim") for line in grader_lines(debrief)]
    return Group(*parts)


def grader_lines(debrief: Debrief) -> list[str]:
    """Who graded; where several did, that their marks do not compare."""
    lines = [grader_words(item) for item in debrief.graders]
    if len(lines) > 1:
        lines.append("Not one grader marked all rounds; their marks need not mean quite the same.")
    return lines


def _decision(decision: Decision, key: Key) -> Iterator[RenderableType]:
    yield plain(decision.title, _OUTCOMES[decision.outcome])
    yield plain(decision.meaning)
    yield Text()
    yield from (_bullet(plain(reason)) for reason in decision.reasons)
    if decision.with_human is not None:
        yield Text()
        outcome = key.outcomes[decision.with_human].lower()
        yield labelled("With the marks of the people who interviewed you", outcome)
    yield Text()
    yield heading("What would change it")
    for number, change in enumerate(decision.changes, start=1):
        then = key.outcomes[change.outcome].lower()
        line = plain(f"{change.text}. ".replace(".. ", ". "))
        if change.outcome != decision.outcome:
            line.append(f"Then: {then}." if number == 1 else f"With that as well: {then}.", "bold")
        yield indent(Text.assemble(f"{number}. ", line))
        if change.advice:
            yield indent(plain(change.advice, "dim"), by=5)
    yield Text()


def _round(found: RoundFinding, key: Key) -> RenderableType:
    head = Text.assemble((found.title, "bold"), "  ", _round_mark(found, key))
    if not found.counts:
        head.append("  does not count", "dim")
    rows: list[RenderableType] = []
    if found.state != "graded":
        rows.append(plain(found.reason, "yellow" if found.state == "ungraded" else "dim"))
    if found.case:
        rows.append(labelled(found.role, f'"{found.case.text}"'))
        if found.case.author:
            rows.append(plain(f"Worded by {found.case.author} from the marks and quotes below.", "dim"))
        rows += [_point(item, "For", key) for item in found.case.speaks_for]
        rows += [_point(item, "Against", key) for item in found.case.speaks_against]
        if found.case.note:
            rows.append(plain(f"The model's words were not used ({found.case.note}).", "dim"))
    rows += [labelled("Noted", line) for line in _notes(found)]
    rows += [_human(found, n, key) for n in range(len(found.human))]
    return Group(head, indent(*rows))


def _round_mark(found: RoundFinding, key: Key) -> Text:
    if found.mark is None:
        words = {"ungraded": "not graded", "open": "not finished", "waiting": "not held"}
        return plain(words.get(found.state, "no mark"), "yellow" if found.state == "ungraded" else "dim")
    return key.mark(found.mark)


def _point(item: CriterionFinding, side: str, key: Key) -> RenderableType:
    style = "green" if side == "For" else "yellow"
    head = Text.assemble((f"{side}: ", style), plain(item.title))
    if side == "For":
        return Group(head, indent(*(_quote(piece) for piece in item.quotes[:1])))
    return Group(head, indent(plain(key.worded(item.reason, item.id))))


def _quote(piece: Quote) -> Text:
    return Text.assemble(quote(piece.text), (f"  {where(piece)}", "dim"))


def where(piece: Quote) -> str:
    """Whether it was said unprompted."""
    return f"(after follow-up {piece.follow_up})" if piece.follow_up else "(unprompted)"


def _notes(found: RoundFinding) -> Iterator[str]:
    flags = dict.fromkeys(flag for item in found.answers for flag in item.flags if flag != "border")
    yield from (FLAGS[flag] for flag in flags)
    if found.cut_short:
        yield "The time ran out before all questions were asked."
    if found.passed_over:
        many = "1 question was" if found.passed_over == 1 else f"{found.passed_over} questions were"
        yield f"{many} left out by the candidate and replaced."


def _human(found: RoundFinding, number: int, key: Key) -> RenderableType:
    item = found.human[number]
    about = "the round" if item.criterion is None else _title(item.criterion, key)
    words = mark_words(item.mark, scores=key.scores)
    note = f". {item.note}" if item.note else ""
    return labelled(item.person or "A person", f"{about}, {words}{note}", style="cyan")


def _title(criterion: str, key: Key) -> str:
    known = key.criteria.get(criterion)
    return known.title if known else criterion


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
        rows += [plain(f"What the transcript of {item.answer_round} answers:"), indent(_quote(item.answer))]
    else:
        rows.append(plain("Nothing in the transcripts answers it."))
    rows.append(labelled("Read", item.passage))
    return indent(plain(item.text, "italic"), indent(*rows))


def _marks(found: RoundFinding, key: Key) -> Iterator[RenderableType]:
    yield Text.assemble((found.title, "bold"), "  ", _round_mark(found, key))
    for answer in found.answers:
        head = Text.assemble((answer.question_id, "dim"), "  ", plain(answer.question, "italic"))
        yield indent(head)
        for item in answer.criteria:
            yield indent(_criterion(item, key), by=4)


def _criterion(item: CriterionFinding, key: Key) -> RenderableType:
    head = Text.assemble(plain(item.title), "  ", key.mark(item.level))
    if item.weight > 1:
        head.append("  weighs more here", "dim")
    rows: list[RenderableType] = [_quote(piece) for piece in item.quotes]
    rows.append(plain(key.worded(item.reason, item.id)))
    if item.advice:
        rows.append(labelled("Next time", key.worded(item.advice, item.id)))
    return Group(head, indent(*rows))


def _bullet(text: Text) -> RenderableType:
    return indent(Text.assemble("- ", text))
