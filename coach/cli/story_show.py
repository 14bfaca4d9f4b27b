"""Stories, reviews, coverage and matches as something to read. Prints nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from coach.guides.stories import StoryGuide
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.schema.story import STORY_PARTS, Story
from coach.stories.coverage import Coverage, Covered
from coach.stories.match import Match, Reason
from coach.stories.opening import OWN, Opening
from coach.stories.principles import Principle
from coach.stories.review import PartReview, StoryReview

MARKS = {"missing": "✗", "weak": "✗", "fair": "~", "strong": "✓"}
MOST_REASONS = 3
STYLES = {"missing": "red", "weak": "red", "fair": "yellow", "strong": "green"}


def render_story(story: Story, titles: Mapping[str, str]) -> RenderableType:
    """A story as it was given."""
    parts: list[RenderableType] = [
        heading(f"{story.id}. {story.title or 'Untitled'}"),
        plain(_about(story), "dim"),
    ]
    if story.criteria:
        parts.append(labelled("Shows", ", ".join(titles.get(i, i) for i in story.criteria)))
    for name in STORY_PARTS:
        parts += [
            Text(),
            heading(name.capitalize()),
            indent(plain(story.part(name).strip() or "(not told yet)")),
        ]
    return Group(*parts)


def render_list(stories: Iterable[Story], reviews: Mapping[int, StoryReview]) -> RenderableType:
    """One line for each story with the part to mend first."""
    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("id", "title", "tags", "to mend"):
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for story in stories:
        weakest = reviews[story.id].weakest
        mend = Text("nothing", "green") if weakest.level == "strong" else _level(weakest, weakest.part)
        title = plain(story.title or "Untitled") + Text(" (draft)" if story.draft else "", "dim")
        table.add_row(str(story.id), title, plain(", ".join(story.tags)), mend)
    return table


def render_review(review: StoryReview, story: Story, guide: StoryGuide) -> RenderableType:
    """Each part with its level, the words that show it, and what to do."""
    parts: list[RenderableType] = [heading(f"{story.id}. {story.title or 'Untitled'}")]
    for part in review.parts:
        parts.append(_level(part, f"{guide.part(part.part).title}: {part.level}, {part.words} words"))
        shown = [sign for sign in part.signs if sign.seen]
        told: list[RenderableType] = []
        for sign in shown:
            line = plain("+ " if sign.kind == "good" else "- ") + plain(sign.text)
            told.append(line if not sign.quote else line + plain(" ") + quote(sign.quote))
        if part.aimed:
            told.append(
                plain("Words here speak to a reviewer and not to a listener; they count for nothing.")
            )
        told += [labelled("Next", advice, style="bold") for advice in part.advice]
        parts.append(indent(*told))
    return Group(*parts)


def render_coverage(cover: Coverage) -> RenderableType:
    """What the bank covers, what is missing, and what to write next."""
    drafts = f" and {cover.drafts} drafts" if cover.drafts else ""
    parts: list[RenderableType] = [
        heading(f"{cover.stories} of {cover.target} stories{drafts}"),
        Text(),
        heading("Criteria"),
        indent(_table(cover.criteria)),
        Text(),
        heading("Kinds"),
        indent(_table(cover.kinds)),
    ]
    if cover.unmeasured:
        ids = ", ".join(map(str, cover.unmeasured))
        parts += [
            Text(),
            labelled("Without a measured result", f"{ids}. `coach story review` says what is missing."),
        ]
    if cover.untold:
        ids = ", ".join(map(str, cover.untold))
        parts += [Text(), labelled("Without criteria", f"{ids}. `coach story edit ID` names what they show.")]
    for number, suggestion in enumerate(cover.next, start=1):
        parts += [
            Text(),
            heading(f"Write next {number}: {suggestion.kind}"),
            indent(plain(suggestion.prompt)),
        ]
        if suggestion.criterion:
            parts.append(indent(labelled(f"Let it show {suggestion.criterion}", suggestion.asks)))
        if suggestion.questions:
            parts.append(indent(labelled("It would answer", ", ".join(suggestion.questions))))
    if cover.complete:
        parts += [Text(), plain("The bank is complete. Keep it warm: tell two stories a week aloud.")]
    return Group(*parts)


def render_match(match: Match) -> RenderableType:
    """A story with the words that speak for it."""
    name = heading(f"{match.story.id}. {match.story.title or 'Untitled'}")
    if match.fit == "possible":
        name += plain("  possible", "dim")
    return Group(name, indent(*_reasons(match)))


def render_opening(opening: Opening) -> RenderableType:
    """How to begin the story for this question."""
    own = opening.by == OWN
    source = f"Made of {OWN}." if own else f"Worded by {opening.by} from your story's own facts."
    return Group(heading("How to open it"), plain(source, "dim"), indent(plain(opening.text)))


def render_principles(found: Sequence[tuple[Principle, list[Match]]]) -> RenderableType:
    """Each principle with its best story; or that none shows it, and which is nearest."""
    parts: list[RenderableType] = []
    for principle, matches in found:
        parts += [heading(principle.name)]
        fitting = [match for match in matches if match.fit == "fits"]
        if fitting:
            parts.append(indent(render_match(fitting[0])))
        else:
            parts.append(indent(plain("No story of yours shows this yet.", "yellow")))
        others = fitting[1:3] if fitting else matches[:1]
        if others:
            names = "; ".join(f"{match.story.id}. {match.story.title}" for match in others)
            parts.append(indent(labelled("Also" if fitting else "Nearest", names)))
        parts.append(Text())
    shown = sum(any(match.fit == "fits" for match in matches) for _, matches in found)
    parts.append(plain(f"{shown} of {len(found)} principles have a story."))
    return Group(*parts)


def _reasons(match: Match) -> list[RenderableType]:
    lines: list[RenderableType] = []
    themes = [reason for reason in match.reasons if reason.kind == "theme"][:MOST_REASONS]
    for reason in (*themes, *(reason for reason in match.reasons if reason.kind != "theme")):
        if reason.kind == "theme":
            asked = Text.assemble("It asks for ", plain(reason.text), ": ", quote(reason.asked))
            told = (
                Text.assemble(f"{_where(reason)}: ", quote(reason.quote))
                if reason.quote
                else plain("your tag says so")
            )
            lines.append(Text.assemble(asked, "; ", told))
        elif reason.kind == "words":
            lines.append(Text.assemble("In your words: ", quote(reason.quote)))
        else:
            lines.append(plain(f"It shows {reason.text}, which the question is graded on."))
    return lines


def _where(reason: Reason) -> str:
    """The part of the story that a quotation stands in."""
    return f"your {reason.part} says" if reason.part else "your story says"


def _table(items: Sequence[Covered]) -> Table:
    table = Table.grid(padding=(0, 2))
    for item in items:
        enough = Text("✓", "green") if not item.missing else Text(f"{item.missing} more", "yellow")
        held = ", ".join(map(str, item.stories)) or "none"
        table.add_row(plain(item.title), f"{len(item.stories)} of {item.wanted}", enough, plain(held, "dim"))
    return table


def _level(part: PartReview, text: str) -> Text:
    return plain(f"{MARKS[part.level]} {text}", STYLES[part.level])


def _about(story: Story) -> str:
    tags = f"tags: {', '.join(story.tags)}" if story.tags else "no tags"
    return f"version {story.version}, {story.updated_at[:10]}, {tags}{', draft' if story.draft else ''}"
