"""Nouns of grading criteria: sign, criterion, rubric. Loading files is not done here."""

from __future__ import annotations

import hashlib
from functools import cached_property

from pydantic import Field, field_validator, model_validator

from coach.schema.base import Frozen, Loose


class Sign(Frozen):
    """One observable thing that a reader can tick off in an answer."""

    id: str
    text: str


class Signs(Frozen):
    good: tuple[Sign, ...] = ()
    bad: tuple[Sign, ...] = ()
    fatal: tuple[Sign, ...] = ()

    @field_validator("good", "bad", "fatal", mode="before")
    @classmethod
    def _plain_strings_get_ids(cls, value: object) -> object:
        """A stranger's rubric may list signs as plain sentences; they are numbered."""
        if not isinstance(value, list | tuple):
            return value
        return [
            {"id": f"sign-{n}", "text": item} if isinstance(item, str) else item
            for n, item in enumerate(value, start=1)
        ]


class Criterion(Loose):
    """One thing graded.

    `levels` maps level number (1..n) to its anchor. Named levels in a rubric file become
    1..n in the order given, and the names are kept in `level_names`.
    """

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    asks: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    signs: Signs = Signs()
    levels: dict[int, str] = {}
    level_names: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _number_named_levels(cls, data: object) -> object:
        if not isinstance(data, dict) or not isinstance(data.get("levels"), dict):
            return data
        levels = data["levels"]
        if not levels or all(str(key).strip().isdigit() for key in levels):
            return data
        numbered = dict(enumerate(levels.values(), start=1))
        return {**data, "levels": numbered, "level_names": [str(key) for key in levels]}

    @model_validator(mode="after")
    def _has_a_standard(self) -> Criterion:
        if not self.levels and not (self.bad and self.good):
            raise ValueError(f"criterion {self.id!r} needs `levels`, or both `bad` and `good`")
        if self.levels and sorted(self.levels) != list(range(1, len(self.levels) + 1)):
            raise ValueError(f"criterion {self.id!r}: levels must be 1..n without gaps")
        return self

    @property
    def top(self) -> int:
        """Highest level of this criterion's scale; 4 where the rubric gives no levels."""
        return len(self.levels) or 4


class Rubric(Loose):
    """A named set of criteria with one scale, 1..top."""

    name: str
    description: str = ""
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_consistent(self) -> Rubric:
        ids = [criterion.id for criterion in self.criteria]
        repeated = sorted({i for i in ids if ids.count(i) > 1})
        if repeated:
            raise ValueError(f"criterion ids repeat: {', '.join(repeated)}")
        if len({criterion.top for criterion in self.criteria}) > 1:
            raise ValueError("all criteria of a rubric must have the same number of levels")
        return self

    @property
    def top(self) -> int:
        return self.criteria[0].top

    @cached_property
    def digest(self) -> str:
        """First 12 hex digits of the SHA-256 over the whole rubric."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @property
    def level_names(self) -> tuple[str, ...]:
        return self.criteria[0].level_names

    def by_id(self) -> dict[str, Criterion]:
        return {criterion.id: criterion for criterion in self.criteria}
