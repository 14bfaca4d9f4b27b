"""Nouns of what the candidate has done: a story with its parts, and one audited AI feature."""

from __future__ import annotations

from typing import Literal, get_args

from coach.schema.base import Frozen

StoryPart = Literal["situation", "task", "action", "result", "lesson"]
STORY_PARTS: tuple[StoryPart, ...] = get_args(StoryPart)
AuditField = Literal["model_type", "metric", "failure_mode", "monitoring", "data_source", "cost"]
AUDIT_FIELDS: tuple[AuditField, ...] = get_args(AuditField)


class Story(Frozen):
    """One story of the bank, as it was given; an empty part was not told yet.

    `criteria` are ids of the rubric; `version` counts from 1; `draft` is True until it was finished
    once. Times are ISO 8601 UTC, "" for a story that is not stored.
    """

    id: int = 0
    title: str = ""
    situation: str = ""
    task: str = ""
    action: str = ""
    result: str = ""
    lesson: str = ""
    tags: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    version: int = 1
    draft: bool = False
    created_at: str = ""
    updated_at: str = ""

    def part(self, name: StoryPart) -> str:
        return str(getattr(self, name))

    def told(self) -> str:
        """The parts that were told, in order, joined by blank lines: what would be said aloud."""
        return "\n\n".join(text for name in STORY_PARTS if (text := self.part(name).strip()))

    def whole(self) -> str:
        """Title and parts: everything that may be quoted."""
        return "\n\n".join(text for text in (self.title.strip(), self.told()) if text)


class AuditEntry(Frozen):
    """One AI feature that the candidate shipped; an empty field is a gap.

    `draft` is True until the entry was finished once.
    """

    id: int = 0
    feature: str = ""
    model_type: str = ""
    metric: str = ""
    failure_mode: str = ""
    monitoring: str = ""
    data_source: str = ""
    cost: str = ""
    draft: bool = False
    created_at: str = ""
    updated_at: str = ""

    def field(self, name: AuditField) -> str:
        return str(getattr(self, name))
