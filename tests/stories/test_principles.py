from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import Corpus
from coach.guides.stories import StoryGuide
from coach.schema.story import Story
from coach.stories.match import Matcher
from coach.stories.principles import match_all, read_principles
from tests.stories.conftest import FEED, ROUTING

TEXTS = {
    "list.md": "# Ours\n- Customer Obsession: start with the customer.\n- Frugality: more with less.\n",
    "heads.md": "# Ours\n## Customer Obsession\nStart with the customer.\n## Frugality\nMore with less.\n",
    "list.txt": "Customer Obsession: start with the customer.\nFrugality: more with less.\n",
    "map.yaml": "Customer Obsession: start with the customer.\nFrugality: more with less.\n",
    "named.yaml": "- {name: Customer Obsession, text: start}\n- {name: Frugality, description: more}\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_principles_are_read_from_any_of_these(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(TEXTS[name])
    found = read_principles(path)
    assert [principle.name for principle in found] == ["Customer Obsession", "Frugality"]
    assert all(principle.text for principle in found)


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("a.yaml", "7", DatasetError),
        ("a.yaml", "- [", DatasetError),
        ("a.csv", "x", DatasetError),
        ("a.md", "\n".join(f"- principle number {n}" for n in range(70)), DatasetError),
    ],
)
def test_a_file_without_principles_says_so(
    name: str, text: str, error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(error, match=name):
        read_principles(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no such file"):
        read_principles(tmp_path / "none.md")


def test_each_principle_gets_its_stories_or_none(
    tmp_path: Path, corpus: Corpus, story_guide: StoryGuide
) -> None:
    path = tmp_path / "p.md"
    path.write_text("- Disagree and commit\n- Hire and develop the best\n")
    found = match_all(read_principles(path), Matcher(corpus, story_guide), [ROUTING, FEED])
    assert [[match.story.id for match in matches] for _, matches in found] == [[FEED.id], []]


@pytest.mark.parametrize(
    ("principle", "story"),
    [
        ("Ownership: leaders are owners.", FEED),
        ("Dive deep: stay connected to the details.", FEED),
        ("Deliver results.", ROUTING),
        ("Bias for action: speed matters.", None),
        ("Frugality: more with less.", None),
    ],
)
def test_well_known_principles(
    principle: str, story: Story | None, corpus: Corpus, story_guide: StoryGuide
) -> None:
    found = Matcher(corpus, story_guide).match(principle, [ROUTING, FEED], own=True)
    fitting = [match.story.id for match in found if match.fit == "fits"]
    assert (story.id in fitting) if story else fitting == []
