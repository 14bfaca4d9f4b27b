"""How near stories are to a question in meaning, by an embedder that the caller brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coach.schema.story import Story
from coach.text.phrases import sentences

if TYPE_CHECKING:
    from coach.guides.embed import Embedder


def nearness(text: str, stories: Sequence[Story], embedder: Embedder) -> list[float]:
    """For each story the mean of how near it is as a whole and by its nearest sentence, about -1 to 1."""
    asked = embedder.embed_query(text)
    found = []
    for story in stories:
        told = story.whole()
        rows = embedder.embed([told, *(told[start:end] for start, end in sentences(told))]) @ asked
        found.append((float(rows[0]) + float(rows.max())) / 2)
    return found
