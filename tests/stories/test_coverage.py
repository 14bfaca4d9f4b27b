from __future__ import annotations

from coach.guides.corpus import Corpus
from coach.guides.stories import StoryGuide
from coach.schema.story import Story
from coach.stories.coverage import cover
from tests.stories.conftest import FEED, ROUTING, VAGUE


def test_an_empty_bank_lacks_everything(corpus: Corpus, story_guide: StoryGuide) -> None:
    covered = cover([], story_guide, corpus)
    assert (covered.stories, covered.target, covered.complete) == (0, 20, False)
    assert all(item.missing == item.wanted for item in (*covered.criteria, *covered.kinds))
    assert len(covered.next) == 3
    assert all(one.prompt and one.criterion and one.questions for one in covered.next)


def test_stories_count_for_their_criteria_and_kinds(corpus: Corpus, story_guide: StoryGuide) -> None:
    covered = cover([ROUTING, FEED, VAGUE], story_guide, corpus)
    by_id = {item.id: item for item in (*covered.criteria, *covered.kinds)}
    assert by_id["model_lifecycle"].stories == (2,)
    assert by_id["failure"].stories == (2,)
    assert by_id["cross-functional"].stories == (1,)
    assert by_id["star_evidence"].stories == (1, 2)
    assert covered.unmeasured == (3,)
    assert covered.untold == (3,)


def test_drafts_do_not_count(corpus: Corpus, story_guide: StoryGuide) -> None:
    covered = cover([ROUTING.model_copy(update={"draft": True})], story_guide, corpus)
    assert (covered.stories, covered.drafts) == (0, 1)


def test_what_is_suggested_is_what_lacks(corpus: Corpus, story_guide: StoryGuide) -> None:
    failures = [FEED.model_copy(update={"id": n}) for n in range(1, 5)]
    covered = cover(failures, story_guide, corpus)
    assert all(one.kind != "a failure" for one in covered.next)
    titles = {item.title for item in covered.criteria if item.missing}
    assert all(one.criterion in titles for one in covered.next)


def test_a_full_bank_is_complete(corpus: Corpus, story_guide: StoryGuide) -> None:
    tags = tuple(kind.tags[0] for kind in story_guide.kinds)
    ids = tuple(item.id for item in corpus.rubric.criteria)
    bank = [Story(**ROUTING.model_dump() | {"id": n, "tags": tags, "criteria": ids}) for n in range(1, 21)]
    covered = cover(bank, story_guide, corpus)
    assert covered.complete
    assert covered.next == ()
