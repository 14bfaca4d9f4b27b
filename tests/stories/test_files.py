from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import DatasetError
from coach.schema.story import STORY_PARTS, AuditEntry, Story
from coach.stories.files import read_audit, read_stories, write_audit, write_story
from tests.stories.conftest import FEED, ROUTING

CRITERIA = ("ownership", "model_lifecycle", "tradeoff_articulation", "system_constraints", "star_evidence",
            "problem_decomposition")  # fmt: skip


def told(story: Story) -> dict[str, object]:
    return {name: getattr(story, name) for name in ("title", "tags", "criteria", *STORY_PARTS)}


@pytest.mark.parametrize("story", [ROUTING, FEED])
def test_a_story_is_read_back_as_it_was_written(story: Story) -> None:
    (read,) = read_stories(write_story(story), "a file", CRITERIA)
    assert told(read) == told(story)


def test_several_stories_stand_in_one_file() -> None:
    text = write_story(ROUTING) + "\n" + write_story(FEED)
    assert [story.title for story in read_stories(text, "a file", CRITERIA)] == [ROUTING.title, FEED.title]


@given(
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.sampled_from(["", "# ", "## ", "\\# ", "\\\\## "]),
)
def test_any_line_of_a_part_survives_the_way_to_a_file_and_back(line: str, mark: str) -> None:
    story = Story(title="T", action=f"first\n{mark}{line.strip()}\nlast")
    (read,) = read_stories(write_story(story), "a file", CRITERIA)
    assert read.action == story.action


def test_yaml_is_read_too() -> None:
    text = """
    - title: Fraud
      situation: A shop.
      own action: I blocked it.
      tags: [failure, payments]
      criteria: ownership
    """
    (story,) = read_stories(text, "a file", CRITERIA)
    assert (story.title, story.action, story.tags) == ("Fraud", "I blocked it.", ("failure", "payments"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it is empty"),
        ("# T\n## Situatoin\nx", "Did you mean Situation"),
        ("# T\nhello", "line 2: text belongs under"),
        ("hello\n# T", "line 1: begin with"),
        ("# T\n## Action\na\n## Action\nb", "there twice"),
        ("# T\ncriteria: ownrship\n## Action\nx", "Did you mean ownership"),
        ("# T\n", "has no part"),
        ("- title: [1", "neither Markdown"),
        ("just words", "`# Title`"),
        ("- action: {a: b}", "must be text"),
        ("- action: x\n  tags: [[a]]", "lists"),
        ("- 7", "`# Title`"),
        ("x" * 500_001, "Split it"),
    ],
)
def test_a_broken_file_says_where_and_what(text: str, says: str) -> None:
    with pytest.raises(DatasetError, match=says):
        read_stories(text, "stories.md", CRITERIA)


def test_an_audit_is_read_back_and_needs_a_name() -> None:
    entry = AuditEntry(feature="Routing", metric="kept share", failure_mode="# not a heading")
    (read,) = read_audit(write_audit(entry), "a file")
    assert read == entry
    (short,) = read_audit("# Feed\n## Model\nmatrix factorisation", "a file")
    assert (short.feature, short.model_type) == ("Feed", "matrix factorisation")
    with pytest.raises(DatasetError, match="has no name"):
        read_audit("- metric: x", "a file")


def test_text_outside_of_a_part_is_told_which_headings_there_are() -> None:
    with pytest.raises(DatasetError, match="line 2: .* `## Situation`, `## Task`"):
        read_stories("# A title\nSituation: a shop.\n", "s.md", ())
