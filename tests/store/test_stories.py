from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.schema.story import AuditEntry, Story
from coach.store.database import Database
from coach.store.stories import Audits, Stories


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "coach.db") as opened:
        yield opened


def test_a_draft_grows_in_place_and_becomes_a_story(database: Database) -> None:
    stories = Stories(database)
    draft = stories.add(Story(situation="Chargebacks doubled.", draft=True))
    longer = stories.save(draft.model_copy(update={"task": "Halve them by June."}))
    kept = stories.save(longer.model_copy(update={"draft": False}))
    assert (kept.situation, kept.task, kept.version, kept.draft) == (
        "Chargebacks doubled.",
        "Halve them by June.",
        1,
        False,
    )
    assert [story.id for story in stories.all()] == [draft.id]


def test_a_change_of_a_finished_story_is_a_new_version_and_the_old_one_stays(database: Database) -> None:
    stories = Stories(database)
    first = stories.add(Story(title="Fraud", result="Fewer losses."))
    second = stories.save(first.model_copy(update={"result": "Losses fell from 4% to 2%."}))
    assert second.version == 2
    assert [story.result for story in stories.versions(first.id)] == [
        "Fewer losses.",
        "Losses fell from 4% to 2%.",
    ]
    assert stories.get(first.id, 1).result == "Fewer losses."
    assert [story.version for story in stories.all()] == [2]


def test_saving_without_a_change_writes_no_version(database: Database) -> None:
    stories = Stories(database)
    story = stories.add(Story(title="Fraud", tags=("failure",)))
    assert stories.save(story).version == 1
    assert len(stories.versions(story.id)) == 1


def test_a_deleted_story_is_gone_with_its_versions_and_its_id_is_not_used_again(database: Database) -> None:
    stories = Stories(database)
    story = stories.add(Story(title="One"))
    stories.save(story.model_copy(update={"title": "Two"}))
    stories.delete(story.id)
    assert database.read("SELECT * FROM story_versions") == []
    assert stories.add(Story(title="Three")).id != story.id
    with pytest.raises(StoreError, match="no story"):
        stories.delete(story.id)


def test_drafts_can_be_left_out(database: Database) -> None:
    stories = Stories(database)
    stories.add(Story(title="Half", draft=True))
    whole = stories.add(Story(title="Whole"))
    assert [story.id for story in stories.all(drafts=False)] == [whole.id]


def test_text_that_utf8_cannot_hold_is_kept_as_far_as_it_goes(database: Database) -> None:
    story = Stories(database).add(Story(title="Fraud \ud83d", tags=("a\udc00",)))
    assert (story.title, story.tags) == ("Fraud ?", ("a?",))


def test_audited_features_are_kept_changed_and_removed(database: Database) -> None:
    audits = Audits(database)
    draft = audits.add(AuditEntry(feature="Smart replies", draft=True))
    changed = audits.save(draft.model_copy(update={"metric": "accepted replies", "draft": False}))
    assert (changed.metric, changed.draft) == ("accepted replies", False)
    assert [entry.id for entry in audits.all(drafts=False)] == [draft.id]
    audits.delete(draft.id)
    assert audits.all() == []
    with pytest.raises(StoreError, match="no audited feature"):
        audits.get(draft.id)
