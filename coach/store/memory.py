"""Keeps what is remembered of questions and criteria: one review for each mark, and the cards after them.

Decides nothing: what a mark does to a card, and when it is due, is worked out in `coach.plan.memory`.
"""

from __future__ import annotations

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

    def recent_marks(self, count: int) -> dict[str, list[int]]:
        """The latest marks of every card, newest first, at most `count` each."""
        rows = self._database.read(
            "SELECT card, mark FROM (SELECT card, mark, row_number() OVER"
            " (PARTITION BY card ORDER BY at DESC, attempt_id DESC) AS place FROM plan_reviews)"
            " WHERE place <= ? ORDER BY card, place",
            (count,),
        )
        marks: dict[str, list[int]] = {}
        for row in rows:
            marks.setdefault(row["card"], []).append(int(row["mark"]))
        return marks

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
        found = []
        for attempt_id in attempts:
            row = self._database.read(
                "SELECT a.question_id, a.round, g.id, g.overall, g.created_at FROM grades g"
                " JOIN attempts a ON a.id = g.attempt_id WHERE g.attempt_id = ? AND g.status = 'graded'"
                " AND g.overall BETWEEN 1 AND 4 ORDER BY g.id LIMIT 1",
                (attempt_id,),
            )[0]
            verdicts = self._database.read(
                "SELECT criterion, score FROM verdicts WHERE grade_id = ? AND score BETWEEN 1 AND 4",
                (row["id"],),
            )
            found.append(
                Marked(
                    attempt_id=attempt_id,
                    question_id=row["question_id"],
                    round=row["round"],
                    overall=row["overall"],
                    criteria={item["criterion"]: item["score"] for item in verdicts},
                    at=row["created_at"],
                )
            )
        return sorted(found, key=lambda marked: (marked.at, marked.attempt_id))

    def _log(self, card: str) -> list[Review]:
        rows = self._database.read(
            "SELECT * FROM plan_reviews WHERE card = ? ORDER BY at, attempt_id", (card,)
        )
        return [Review.model_validate(dict(row)) for row in rows]
