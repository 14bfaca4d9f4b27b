"""What is indexed for each passage: its words, its headings, and how candidates ask for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.guides.corpus import Corpus
from coach.guides.terms import terms, wordings
from coach.schema.passage import Guide, Passage


@dataclass(frozen=True)
class Entry:
    """A passage, what it is said to be about ("" for all of its text), and the text that finds it."""

    passage: Passage
    about: str
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 hex of the indexed text: a vector is reused only while this stays the same."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def terms(self) -> list[str]:
        """The stems of the indexed text, in order."""
        return terms(self.text)

    @cached_property
    def wordings(self) -> list[str]:
        """Words and neighbouring words of the indexed text, filler too."""
        return wordings(self.text)

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The stems that it is said to be about."""
        return frozenset(terms(self.about)) if self.about else frozenset(self.terms)


def corpus_entries(corpus: Corpus) -> list[Entry]:
    """Entries of the shipped guides, in the order of the guides."""
    return [
        _entry(passage, guide, corpus.asked.get(passage.id, ""))
        for guide in corpus.guides
        for passage in guide.passages
    ]


def user_entries(guides: Iterable[Guide]) -> list[Entry]:
    """Entries of the documents that the user added."""
    return [_entry(passage, guide, "") for guide in guides for passage in guide.passages]


def _entry(passage: Passage, guide: Guide, asked: str) -> Entry:
    subjects, _, oblique = asked.partition("|")
    phrases = f"{subjects.strip()}; {oblique.strip()}" if oblique else asked
    # A heading says what its passage is about, and is short: repeating it gives it weight.
    text = "\n".join([*[passage.title] * 3, guide.title, *[phrases] * 2, passage.text])
    # A user's passage has no list of questions; its own words say what it is about.
    about = "" if passage.user else f"{passage.title}\n{guide.title}\n{subjects}"
    return Entry(passage, about, text)


def manifest_digest(entries: Sequence[Entry]) -> str:
    """First 12 hex digits of a hash over ids and indexed texts, in order."""
    lines = "\n".join(f"{entry.passage.id} {entry.digest}" for entry in entries)
    return hashlib.sha256(lines.encode()).hexdigest()[:12]
