"""A company's principles from a file that the user gives, each with the stories that show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from coach.errors import DatasetError, SetupError
from coach.guides.document import Document, Line
from coach.guides.read import SUFFIXES, read_document
from coach.schema.base import Frozen
from coach.schema.story import Story
from coach.stories.match import Match, Matcher
from coach.text.sanitize import for_terminal
from coach.text.yaml_text import parse_yaml

MOST = 60
_YAML = {".yaml", ".yml"}
_MARK = re.compile(r"^\s*(?:[-*•–—]|\(?\d{1,2}[.)])\s+")
_NAMED = re.compile(r"^(?P<name>[^:.–—]{2,60})\s*(?::|\.|–|—| - )\s+(?P<text>\S.*)$")
_NAME_WORDS = 8


class Principle(Frozen):
    name: str
    text: str = ""

    def whole(self) -> str:
        return f"{self.name}. {self.text}" if self.text else self.name


def read_principles(path: Path) -> list[Principle]:
    """The principles of a file: headings with text, list items, lines, or YAML names with text.

    Raises SetupError for a missing file, GuideError or DatasetError for one that holds none.
    """
    if not path.is_file():
        raise SetupError(f"{path}: cannot be read: there is no such file.")
    if path.suffix.lower() in _YAML:
        found = _from_yaml(path)
    elif path.suffix.lower() in SUFFIXES:
        found = _from_document(read_document(path))
    else:
        raise DatasetError(f"{path}: give principles as Markdown, text, YAML, HTML, PDF or DOCX.")
    unique = list({principle.name.casefold(): principle for principle in found}.values())
    if not unique:
        raise DatasetError(f"{path}: no principle was found. Put each on a line: `Name: what it means`.")
    if len(unique) > MOST:
        raise DatasetError(f"{path}: {len(unique)} lines look like principles; at most {MOST} are read.")
    return unique


def match_all(
    principles: Sequence[Principle], matcher: Matcher, stories: Sequence[Story]
) -> list[tuple[Principle, list[Match]]]:
    """Every principle with the stories that fit it or may, best first."""
    return [(principle, matcher.match(principle.whole(), stories, own=True)) for principle in principles]


def _from_yaml(path: Path) -> list[Principle]:
    try:
        data = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path}: not a YAML file that can be read.") from error
    if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), list):
        data = next(iter(data.values()))
    if isinstance(data, dict):
        return [_make(str(name), "" if text is None else str(text)) for name, text in data.items()]
    if not isinstance(data, list):
        raise DatasetError(f"{path}: give a list of principles, or names with their text.")
    found = []
    for item in data:
        if isinstance(item, dict) and "name" in item:
            found.append(_make(str(item["name"]), str(item.get("text") or item.get("description") or "")))
        elif isinstance(item, dict):
            found += [_make(str(name), str(text or "")) for name, text in item.items()]
        else:
            found.append(_split(str(item)))
    return found


def _from_document(document: Document) -> list[Principle]:
    """Headings with the text below them where there are several; else one for each item or line."""
    headed = [line for line in document.lines if line.level]
    under = _under_headings(document.lines)
    if len(headed) >= 2 and sum(1 for principle in under if principle.text) >= 2:
        return [principle for principle in under if principle.text]
    return [_split(text) for text in _items(document.lines) if len(text.split()) >= 1]


def _under_headings(lines: Sequence[Line]) -> list[Principle]:
    found: list[Principle] = []
    for line in lines:
        if line.level:
            found.append(_make(line.text, ""))
        elif found:
            found[-1] = _make(found[-1].name, f"{found[-1].text} {line.text}")
    return found


def _items(lines: Sequence[Line]) -> list[str]:
    items: list[str] = []
    for line in lines:
        if line.level == 1 and len(lines) > 1:
            continue
        new = line.starts or line.level or not items or _NAMED.match(line.text) or items[-1][-1] in ".!?"
        if new:
            items.append(_MARK.sub("", line.text))
        else:
            items[-1] = f"{items[-1]} {line.text}"
    return items


def _split(text: str) -> Principle:
    named = _NAMED.match(text.strip())
    if named and len(named["name"].split()) <= _NAME_WORDS:
        return _make(named["name"], named["text"])
    return _make(text, "")


def _make(name: str, text: str) -> Principle:
    return Principle(
        name=" ".join(_MARK.sub("", for_terminal(name)).split()), text=" ".join(for_terminal(text).split())
    )
