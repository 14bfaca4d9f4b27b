from __future__ import annotations

from pathlib import Path

from coach.guides.read import read_document
from coach.guides.split import slug, split_document
from coach.schema.passage import Guide


def split(text: str, name: str = "a.md") -> Guide:
    return split_document(read_document(Path(name), text.encode()), "notes", "Notes")


def sentences(words: int, tag: str) -> str:
    return " ".join(f"Sentence {n} of part {tag} has eight words altogether." for n in range(words // 8))


def test_ids_come_from_heading_and_content() -> None:
    guide = split(f"# One\n\n{sentences(100, 'a')}\n\n# Two\n\n{sentences(100, 'b')}\n")
    assert [passage.title for passage in guide.passages] == ["One", "Two"]
    first = guide.passages[0]
    assert first.id.startswith("notes#one-") and len(first.id.rpartition("-")[2]) == 8
    assert first.user and first.guide == "notes"


def test_another_section_does_not_change_an_id() -> None:
    before = split(f"# One\n\n{sentences(100, 'a')}\n")
    after = split(f"# Zero\n\n{sentences(100, 'z')}\n\n# One\n\n{sentences(100, 'a')}\n")
    assert before.passages[0].id == after.passages[1].id


def test_long_sections_are_split_at_sentences() -> None:
    guide = split(f"# Long\n\n{sentences(900, 'a')}\n")
    sizes = [len(passage.text.split()) for passage in guide.passages]
    assert len(sizes) >= 4 and max(sizes) <= 250 and min(sizes) >= 40
    assert all(passage.text.endswith(".") for passage in guide.passages)
    assert " ".join(passage.text for passage in guide.passages).split() == sentences(900, "a").split()


def test_short_sections_are_joined() -> None:
    guide = split("# A\n\nA few words here.\n\n# B\n\nA few more words here.\n")
    assert len(guide.passages) == 1
    assert guide.passages[0].title == "A"
    assert guide.passages[0].text == "A few words here.\n\nB.\n\nA few more words here."


def test_a_repeated_passage_is_kept_once() -> None:
    part = f"# Same\n\n{sentences(120, 'a')}\n\n"
    assert len(split(part + part).passages) == 1


def test_text_without_spaces_is_split_too() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(9000))
    guide = split(text + "\n", "a.txt")
    assert len(guide.passages) > 2
    assert "".join(passage.text for passage in guide.passages).replace("\n", "") == text


def test_slugs_are_plain_and_short() -> None:
    assert slug("Über Größe & Maß: “ja”") == "uber-groe-ma-ja"
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("日本語") == "guide"
    assert len(slug("word " * 40)) <= 48
