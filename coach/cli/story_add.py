"""Adds stories to the bank: guided at a terminal, or from Markdown or YAML."""

from __future__ import annotations

import re

from coach.cli import console
from coach.cli.story_desk import Desk
from coach.cli.story_editor import read_input
from coach.cli.story_guided import Step, lead
from coach.cli.story_show import MARKS
from coach.errors import UsageError
from coach.schema.story import STORY_PARTS, Story, StoryPart
from coach.stories.files import listed, read_stories
from coach.stories.match import Matcher
from coach.stories.review import review_part, review_story
from coach.text.sanitize import for_terminal

TITLE_WORDS = 8
# Says who tells and not what is told: no title begins with it.
_ROLE = re.compile(
    r"^\s*I (?:was|am|worked as|joined as) (?:an? |the )?(?:[\w-]+ ){0,3}(?:manager|owner|lead|PM)"
    r" (?:for|of|on|at|in) (?:the |an? )?",
    re.IGNORECASE,
)
SHORTEST_TITLE = 3


def add_from_file(desk: Desk, path: str) -> list[Story]:
    """Keep the stories of a file, or of standard input for `-`; none is kept where one cannot be read."""
    where, text = read_input(path)
    found = read_stories(text, where, [item.id for item in desk.rooms.corpus.rubric.criteria])
    return [desk.stories.add(story) for story in found]


def add_guided(desk: Desk, *, resume: bool) -> Story:
    """Ask for every part and keep each as it is given; returns the story, a draft where the user left."""
    if not console.at_terminal():
        raise UsageError("The guided way needs a terminal. Give a file: coach story add --file stories.md")
    story = _begin(desk, resume=resume)
    current = [story]

    def save(name: str, text: str) -> None:
        current[0] = desk.stories.save(current[0].model_copy(update={name: text}))

    given: dict[str, str] = {name: story.part(name) for name in STORY_PARTS}
    steps = [Step(part.id, part.title, part.asks) for part in desk.guide.parts]

    def later() -> str:
        if not current[0].told():
            return "Nothing was given, so nothing is kept."
        return f"Kept as draft {story.id}. Go on with: coach story add --continue"

    try:
        done = lead(
            desk, steps, given, save=save, remark=lambda name, text: _remark(desk, name, text), later=later
        )
    finally:
        if not current[0].told():
            desk.stories.delete(story.id)
    if not done:
        return current[0]
    try:
        return _finish(desk, current[0])
    except KeyboardInterrupt:
        desk.screen.tell(f"\n{later()}")
        raise


def _begin(desk: Desk, *, resume: bool) -> Story:
    drafts = [story for story in desk.stories.all() if story.draft]
    if not resume:
        if drafts:
            desk.screen.tell("A story that you began waits: `coach story add --continue`. This is a new one.")
        return desk.stories.add(Story(draft=True))
    if not drafts:
        raise UsageError("There is no draft to go on with. `coach story add` begins a story.")
    return drafts[-1]


def _remark(desk: Desk, name: str, text: str) -> str:
    """One thing to do better in a part that was just given; nothing where it is strong."""
    part: StoryPart = next(one for one in STORY_PARTS if one == name)
    review = review_part(text, desk.guide.part(part))
    told = f"{MARKS[review.level]} {part.capitalize()}: {review.level}."
    if review.level == "strong" or not review.advice:
        return told
    return f"{told} {review.advice[0]} You can change it later, or with /back."


def _finish(desk: Desk, story: Story) -> Story:
    """Ask for title, tags and criteria, each with a proposal that Enter takes."""
    title = story.title or _title(story)
    given = _ask(desk, f"Title [{title}]: ") or title
    story = desk.stories.save(story.model_copy(update={"title": given}))
    matcher = Matcher(desk.rooms.corpus, desk.guide)
    known = ", ".join(kind.id for kind in desk.guide.kinds)
    desk.screen.tell(f"Tags say what kind of story it is: {known}, or your own.")
    tags = story.tags or tuple(kind.id for kind in matcher.kinds_of(story))
    story = desk.stories.save(story.model_copy(update={"tags": _choose(desk, "Tags", tags)}))
    criteria = story.criteria or tuple(matcher.criteria_for(story))
    ids = [item.id for item in desk.rooms.corpus.rubric.criteria]
    desk.screen.tell(f"Criteria it shows: {', '.join(ids)}.")
    chosen = _choose(desk, "Criteria", criteria, tuple(ids))
    kept = desk.stories.save(story.model_copy(update={"criteria": chosen, "draft": False}))
    weakest = review_story(kept, desk.guide).weakest
    told = f"Weakest part: {weakest.part}, {weakest.level}."
    told = "Every part is strong." if weakest.level == "strong" else told
    desk.screen.tell(f"Kept as story {kept.id}. {told}")
    desk.screen.tell(f"`coach story review {kept.id}` says why; `coach story edit {kept.id}` changes it.")
    return kept


def _choose(
    desk: Desk, label: str, proposed: tuple[str, ...], known: tuple[str, ...] | None = None
) -> tuple[str, ...]:
    """What the user types, between commas; Enter takes what is proposed, `-` takes nothing."""
    while True:
        shown = ", ".join(proposed) or "none"
        text = _ask(desk, f"{label} [{shown}] (Enter takes these, - none): ")
        if not text:
            return proposed
        given = () if text == "-" else listed(text)
        unknown = [item for item in given if known is not None and item not in known]
        if not unknown:
            return given
        desk.screen.tell(f"There is no {', '.join(unknown)}.")


def _ask(desk: Desk, prompt: str) -> str:
    """One line; a command of the parts before is none here."""
    while True:
        text = desk.screen.ask(prompt).strip()
        if not text.startswith("/"):
            return text
        desk.screen.tell("No command works here. Enter takes what is proposed; Ctrl-C leaves, all is kept.")


def _title(story: Story) -> str:
    words = _ROLE.sub("", for_terminal(story.situation or story.told())).split()[:TITLE_WORDS]
    words[:1] = [word[:1].upper() + word[1:] for word in words[:1]]
    # A title that ends with a clause reads better than one cut off in the next.
    ends = [n for n, word in enumerate(words, start=1) if word[-1] in ".,;:" and n >= SHORTEST_TITLE]
    return " ".join(words[: ends[0]] if ends else words).rstrip(".,;:")
