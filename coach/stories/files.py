"""Stories and audit entries as text: Markdown (also what $EDITOR shows) and YAML, read and written.

Text is kept as given. What cannot be read ends in a DatasetError that names the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from coach.errors import DatasetError
from coach.schema.story import AUDIT_FIELDS, STORY_PARTS, AuditEntry, Story
from coach.text.sanitize import for_terminal
from coach.text.yaml_text import BadYaml, parse_yaml

MAX_CHARS = 500_000
_TITLE = re.compile(r"^# +(.*)$")
_HEADING = re.compile(r"^## +(.*?):?\s*$")
_META = re.compile(r"^(tags|criteria)\s*:\s*(.*)$", re.IGNORECASE)
# A line of a part that would read as a heading has a backslash before it in the file.
_HASHES = re.compile(r"^(?=\\*#)", re.MULTILINE)
_ESCAPED = re.compile(r"^\\+#")
_PART_NAMES = {name: name for name in STORY_PARTS} | {
    "own action": "action",
    "my action": "action",
    "actions": "action",
    "measured result": "result",
    "results": "result",
    "lessons": "lesson",
    "lesson learned": "lesson",
    "lesson learnt": "lesson",
}
_AUDIT_NAMES = {name.replace("_", " "): name for name in AUDIT_FIELDS} | {
    "model": "model_type",
    "failure": "failure_mode",
    "failure modes": "failure_mode",
    "data": "data_source",
    "data sources": "data_source",
}


@dataclass
class _Block:
    """One `# title` with its meta lines and `## ` sections; `line` is 1-based."""

    title: str
    line: int
    meta: dict[str, str] = field(default_factory=dict)
    parts: dict[str, list[str]] = field(default_factory=dict)


def read_stories(text: str, where: str, criteria: Collection[str]) -> list[Story]:
    """The stories of a Markdown or YAML text; `where` names it in errors, `criteria` are known ids."""
    entries = _entries(text, where, _PART_NAMES)
    stories = []
    for place, entry in entries:
        story = Story(
            title=_line(entry.pop("title", "")),
            tags=_listed(entry.pop("tags", ""), place),
            criteria=_known(_listed(entry.pop("criteria", ""), place), criteria, place),
            **_texts(entry, STORY_PARTS, place),
        )
        if not story.told():
            raise DatasetError(f"{place}: the story has no part. Headings: {_headings(STORY_PARTS)}.")
        stories.append(story)
    return stories


def read_audit(text: str, where: str) -> list[AuditEntry]:
    """The audited features of a Markdown or YAML text; blanks are allowed, a name is not optional."""
    found = []
    for place, entry in _entries(text, where, _AUDIT_NAMES):
        name = _line(entry.pop("feature", "") or entry.pop("title", ""))
        if not name:
            raise DatasetError(f"{place}: the feature has no name. Put `# Name of the feature` above it.")
        found.append(AuditEntry(feature=name, **_texts(entry, AUDIT_FIELDS, place)))
    return found


def write_story(story: Story) -> str:
    """The story as Markdown that `read_stories` reads back."""
    lines = [f"# {story.title}", f"tags: {', '.join(story.tags)}", f"criteria: {', '.join(story.criteria)}"]
    for name in STORY_PARTS:
        lines += ["", f"## {name.capitalize()}", "", _escaped(story.part(name))]
    return "\n".join(lines).rstrip() + "\n"


def write_audit(entry: AuditEntry) -> str:
    """The entry as Markdown that `read_audit` reads back."""
    lines = [f"# {entry.feature}"]
    for name in AUDIT_FIELDS:
        lines += ["", f"## {name.replace('_', ' ').capitalize()}", "", _escaped(entry.field(name))]
    return "\n".join(lines).rstrip() + "\n"


def listed(text: str) -> tuple[str, ...]:
    """Words between commas or semicolons, without repeats; tags are told apart by letters alone."""
    parts = (" ".join(part.split()).lstrip("#") for part in re.split(r"[,;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def _escaped(text: str) -> str:
    return _HASHES.sub(r"\\", text.strip())


def _entries(text: str, where: str, names: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """(place, {field: value}) for each entry of a text, Markdown where it has a heading."""
    if len(text) > MAX_CHARS:
        raise DatasetError(f"{where}: more than {MAX_CHARS:,} characters. Split it.")
    if not text.strip():
        raise DatasetError(f"{where}: it is empty.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if any(_TITLE.match(line) or _HEADING.match(line) for line in text.split("\n")):
        return [_of_block(block, where, names) for block in _blocks(text, where, names)]
    return _of_yaml(text, where, names)


def _blocks(text: str, where: str, names: Mapping[str, str]) -> list[_Block]:
    blocks: list[_Block] = []
    part: list[str] | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        title, heading, meta = _TITLE.match(line), _HEADING.match(line), _META.match(line)
        if title:
            blocks.append(_Block(title[1], number))
            part = None
        elif not blocks and line.strip():
            raise DatasetError(
                f"{where}, line {number}: begin with `# Title`; this stands above the first one."
            )
        elif heading:
            name = heading[1].strip().casefold()
            if name in blocks[-1].parts:
                raise DatasetError(f"{where}, line {number}: `## {for_terminal(heading[1])}` is there twice.")
            part = blocks[-1].parts[name] = []
        elif part is not None:
            part.append(line[1:] if _ESCAPED.match(line) else line)
        elif meta:
            blocks[-1].meta[meta[1].casefold()] = meta[2]
        elif line.strip():
            raise DatasetError(
                f"{where}, line {number}: text belongs under a `## ` heading, such as `## "
                f"{_headings(names.values()).replace(', ', '`, `## ')}`."
            )
    return blocks


def _of_block(block: _Block, where: str, names: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    place = f"{where}, line {block.line}"
    entry: dict[str, Any] = {"title": block.title, **block.meta}
    for heading, lines in block.parts.items():
        entry[_field(heading, names, place)] = "\n".join(lines).strip()
    return place, entry


def _of_yaml(text: str, where: str, names: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    try:
        data = parse_yaml(text)
    except BadYaml as error:
        raise DatasetError(f"{where}{error.place}: neither Markdown with headings nor valid YAML.") from error
    if isinstance(data, dict) and len(data) == 1 and isinstance(next(iter(data.values())), list):
        data = next(iter(data.values()))
    items = data if isinstance(data, list) else [data]
    found = []
    for number, item in enumerate(items, start=1):
        place = f"{where}, entry {number}"
        if not isinstance(item, dict):
            raise DatasetError(f"{place}: `# Title` with `## ` headings, or YAML fields, are wanted here.")
        free = {"title", "feature", "tags", "criteria"}
        keys = {str(key).strip().casefold().replace("_", " "): value for key, value in item.items()}
        entry = {key if key in free else _field(key, names, place): value for key, value in keys.items()}
        found.append((place, entry))
    return found


def _field(name: str, names: Mapping[str, str], place: str) -> str:
    if name in names:
        return names[name]
    near = get_close_matches(name, names, n=1)
    hint = f" Did you mean {near[0].capitalize()}?" if near else ""
    raise DatasetError(f"{place}: there is no part {name!r}.{hint} Known: {_headings(names.values())}.")


def _texts(entry: Mapping[str, Any], fields: Iterable[str], place: str) -> dict[str, str]:
    texts = {}
    for name in fields:
        value = entry.get(name)
        if isinstance(value, dict | list):
            raise DatasetError(f"{place}: {name} must be text.")
        texts[name] = "" if value is None else str(value)
    return texts


def _listed(value: Any, place: str) -> tuple[str, ...]:
    nested = isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(item, dict | list) for item in value)
    )
    if nested:
        raise DatasetError(f"{place}: tags and criteria are lists of words.")
    if isinstance(value, list):
        value = ", ".join(str(item) for item in value)
    return listed("" if value is None else str(value))


def _known(ids: tuple[str, ...], criteria: Collection[str], place: str) -> tuple[str, ...]:
    wanted = tuple(i.casefold().replace("-", "_").replace(" ", "_") for i in ids)
    for i in wanted:
        if i not in criteria:
            near = get_close_matches(i, criteria, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Criteria: {', '.join(criteria)}."
            raise DatasetError(f"{place}: there is no criterion {i!r}. {hint}")
    return wanted


def _line(value: Any) -> str:
    return " ".join(str(value).split())


def _headings(names: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ").capitalize() for name in dict.fromkeys(names))
