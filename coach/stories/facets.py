"""How clearly a story shows what a question may ask for: its cues, counted, with the parts that hold them."""

from __future__ import annotations

from coach.guides.stories import Theme
from coach.schema.base import Frozen
from coach.schema.story import STORY_PARTS, Story
from coach.text.phrases import find

TITLE = "title"
# Cues from this number on make a story no clearer.
MOST_CUES = 4


class Facet(Frozen):
    """A theme as a story shows it: `cues` were found, `quote` is the sentence with most, in `part`."""

    cues: int
    quote: str
    part: str


def facet(story: Story, theme: Theme) -> Facet | None:
    """What shows the theme in the story; None where fewer cues than it needs do."""
    found = [where for cue in theme.shows if (where := _place(story, theme, cue))]
    if len(found) < theme.needs:
        return None
    # Of equal ones the first: the guide names the clearest cue first.
    part, quote = max(found, key=found.count)
    # A title says what the story is about.
    titled = any(name == TITLE for name, _ in found)
    return Facet(cues=min(len(found) - theme.needs + 1 + titled, MOST_CUES), quote=quote, part=part)


def tagged(story: Story, theme: Theme) -> bool:
    """True where a tag of the story says that it shows the theme."""
    tags = {tag.casefold() for tag in story.tags}
    return any(tag in tags for tag in theme.tags)


def texts(story: Story) -> list[tuple[str, str]]:
    """Title and parts that were told, by name."""
    named = [(TITLE, story.title), *((name, story.part(name)) for name in STORY_PARTS)]
    return [(name, text) for name, text in named if text.strip()]


def _place(story: Story, theme: Theme, cue: str) -> tuple[str, str] | None:
    """The first part that holds a cue, with the words."""
    for name, text in texts(story):
        if theme.parts and name not in theme.parts:
            continue
        span = find(text, (cue,))
        if span is not None:
            return name, text[span[0] : span[1]]
    return None
