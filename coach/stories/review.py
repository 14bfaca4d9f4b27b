"""Reviews the parts of a story by rule: missing, weak, fair or strong, with the words that show it.

What makes a part weak or strong is in `signs`. No model is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from coach.guides.stories import PartGuide, PartLevel, StoryGuide
from coach.schema.base import Frozen
from coach.schema.story import Story, StoryPart
from coach.stories.acts import own_acts
from coach.stories.content import measured, practice, stuffed, unmeasured
from coach.stories.signs import Counter, SeenSign, advise, level_of, see_signs
from coach.text.phrases import sentences

LEVELS: tuple[PartLevel, ...] = ("missing", "weak", "fair", "strong")
# Tells whether a text speaks to whoever or whatever reviews it.
Aimed = Callable[[str], bool]
# Two acts of one's own make an action; one may be an aside.
OWN_ACTS = 2
_I = re.compile(r"\bI\b(?!\.\w)|\bmy(?:self)?\b", re.IGNORECASE)
_WE = re.compile(r"\bwe\b|\bour\b|\bthe team\b", re.IGNORECASE)


def nobody(text: str) -> bool:
    """An Aimed that sees nothing."""
    return False


class PartReview(Frozen):
    """One part's level with its signs; `advice` says what to do next, most important first.

    `aimed` is True where a sentence speaks to whoever reviews it; such sentences are left out.
    """

    part: StoryPart
    level: PartLevel
    words: int
    aimed: bool = False
    signs: tuple[SeenSign, ...] = ()
    advice: tuple[str, ...] = ()


class StoryReview(Frozen):
    """`by` is "rules" or a model's name; `note` says why a model's words were not used, if so."""

    story: int
    version: int
    parts: tuple[PartReview, ...]
    by: str = "rules"
    note: str = ""

    def part(self, name: StoryPart) -> PartReview:
        return next(part for part in self.parts if part.part == name)

    @property
    def weakest(self) -> PartReview:
        """The part to mend first; of equal ones the result, then the action."""
        first: Sequence[StoryPart] = ("result", "action", "lesson", "task", "situation")
        return min(self.parts, key=lambda part: (LEVELS.index(part.level), first.index(part.part)))


def review_story(story: Story, guide: StoryGuide, aimed: Aimed = nobody) -> StoryReview:
    """Every part of the story by the signs of the guide."""
    parts = tuple(review_part(story.part(part.id), part, aimed) for part in guide.parts)
    return StoryReview(story=story.id, version=story.version, parts=parts)


def review_part(text: str, guide: PartGuide, aimed: Aimed = nobody) -> PartReview:
    """One part by its signs; sentences that speak to a reviewer count for nothing."""
    told = own_words(text, aimed)
    if not told.strip():
        advice = (f"Write it: {guide.asks}",)
        return PartReview(part=guide.id, level="missing", words=0, aimed=told != text, advice=advice)
    signs = see_signs(told, guide.signs, _counters(guide))
    return PartReview(
        part=guide.id,
        level=level_of(guide.signs, signs),
        words=len(told.split()),
        aimed=told != text,
        signs=signs,
        advice=advise(guide.signs, signs),
    )


def _counters(guide: PartGuide) -> dict[str, Counter]:
    """The signs that are not seen by phrases alone."""
    practices = next((sign.said for sign in guide.signs if sign.id == "changed-practice"), ())
    return {
        "too-long": lambda told: "" if len(told.split()) > guide.most_words else None,
        "stuffed": lambda told: stuffed(told, guide),
        "own-action": own_act,
        "no-own-act": lambda told: None if any(map(own_acts, _sentences(told))) else "",
        "we-throughout": hidden_by_we,
        "number": measured,
        "unmeasured": unmeasured,
        "changed-practice": lambda told: practice(told, practices),
    }


def own_words(text: str, aimed: Aimed) -> str:
    """The text without the sentences that speak to whoever or whatever reviews it."""
    if not aimed(text):
        return text
    return " ".join(one for one in _sentences(text) if not aimed(one))


def own_act(text: str) -> str | None:
    """The first sentence in which the candidate acts, where there are at least OWN_ACTS acts."""
    found = [one for one in _sentences(text) for _ in range(own_acts(one))]
    return found[0] if len(found) >= OWN_ACTS else None


def hidden_by_we(text: str) -> str | None:
    """The first sentence with "we" where "we" is said more than twice as often as "I"."""
    own, shared = len(_I.findall(text)), len(_WE.findall(text))
    if not shared or shared <= 2 * own:
        return None
    return next((one for one in _sentences(text) if _WE.search(one)), None)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]
