"""The documentation that is generated says what the program does now."""

from __future__ import annotations

import re

from docs.generate import FOLDER, made, stale


def test_generated_pages_are_current() -> None:
    names = [str(path.relative_to(FOLDER)) for path in stale()]
    assert names == [], "python -m docs.generate writes them anew"


def test_every_command_has_an_example_and_fits_80_columns() -> None:
    text = made()[FOLDER / "commands.md"]
    sections = text.split("\n## ")[1:]
    assert len(sections) > 50
    example = re.compile(r"Examples?:\s+(EDITOR=nano )?coach ")
    assert [part.splitlines()[0] for part in sections if not example.search(part)] == []
    assert max(map(len, text.splitlines())) <= 80


def test_help_speaks_of_values_in_words_and_every_command_can_be_plain() -> None:
    """`<a|b>` lists what can be chosen; a type, such as `<int>`, tells a person nothing."""
    text = made()[FOLDER / "commands.md"]
    sections = text.split("\n## ")[1:]
    assert [name for name in re.findall(r"<[^>\n]+>", text) if "|" not in name] == []
    assert re.findall(r"\dx|x[<>]=|<=x", text) == []
    assert [part.splitlines()[0] for part in sections if "  --plain " not in part] == []
