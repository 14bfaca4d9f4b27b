"""Finds a quote in an answer and returns the exact slice. Decides nothing about marks."""

from __future__ import annotations

from coach.schema.answer import Answer
from coach.schema.grade import Evidence
from coach.text.quotes import Folded


class EvidenceFinder:
    """Looks quotes up in one answer."""

    def __init__(self, answer: Answer) -> None:
        self._parts = [(turn, Folded(text)) for turn, text in answer.parts()]

    def find(self, quote: str) -> Evidence:
        """The quote as evidence: the exact slice where it is found, else marked not found."""
        for turn, part in self._parts:
            span = part.find(quote)
            if span:
                start, end = span
                return Evidence(quote=part.source[start:end], start=start, end=end, found=True, turn=turn)
        return Evidence(quote=quote)
