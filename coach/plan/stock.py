"""What a plan has to hand out: an item without a day, and the stories, gaps and readings that are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coach.plan.needs import Needs
from coach.plan.template import Form, Template
from coach.plan.wording import round_title, shorten
from coach.schema.plan import ItemKind
from coach.schema.question import Round

STORY_MINUTES, GAP_MINUTES = 15, 20
NAME_LENGTH = 40


@dataclass(frozen=True)
class Wanted:
    """An item without a day. A practice item may still be without a question, in a `round`."""

    task: str
    kind: ItemKind
    title: str
    minutes: int
    weight: int
    subject: str = ""
    why: str = ""
    command: str = ""
    passage: str = ""
    round: Round | None = None

    @property
    def whole(self) -> str:
        """The task that a sitting is a part of; the item's own where it is whole."""
        return self.task.partition("/")[0]

    @property
    def name(self) -> str:
        """What it is called as a whole."""
        title = self.title or round_title(self.round or "")
        return title.rpartition(" (")[0] if self.task != self.whole else title


def story_items(needs: Needs, template: Template, form: Form) -> Iterator[Wanted]:
    """One item for each story that the bank lacks; subjects of a kind that is covered come last."""
    missing = max(0, form.stories - needs.stories)
    covered = [s for s in template.stories if s.kind in needs.story_kinds]
    ordered = [s for s in template.stories if s not in covered] + covered
    for subject in ordered[:missing]:
        yield Wanted(
            task=f"story:{subject.id}",
            kind="story",
            title=f"Add a story: {subject.title}",
            minutes=STORY_MINUTES,
            weight=3,
            command="coach story add",
            passage="behavioral-and-stories#story-bank",
        )


def gap_items(needs: Needs) -> Iterator[Wanted]:
    for gap in needs.gaps:
        fields = ", ".join(gap.missing).lower()
        yield Wanted(
            task=f"gap:{gap.feature_id}",
            kind="gap",
            title=f"Fill the blanks of {shorten(gap.feature, NAME_LENGTH)}: {fields}",
            minutes=GAP_MINUTES,
            weight=3,
            subject=str(gap.feature_id),
            why="Ask whoever built it, read the design document, look at the dashboard.",
            command=f"coach audit edit {gap.feature_id}",
            passage="preparation-and-portfolio#gap-audit",
        )


def readings(needs: Needs, template: Template) -> list[str]:
    """Passages of the weak criteria first, two of each, then the list."""
    weak = [passage for item in needs.weak for passage in item.passages[:2]]
    return list(dict.fromkeys([*weak, *template.lanes.reading]))
