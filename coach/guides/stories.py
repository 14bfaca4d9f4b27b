"""Loads what the coach knows of stories, audits and CVs from corpus/, and checks it. Judges no text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError, field_validator

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, read_yaml
from coach.schema.base import Frozen
from coach.schema.story import AUDIT_FIELDS, AuditField


class AuditTopic(Frozen):
    """One field of the audit: what it asks, and what closes a gap in it."""

    id: AuditField
    title: str
    asks: str
    example: str
    find_out: str
    drill: str
    question: str
    passage: str


class AuditGuide(Frozen):
    fields: tuple[AuditTopic, ...]

    @field_validator("fields")
    @classmethod
    def _has_every_field(cls, fields: tuple[AuditTopic, ...]) -> tuple[AuditTopic, ...]:
        if tuple(topic.id for topic in fields) != AUDIT_FIELDS:
            raise ValueError(f"must be {', '.join(AUDIT_FIELDS)}, in this order")
        return fields


GuideT = TypeVar("GuideT", bound=Frozen)


def load_audit_guide(folder: Path, corpus: Corpus) -> AuditGuide:
    """corpus/audit.yaml; SetupError for a missing file, DatasetError for a wrong one."""
    path = folder / "audit.yaml"
    guide = _load(AuditGuide, path)
    for topic in guide.fields:
        _raise_first(path, _unknown(topic.id, corpus, questions=(topic.question,), passages=(topic.passage,)))
    return guide


def _load(model: type[GuideT], path: Path) -> GuideT:
    try:
        return model.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DatasetError(f"{path}: {where}: {first['msg']}.") from error


def _unknown(
    name: str,
    corpus: Corpus,
    *,
    questions: tuple[str, ...] = (),
    passages: tuple[str, ...] = (),
    criteria: tuple[str, ...] = (),
) -> Iterator[str]:
    """What an entry names and the corpus does not hold."""
    known = corpus.rubric.by_id()
    yield from (f"{name}: question {i} does not exist" for i in questions if i not in corpus.questions)
    yield from (f"{name}: passage {i} does not exist" for i in passages if i not in corpus.passages)
    yield from (f"{name}: criterion {i} does not exist" for i in criteria if i not in known)


def _raise_first(path: Path, faults: Iterator[str]) -> None:
    for fault in faults:
        raise DatasetError(f"{path}: {fault}.")
