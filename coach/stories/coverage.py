"""What a story bank covers and what is missing: how many, which criteria, which kinds, what to write next."""

from __future__ import annotations

from collections.abc import Sequence

from coach.guides.corpus import Corpus
from coach.guides.stories import StoryGuide, StoryKind
from coach.schema.base import Frozen
from coach.schema.question import Question
from coach.schema.rubric import Criterion
from coach.schema.story import Story
from coach.stories.match import Matcher
from coach.stories.review import Aimed, nobody, review_story

_ASKED_IN = ("behavioral", "portfolio", "hiring_manager")
_MOST_QUESTIONS = 3
_MOST_NEXT = 3


class Covered(Frozen):
    """A criterion or kind with the stories that serve it; `missing` is how many more are wanted."""

    id: str
    title: str
    wanted: int
    stories: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        return max(0, self.wanted - len(self.stories))


class Suggestion(Frozen):
    """A story to write next: one that is of `kind` and shows `criterion`; `questions` it would answer."""

    kind: str
    prompt: str
    criterion: str = ""
    asks: str = ""
    questions: tuple[str, ...] = ()


class Coverage(Frozen):
    """A bank against what it should hold; drafts do not count. `unmeasured` have no result with a number."""

    stories: int
    drafts: int
    target: int
    criteria: tuple[Covered, ...]
    kinds: tuple[Covered, ...]
    unmeasured: tuple[int, ...] = ()
    untold: tuple[int, ...] = ()
    next: tuple[Suggestion, ...] = ()

    @property
    def complete(self) -> bool:
        gaps = any(item.missing for item in (*self.criteria, *self.kinds))
        return self.stories >= self.target and not gaps and not self.unmeasured


def cover(stories: Sequence[Story], guide: StoryGuide, corpus: Corpus, aimed: Aimed = nobody) -> Coverage:
    """How far the finished stories cover the rubric's criteria and the guide's kinds."""
    matcher = Matcher(corpus, guide)
    told = [story for story in stories if not story.draft]
    reviews = {story.id: review_story(story, guide, aimed) for story in told}
    measured = {
        i
        for i, review in reviews.items()
        if any(s.id == "number" and s.seen for s in review.part("result").signs)
    }
    kinds_of = {story.id: {kind.id for kind in matcher.kinds_of(story)} for story in told}
    criteria = tuple(
        _covered(item, guide.per_criterion, [s.id for s in told if _serves(s, item, guide, measured)])
        for item in corpus.rubric.criteria
    )
    kinds = tuple(
        _covered(kind, kind.wanted, [story.id for story in told if kind.id in kinds_of[story.id]])
        for kind in guide.kinds
    )
    return Coverage(
        stories=len(told),
        drafts=len(stories) - len(told),
        target=guide.target,
        criteria=criteria,
        kinds=kinds,
        unmeasured=tuple(story.id for story in told if story.id not in measured),
        untold=tuple(story.id for story in told if not story.criteria),
        next=_suggest(criteria, kinds, guide, corpus),
    )


def _covered(item: Criterion | StoryKind, wanted: int, stories: list[int]) -> Covered:
    return Covered(id=item.id, title=item.title, wanted=wanted, stories=tuple(stories))


def _serves(story: Story, criterion: Criterion, guide: StoryGuide, measured: set[int]) -> bool:
    if criterion.id in guide.always:
        return story.id in measured
    return criterion.id in story.criteria


def _suggest(
    criteria: Sequence[Covered], kinds: Sequence[Covered], guide: StoryGuide, corpus: Corpus
) -> tuple[Suggestion, ...]:
    """The kinds that lack most, each paired with a criterion that lacks stories."""
    lacking_kinds = sorted((item for item in kinds if item.missing), key=lambda item: -item.missing)
    lacking = sorted(
        (item for item in criteria if item.missing and item.id not in guide.always),
        key=lambda item: -item.missing,
    )
    prompts = {kind.id: kind for kind in guide.kinds}
    known = corpus.rubric.by_id()
    found = []
    for place in range(min(_MOST_NEXT, max(len(lacking_kinds), len(lacking)))):
        kind = prompts[
            (lacking_kinds[place % len(lacking_kinds)] if lacking_kinds else kinds[place % len(kinds)]).id
        ]
        criterion = known[lacking[place % len(lacking)].id] if lacking else None
        found.append(
            Suggestion(
                kind=kind.title,
                prompt=kind.prompt,
                criterion=criterion.title if criterion else "",
                asks=criterion.asks if criterion else "",
                questions=tuple(_questions(corpus, criterion)) if criterion else (),
            )
        )
    return tuple(found)


def _questions(corpus: Corpus, criterion: Criterion) -> list[str]:
    """Questions about one's own work that are graded on the criterion."""

    def asked(question: Question) -> bool:
        return question.round in _ASKED_IN and criterion.id in question.criteria

    return [i for i, question in corpus.questions.items() if asked(question)][:_MOST_QUESTIONS]
