"""Gathers what a plan is made from and kept up by: marks, stories, the audit, drills, loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from coach.cli.wiring import Rooms
from coach.plan.days import local_day
from coach.plan.ticks import Deed
from coach.schema.plan import ItemKind, Plan, PlanItem
from coach.store.memory import Memory
from coach.store.plan import Plans
from coach.store.profile import Profile

if TYPE_CHECKING:
    from coach.plan.needs import Gap, Needs, Weakness
    from coach.schema.story import Story

# A criterion is weak while the mean of its latest marks is below "lean yes".
_LATEST, _PASSING = 3, 3.0
# How the id of an exercise begins, where its answer is kept as that of a question (coach.drills.drill, which
# takes too long to load for a look at the plan).
EXERCISE = "drill-"


def gather_needs(rooms: Rooms, store: Plans, memory: Memory, profile: Profile, today: date) -> Needs:
    """Everything known of the candidate that bears on the plan."""
    from coach.plan.needs import Needs
    from coach.store.stories import Audits, Stories

    corpus = rooms.corpus
    cards = memory.cards()
    stories = Stories(rooms.database).all(drafts=False)
    return Needs(
        questions=corpus.questions,
        passages={passage.id: passage.title for passage in corpus.passages.values()},
        interview=profile.interview_date if profile.days_left(today) is not None else None,
        hours=profile.hours_per_week,
        companies=profile.companies,
        level=profile.level,
        audited=len(Audits(rooms.database).all(drafts=False)),
        gaps=audit_gaps(rooms),
        stories=len(stories),
        story_kinds=_story_kinds(rooms, stories),
        weak=_weak(rooms, memory),
        practised={
            name.removeprefix("question:"): card.times
            for name, card in cards.items()
            if name.startswith("question:")
        },
        cards=cards,
        tasks_done=frozenset(store.tasks_done()),
    )


def _story_kinds(rooms: Rooms, stories: list[Story]) -> frozenset[str]:
    """The kinds of story that the bank holds often enough."""
    if not stories:
        return frozenset()
    from coach.guides.stories import load_story_guide
    from coach.resources import corpus_dir
    from coach.stories.coverage import cover

    coverage = cover(stories, load_story_guide(corpus_dir(), rooms.corpus), rooms.corpus)
    return frozenset(kind.id for kind in coverage.kinds if not kind.missing)


def audit_gaps(rooms: Rooms) -> tuple[Gap, ...]:
    """The blanks of each audited feature, drafts included."""
    from coach.store.stories import Audits

    entries = Audits(rooms.database).all()
    if not entries:
        return ()
    from coach.guides.stories import load_audit_guide
    from coach.plan.needs import Gap
    from coach.resources import corpus_dir
    from coach.stories.audit import gaps

    blanks: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for gap in gaps(entries, load_audit_guide(corpus_dir(), rooms.corpus)):
        blanks.setdefault(gap.entry, []).append(gap.title)
        names[gap.entry] = gap.feature
    return tuple(Gap(entry, names[entry], tuple(missing)) for entry, missing in blanks.items())


def _weak(rooms: Rooms, memory: Memory) -> tuple[Weakness, ...]:
    """Criteria whose latest marks are low, the lowest first."""
    from coach.plan.needs import Weakness

    weak = [
        Weakness(item.id, item.title, tuple(latest), item.passages)
        for item in rooms.corpus.rubric.criteria
        if (latest := memory.recent_marks(f"criterion:{item.id}", _LATEST))
        and sum(latest) / len(latest) < _PASSING
    ]
    return tuple(sorted(weak, key=lambda item: (item.mean, item.criterion)))


class Doings:
    """Reads what was done since a plan was made, as far as it can tick one of the plan's open items."""

    def __init__(self, rooms: Rooms, store: Plans, memory: Memory, plan: Plan, zone: tzinfo | None) -> None:
        self._rooms = rooms
        self._store = store
        self._memory = memory
        self._since = plan.made_at
        self._zone = zone

    def deeds(self, items: tuple[PlanItem, ...]) -> list[Deed]:
        """Deeds for the kinds of items that are open; what nobody waits for is not read."""
        wanted = {item.kind for item in items if item.state == "open"}
        touched = self._store.touched_since(self._since)
        found: list[Deed] = []
        if wanted & {"practice", "review"}:
            found += self._answers()
        if "drill" in wanted:
            found += self._exercises({item.subject for item in items if item.kind == "drill"})
            found += self._drills() if "drills" in touched else ()
        if "loop" in wanted and "loops" in touched:
            found += self._loops()
        if "story" in wanted and "story_bank" in touched:
            found += self._stories()
        if wanted & {"audit", "gap"} and "audits" in touched:
            found += self._audits()
        return found

    def _deed(self, key: str, kinds: tuple[ItemKind, ...], at: str, *subjects: str) -> Deed:
        day = local_day(datetime.fromisoformat(at), self._zone)
        return Deed(key, kinds, at, day, frozenset(subjects))

    def _answers(self) -> Iterator[Deed]:
        for found in self._memory.answered_since(self._since):
            if not found.question_id.startswith(EXERCISE):
                subjects = (found.question_id, f"round:{found.round}")
                yield self._deed(f"attempt:{found.attempt_id}", ("practice", "review"), found.at, *subjects)

    def _exercises(self, kinds: set[str]) -> Iterator[Deed]:
        """Exercises that were answered and graded like questions."""
        for found in self._memory.answered_since(self._since):
            kind = next((kind for kind in kinds if found.question_id.startswith(f"{EXERCISE}{kind}-")), None)
            if kind is not None:
                yield self._deed(f"attempt:{found.attempt_id}", ("drill",), found.at, kind)

    def _drills(self) -> Iterator[Deed]:
        from coach.store.drills import Drills

        for run in Drills(self._rooms.database).ended():
            if run.status == "done" and run.updated_at >= self._since:
                yield self._deed(f"drill:{run.id}", ("drill",), run.updated_at, run.kind)

    def _loops(self) -> Iterator[Deed]:
        from coach.store.loops import Loops

        loops = Loops(self._rooms.database)
        touched = [loop for loop in loops.all() if loop.updated_at >= self._since]
        if not touched:
            return
        from coach.loops.standing import read_standing
        from coach.store.history import History

        history = History(self._rooms.database)
        for loop in touched:
            if read_standing(loops, history, loop.id).done:
                yield self._deed(f"loop:{loop.id}", ("loop",), loop.updated_at)

    def _stories(self) -> Iterator[Deed]:
        from coach.plan.stock import NAME_LENGTH
        from coach.plan.template import load_template
        from coach.plan.wording import shorten
        from coach.resources import corpus_dir
        from coach.store.stories import Stories

        # The first subject of a kind is any story of it; the others ask for one episode, which no tag tells.
        subjects = {subject.kind: subject.id for subject in reversed(load_template(corpus_dir()).stories)}
        for story in Stories(self._rooms.database).all(drafts=False):
            if story.created_at >= self._since:
                told = (f"story:{subjects[tag]}" for tag in story.tags if tag in subjects)
                deed = self._deed(f"story:{story.id}", ("story",), story.created_at, *told)
                yield replace(deed, title=f"Add a story: {shorten(story.title, NAME_LENGTH)}")

    def _audits(self) -> Iterator[Deed]:
        from coach.store.stories import Audits

        blank = {gap.feature_id for gap in audit_gaps(self._rooms)}
        for entry in Audits(self._rooms.database).all(drafts=False):
            if entry.created_at >= self._since:
                yield self._deed(f"audit:{entry.id}", ("audit",), entry.created_at)
            if entry.updated_at >= self._since and entry.id not in blank:
                yield self._deed(f"filled:{entry.id}", ("gap",), entry.updated_at, str(entry.id))
