"""What is indexed for each passage: its words, its headings, and the questions that it answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.guides.corpus import Corpus
from coach.schema.passage import Guide, Passage


@dataclass(frozen=True)
class Entry:
    """A passage and the text by which it is found."""

    passage: Passage
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 hex of the indexed text: a vector is reused only while this stays the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def corpus_entries(corpus: Corpus) -> list[Entry]:
    """Entries of the shipped guides, in the order of the guides.

    A passage is also found by the interview questions that name it, which are closer to a
    candidate's words than the passage is.
    """
    asked: dict[str, list[str]] = {}
    for question in corpus.questions.values():
        for passage_id in question.passages:
            asked.setdefault(passage_id, []).append(question.text)
    return [
        Entry(passage, _indexed(passage, guide, asked.get(passage.id, ())))
        for guide in corpus.guides
        for passage in guide.passages
    ]


def user_entries(guides: Iterable[Guide]) -> list[Entry]:
    """Entries of the documents that the user added."""
    return [Entry(passage, _indexed(passage, guide, ())) for guide in guides for passage in guide.passages]


def _indexed(passage: Passage, guide: Guide, questions: Sequence[str]) -> str:
    # The heading counts twice: it is what the passage says it is about.
    return "\n".join([passage.title, passage.title, guide.title, passage.text, *questions])


def manifest_digest(entries: Sequence[Entry]) -> str:
    """First 12 hex digits of a hash over ids and indexed texts, in order."""
    lines = "\n".join(f"{entry.passage.id} {entry.digest}" for entry in entries)
    return hashlib.sha256(lines.encode()).hexdigest()[:12]
