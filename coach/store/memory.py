"""Keeps what is remembered of questions and criteria: one review for each mark, and the cards after them.

Decides nothing: what a mark does to a card, and when it is due, is worked out in `coach.plan.memory`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from coach.schema.plan import Marked, MemoryCard, Review
from coach.store.database import Database


@dataclass(frozen=True)
class Answered:
    """A graded attempt: its question, its round, when (UTC), and on which day of the user's (ISO)."""

    attempt_id: int
    question_id: str
    round: str | None
    at: str
    day: str


@dataclass(frozen=True)
class Learnt:
    """What graded attempts changed: reviews to add, cards as they are now, cards to forget."""

    reviews: Sequence[Review]
    cards: Sequence[MemoryCard]
    forgotten: Sequence[str] = ()


# (attempts not yet reviewed, all cards, names of cards whose reviews were deleted, the log of a card)
Learn = Callable[
    [Sequence[Marked], dict[str, MemoryCard], Sequence[str], Callable[[str], list[Review]]], Learnt
]


class Memory:
    """Cards and reviews in the user's database, derived from its graded attempts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def absorb(self, learn: Learn) -> bool:
        """Let `learn` turn graded attempts that no card has seen into reviews; False where none were.

        Each attempt is reviewed once, whoever looks first, and a deleted one is taken back.
        """
        if not self._unseen() and not self._shrunk():
            return False
        with self._database.write() as connection:
            # Read again under the lock: another program may have done it meanwhile.
            learnt = learn(self._marked(self._unseen()), self.cards(), self._shrunk(), self._log)
            connection.executemany(
                "INSERT INTO plan_reviews VALUES (?, ?, ?, ?, ?)",
                [(r.attempt_id, r.card, r.mark, r.day.isoformat(), r.at) for r in learnt.reviews],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO plan_cards VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [tuple(card.model_dump(mode="json").values()) for card in learnt.cards],
            )
            connection.executemany(
                "DELETE FROM plan_cards WHERE card = ?", [(name,) for name in learnt.forgotten]
            )
        return True

    def cards(self) -> dict[str, MemoryCard]:
        """Everything remembered, by the card's name."""
        rows = self._database.read("SELECT * FROM plan_cards ORDER BY card")
        return {row["card"]: MemoryCard.model_validate(dict(row)) for row in rows}

    def due(self, day: str, apart: str) -> list[str]:
        """Questions with a round that are due on a day (ISO), the weakest first, without ids that begin
        with `apart`."""
        rows = self._database.read(
            "SELECT substr(card, 10) AS question_id FROM plan_cards"
            " WHERE card >= 'question:' AND card < 'question;' AND due <= ? AND substr(card, 10, ?) <> ?"
            " AND EXISTS (SELECT 1 FROM attempts a"
            "  WHERE a.question_id = substr(card, 10) AND a.round IS NOT NULL)"
            " ORDER BY mark, due, card",
            (day, len(apart), apart),
        )
        return [str(row["question_id"]) for row in rows]

    def recent_marks(self, card: str, count: int) -> list[int]:
        """The latest marks of a card, newest first, at most `count`."""
        rows = self._database.read(
            "SELECT mark FROM plan_reviews WHERE card = ? ORDER BY at DESC, attempt_id DESC LIMIT ?",
            (card, count),
        )
        return [int(row["mark"]) for row in rows]

    def answered_since(self, at: str) -> list[Answered]:
        """Graded attempts from an instant on, which `absorb` has seen, oldest first."""
        rows = self._database.read(
            "SELECT r.attempt_id, substr(r.card, 10) AS question_id, a.round, r.at, r.day FROM plan_reviews r"
            " JOIN attempts a ON a.id = r.attempt_id"
            " WHERE r.card >= 'question:' AND r.card < 'question;' AND r.at >= ? ORDER BY r.at, r.attempt_id",
            (at,),
        )
        return [Answered(**dict(row)) for row in rows]

    def last_mark_at(self) -> str:
        """When the latest mark that a card has seen was given, in UTC; "" where there is none."""
        rows = self._database.read("SELECT max(last_at) AS at FROM plan_cards")
        return str(rows[0]["at"] or "")

    def answered(self) -> int:
        """How many answers have a mark."""
        rows = self._database.read(
            "SELECT coalesce(sum(times), 0) AS times FROM plan_cards WHERE card LIKE 'question:%'"
        )
        return int(rows[0]["times"])

    def _unseen(self) -> list[int]:
        """Attempts that have a mark and no review."""
        rows = self._database.read(
            "SELECT DISTINCT attempt_id FROM grades g WHERE attempt_id NOT IN"
            " (SELECT attempt_id FROM plan_reviews)"
            " AND EXISTS (SELECT 1 FROM grades h WHERE h.attempt_id = g.attempt_id"
            "  AND h.status = 'graded' AND h.overall BETWEEN 1 AND 4)"
        )
        return [int(row["attempt_id"]) for row in rows]

    def _shrunk(self) -> list[str]:
        """Cards that count more or fewer reviews than there are."""
        rows = self._database.read(
            "SELECT c.card FROM plan_cards c LEFT JOIN (SELECT card, count(*) AS times FROM plan_reviews"
            " GROUP BY card) r ON r.card = c.card WHERE c.times <> coalesce(r.times, 0)"
        )
        return [str(row["card"]) for row in rows]

    def _marked(self, attempts: Sequence[int]) -> list[Marked]:
        rows = self._database.read(
            "SELECT g.id, g.attempt_id, a.question_id, a.round, g.overall, g.created_at AS at FROM grades g"
            " JOIN attempts a ON a.id = g.attempt_id"
            " WHERE g.attempt_id IN (SELECT value FROM json_each(?)) AND g.status = 'graded'"
            " AND g.overall BETWEEN 1 AND 4 ORDER BY g.id",
            (json.dumps(attempts),),
        )
        first: dict[int, sqlite3.Row] = {}
        for row in rows:
            first.setdefault(row["attempt_id"], row)
        levels = self._levels([row["id"] for row in first.values()])
        found = [
            Marked(
                attempt_id=row["attempt_id"],
                question_id=row["question_id"],
                round=row["round"],
                overall=row["overall"],
                criteria=levels.get(row["id"], {}),
                at=row["at"],
            )
            for row in first.values()
        ]
        return sorted(found, key=lambda marked: (marked.at, marked.attempt_id))

    def _levels(self, grades: Sequence[int]) -> dict[int, dict[str, int]]:
        """The criteria that have a level, by grade."""
        rows = self._database.read(
            "SELECT grade_id, criterion, score FROM verdicts"
            " WHERE grade_id IN (SELECT value FROM json_each(?)) AND score BETWEEN 1 AND 4",
            (json.dumps(grades),),
        )
        levels: dict[int, dict[str, int]] = {}
        for row in rows:
            levels.setdefault(row["grade_id"], {})[row["criterion"]] = row["score"]
        return levels

    def _log(self, card: str) -> list[Review]:
        rows = self._database.read(
            "SELECT * FROM plan_reviews WHERE card = ? ORDER BY at, attempt_id", (card,)
        )
        return [Review.model_validate(dict(row)) for row in rows]
