"""Spaced repetition of questions and weak criteria by FSRS: what a mark does to a card, and when it is due.

Works in the user's own days. Stores nothing and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from typing import TYPE_CHECKING

from coach.plan.days import local_day
from coach.schema.plan import Marked, MemoryCard, Review
from coach.store.memory import Learnt

if TYPE_CHECKING:
    from fsrs import Card, Scheduler

# Both scales have four steps in the same order, from "could not" to "without effort". A 2 (lean no) is
# Hard and not Again, since part of the answer was there: a 1 and a 2 come back the next day alike, but a
# second 2 comes after three days and a second 1 the next day once more. First intervals are 1, 1, 2 and
# 8 days, so that a plan of a month sees a middling answer about three times.
RATINGS = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}
WEAK = 2
LONGEST_DAYS = 180
_NOON = time(12, tzinfo=UTC)


def question_card(question_id: str) -> str:
    return f"question:{question_id}"


def criterion_card(criterion: str) -> str:
    return f"criterion:{criterion}"


@cache
def _scheduler() -> Scheduler:
    from fsrs import Scheduler

    # An interview answer is not relearnt within ten minutes: without steps every interval is in days.
    # Fuzzing is off so that the same history gives the same plan.
    return Scheduler(
        learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=LONGEST_DAYS
    )


def review(card: MemoryCard | None, found: Review) -> MemoryCard:
    """The card after one more mark. A criterion's card starts to be scheduled with its first weak mark."""
    from fsrs import Rating

    times = (card.times if card else 0) + 1
    kept = MemoryCard(card=found.card, times=times, mark=found.mark, last_at=found.at, last_day=found.day)
    started = card is not None and card.stability is not None
    if not started and found.card.startswith("criterion:") and found.mark > WEAK:
        return kept
    # Days are whole days of the user's: every review counts as one at noon, so that neither the hour
    # nor a change of the clocks makes an interval longer or shorter.
    at = datetime.combine(found.day, _NOON)
    after, _ = _scheduler().review_card(_fsrs(card, at), Rating[RATINGS[found.mark]], at)
    return kept.model_copy(
        update={
            "stability": after.stability,
            "difficulty": after.difficulty,
            "due": found.day + timedelta(days=(after.due - at).days),
        }
    )


def _fsrs(card: MemoryCard | None, at: datetime) -> Card:
    from fsrs import Card, State

    if card is None or card.stability is None:
        return Card(card_id=0, due=at)
    return Card(
        card_id=0,
        state=State.Review,
        stability=card.stability,
        difficulty=card.difficulty,
        due=at,
        # Clocks may have been set back: a review never comes before the one before it.
        last_review=min(at, datetime.combine(card.last_day, _NOON)),
    )


def foresee(card: MemoryCard | None, name: str, day: date, mark: int = 3) -> MemoryCard:
    """The card as it would be after this mark on that day."""
    return review(card, Review(attempt_id=0, card=name, mark=mark, day=day, at=""))


def reviews_of(marked: Marked, zone: tzinfo | None) -> list[Review]:
    """What one graded attempt says: a review of its question and of each criterion that has a level."""
    day = local_day(datetime.fromisoformat(marked.at), zone)
    cards = {question_card(marked.question_id): marked.overall}
    cards |= {criterion_card(name): mark for name, mark in marked.criteria.items()}
    return [
        Review(attempt_id=marked.attempt_id, card=name, mark=mark, day=day, at=marked.at)
        for name, mark in cards.items()
    ]


def learn(
    marked: Sequence[Marked],
    cards: dict[str, MemoryCard],
    shrunk: Sequence[str],
    log: Callable[[str], list[Review]],
    zone: tzinfo | None = None,
) -> Learnt:
    """Reviews for attempts that are new, and the cards after them.

    A card is worked out anew from its whole log where reviews of it were deleted, or where a new one is
    older than its last (an import, a clock that was set back): the order of arrival changes nothing.
    """
    fresh = [found for attempt in marked for found in reviews_of(attempt, zone)]
    by_card: dict[str, list[Review]] = {name: [] for name in shrunk}
    for found in fresh:
        by_card.setdefault(found.card, []).append(found)
    changed: list[MemoryCard] = []
    forgotten: list[str] = []
    for name, new in by_card.items():
        known = cards.get(name)
        if known is not None and (name in shrunk or new[0].at < known.last_at):
            known, new = None, log(name) + new
        card = _replay(known, new)
        if card is None:
            forgotten.append(name)
        else:
            changed.append(card)
    return Learnt(fresh, changed, forgotten)


def _replay(card: MemoryCard | None, reviews: Iterable[Review]) -> MemoryCard | None:
    for found in sorted(reviews, key=lambda found: (found.at, found.attempt_id)):
        card = review(card, found)
    return card
