"""Nouns of the guides: passage (a citable piece), guide (a document)."""

from __future__ import annotations

from coach.schema.base import Frozen


class Passage(Frozen):
    """A piece of a guide that can be cited. `id` is `<guide>#<anchor>` and never changes.

    `digest` is the SHA-256 hex of the text: what an index and a grade are versioned by.
    """

    id: str
    guide: str
    title: str
    text: str
    digest: str
    user: bool = False


class Guide(Frozen):
    """One document of the corpus or one that the user added."""

    id: str
    title: str
    sources: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()


class ExemplarPair(Frozen):
    """A BAD and a GOOD sample of the same point, as found in a document.

    `line` is 1-based; `criterion` is None where none could be attached.
    """

    bad: str
    good: str
    why: str = ""
    criterion: str | None = None
    line: int = 0


class Hit(Frozen):
    """A search result; `score` is higher-is-better and comparable only within one search."""

    passage: Passage
    score: float
