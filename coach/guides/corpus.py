"""Loads the knowledge that ships with the program: guides, rubric, questions, levels, grounding.

Reads and checks single files; whether they agree with each other is checked in `check`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from coach.errors import DatasetError, SetupError
from coach.schema.base import first_fault
from coach.schema.passage import Guide, Passage
from coach.schema.question import Question
from coach.schema.rubric import Criterion, Rubric
from coach.text.yaml_text import BadYaml, parse_yaml

ModelT = TypeVar("ModelT", bound=BaseModel)

ANY_CRITERION = "any"

_SECTION = re.compile(r"^##\s+(?P<title>.+?)\s*\{#(?P<anchor>[a-z0-9-]+)\}\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Corpus:
    """Everything under corpus/, parsed.

    `grounding` maps a question id to the passage ids retrieved for it once and committed;
    `levels` maps a seniority level to {criterion id or "any": what is asked more or less of};
    `asked` maps a passage id to candidates' ways of asking for it, which search reads beside the
    passage, and `synonyms` holds groups of words by which search widens a query.
    """

    rubric: Rubric
    questions: dict[str, Question]
    guides: tuple[Guide, ...]
    grounding: dict[str, tuple[str, ...]]
    levels: dict[str, dict[str, str]]
    asked: dict[str, str] = field(default_factory=dict)
    synonyms: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def passages(self) -> dict[str, Passage]:
        return {passage.id: passage for guide in self.guides for passage in guide.passages}

    @cached_property
    def digest(self) -> str:
        """First 12 hex digits of a hash over all passages: the `guides` of a grader's identity."""
        lines = sorted(f"{passage.id} {passage.digest}" for passage in self.passages.values())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]

    def ground(self, question: Question, limit: int = 6) -> tuple[Passage, ...]:
        """The passages that a grade of this question may cite: committed ones, else the named ones."""
        ids = self.grounding.get(question.id) or question.passages
        return tuple(self.passages[i] for i in ids if i in self.passages)[:limit]

    def criteria_of(self, ids: Iterable[str]) -> tuple[Criterion, ...]:
        """Criteria by id, in the order given; an unknown id raises DatasetError."""
        known = self.rubric.by_id()
        missing = [i for i in ids if i not in known]
        if missing:
            raise DatasetError(f"Rubric {self.rubric.name} has no criterion {', '.join(missing)}.")
        return tuple(known[i] for i in ids)

    def level_note(self, level: str, criteria: Iterable[Criterion]) -> str:
        """What a seniority level asks more or less of: a line for all, then one a criterion; or "".

        Raises DatasetError for a level that levels.yaml does not name.
        """
        if level not in self.levels:
            known = ", ".join(self.levels)
            raise DatasetError(f"Level {level!r} is not in the corpus, which knows {known}.")
        notes = self.levels[level]
        lines = [f"{item.title}: {notes[item.id]}" for item in criteria if item.id in notes]
        if lines and ANY_CRITERION in notes:
            lines.insert(0, notes[ANY_CRITERION])
        return "\n".join(lines)


def load_corpus(folder: Path) -> Corpus:
    """Read corpus/; SetupError for a missing file, DatasetError for a wrong one."""
    path = folder / "questions.yaml"
    questions = [_parse(Question, item, path) for item in _shaped(list[Any], path)]
    return Corpus(
        rubric=load_rubric(folder / "rubric.yaml"),
        questions={item.id: item for item in questions},
        guides=tuple(load_guide(path) for path in sorted((folder / "guides").glob("*.md"))),
        grounding=_load_grounding(folder / "grounding.json"),
        levels=_shaped(dict[str, dict[str, str]], folder / "levels.yaml"),
        asked=_shaped(dict[str, str], folder / "asked.yaml"),
        synonyms=tuple(map(tuple, _shaped(list[list[str]], folder / "synonyms.yaml"))),
    )


def load_rubric(path: Path) -> Rubric:
    """One rubric file, the corpus's own or a stranger's."""
    data = read_yaml(path)
    if isinstance(data, dict):
        data.setdefault("name", path.stem)
    rubric: Rubric = _parse(Rubric, data, path)
    return rubric


def load_guide(path: Path) -> Guide:
    """A corpus guide: YAML front matter, then one passage for each `## Heading {#anchor}`."""
    text = read_text(path)
    try:
        _, front, body = text.split("---\n", 2)
        meta = parse_yaml(front)
        guide_id, title = str(meta["id"]), str(meta["title"])
        sources, topics = (tuple(map(str, meta.get(name) or ())) for name in ("sources", "topics"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path}: front matter with id and title is missing or broken.") from error
    heads = list(_SECTION.finditer(body))
    if not heads:
        raise DatasetError(f"{path}: no section. Each begins with `## Heading {{#anchor}}`.")
    ends = [head.start() for head in heads[1:]] + [len(body)]
    passages = tuple(
        make_passage(guide_id, head["anchor"], head["title"], body[head.end() : end].strip())
        for head, end in zip(heads, ends, strict=True)
    )
    return Guide(
        id=guide_id,
        title=title,
        sources=sources,
        topics=topics,
        passages=passages,
    )


def make_passage(guide: str, anchor: str, title: str, text: str, *, user: bool = False) -> Passage:
    digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    return Passage(id=f"{guide}#{anchor}", guide=guide, title=title, text=text, digest=digest, user=user)


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is not UTF-8 text (byte {error.start}).") from error


def load_yaml(model: type[ModelT], path: Path) -> ModelT:
    """One file as one noun; SetupError for a missing file, DatasetError with file and key for a wrong one."""
    noun: ModelT = _shaped(model, path)
    return noun


def read_yaml(path: Path) -> Any:
    try:
        return parse_yaml(read_text(path))
    except BadYaml as error:
        raise DatasetError(f"{path}{error.place}: {error}.") from error


def _shaped(shape: Any, path: Path) -> Any:
    """What a file holds, where it is of that type."""
    try:
        return TypeAdapter(shape).validate_python(read_yaml(path))
    except ValidationError as error:
        raise DatasetError(f"{path}: {first_fault(error, 'file')}.") from error


def _parse(model: Any, data: Any, path: Path) -> Any:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        name = data.get("id") or data.get("name") if isinstance(data, dict) else None
        raise DatasetError(f"{path}: {name or 'entry'}: {first_fault(error)}.") from error


def _load_grounding(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    data = json.loads(read_text(path))
    return {question: tuple(ids) for question, ids in data["questions"].items()}
