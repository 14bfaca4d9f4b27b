"""Lets a plan follow what is remembered: reviews move to when they are due, weak criteria get a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from coach.plan.days import short_day
from coach.plan.layout import REVIEW_MINUTES
from coach.plan.memory import WEAK
from coach.plan.ticks import drop
from coach.plan.wording import practice_command, practice_title, review_title, shorten
from coach.schema.plan import MemoryCard, Plan, PlanItem
from coach.schema.question import Question

# A criterion that is due is served by a question within so many days; else one of the next days' gives way.
_SERVED_DAYS, _SWAP_DAYS = 3, 10


def follow_questions(
    plan: Plan,
    items: Sequence[PlanItem],
    cards: dict[str, MemoryCard],
    today: date,
    now: str,
    questions: Mapping[str, Question],
) -> tuple[tuple[PlanItem, ...], list[str]]:
    """Open reviews go to the days on which their questions are due; weak new answers get a review."""
    kept: list[PlanItem] = []
    notes: list[str] = []
    for item in items:
        card = cards.get(f"question:{item.subject}")
        if item.kind == "review" and item.state == "open" and card is not None and card.due is not None:
            moved = _move_review(plan, item, card, card.due, today, now)
            if moved.state == "dropped":
                notes.append(
                    f"“{shorten(item.title, 60)}” is not due before the plan ends (last mark {card.mark})."
                )
            kept.append(moved)
        else:
            kept.append(item)
    number = max((item.number for item in kept), default=0)
    for name, card in sorted(cards.items()):
        question = questions.get(name.removeprefix("question:"))
        if question is not None and _needs_review(plan, card, question.id, kept):
            number += 1
            title = review_title(question)
            kept.append(_review_item(number, question.id, title, card, today, now))
            when = short_day(kept[-1].day)
            notes.append(f"Added for {when}, since the last mark was {card.mark}: {shorten(title, 60)}")
    return tuple(kept), notes


def _move_review(plan: Plan, item: PlanItem, card: MemoryCard, due: date, today: date, now: str) -> PlanItem:
    if item.wanted == due:
        return item
    if due > plan.last:
        return drop(item, now)
    why = f"Your last mark was {card.mark}."
    weight = 3 if card.mark <= WEAK else 2
    return item.model_copy(update={"wanted": due, "day": max(due, today), "why": why, "weight": weight})


def _needs_review(plan: Plan, card: MemoryCard, question: str, items: Iterable[PlanItem]) -> bool:
    if card.mark > WEAK or card.due is None or card.due > plan.last or card.last_at < plan.made_at:
        return False
    of_it = [item for item in items if item.subject == question]
    return not any(item.state == "open" or item.wanted == card.due for item in of_it)


def _review_item(number: int, question: str, title: str, card: MemoryCard, today: date, now: str) -> PlanItem:
    due = card.due or today
    return PlanItem(
        number=number,
        task=f"review:{question}",
        kind="review",
        title=title,
        subject=question,
        why=f"Your last mark was {card.mark}.",
        command=practice_command(question),
        minutes=REVIEW_MINUTES,
        weight=3,
        wanted=due,
        day=max(due, today),
        planned_at=now,
    )


def follow_criteria(
    plan: Plan,
    items: Sequence[PlanItem],
    cards: Mapping[str, MemoryCard],
    today: date,
    questions: Mapping[str, Question],
    titles: Mapping[str, str],
) -> tuple[tuple[PlanItem, ...], list[str]]:
    """Criteria with weak new marks are asked again when they are due, in the place of another question.

    Only questions that the plan chose by need give way, so that no day becomes longer. `titles` maps a
    criterion's id to its title.
    """
    kept = list(items)
    notes: list[str] = []
    for name, card in sorted(cards.items(), key=lambda pair: (pair[1].mark, pair[0])):
        criterion = name.removeprefix("criterion:")
        if criterion == name or criterion not in titles or not _is_due(plan, card):
            continue
        due = max(card.due or today, today)
        if _served(criterion, kept, questions, due + timedelta(days=_SERVED_DAYS)):
            continue
        place = _gives_way(kept, due)
        question = _question_on(criterion, kept, cards, questions)
        if place is None or question is None:
            continue
        why = f"{titles[criterion]}: your last mark was {card.mark}."
        notes.append(
            f"Item {kept[place].number} now asks about {titles[criterion].lower()}, whose last mark was"
            f" {card.mark}: {shorten(question.text, 48)}"
        )
        before = kept[place].subject
        kept[place] = kept[place].model_copy(
            update={
                "task": f"practice:{question.id}",
                "subject": question.id,
                "title": practice_title(question),
                "command": practice_command(question.id),
                "why": why,
            }
        )
        asked = any(item.kind == "practice" and item.subject == before for item in kept)
        if not asked and f"question:{before}" not in cards:
            kept = [_repeated_instead(item, before, question) for item in kept]
    return tuple(kept), notes


def _repeated_instead(item: PlanItem, before: str, question: Question) -> PlanItem:
    """The repetition of a question that is not asked any more repeats the one in its place."""
    if item.kind != "review" or item.state != "open" or item.subject != before:
        return item
    return item.model_copy(
        update={
            "task": f"review:{question.id}",
            "subject": question.id,
            "title": review_title(question),
            "command": practice_command(question.id),
        }
    )


def _is_due(plan: Plan, card: MemoryCard) -> bool:
    """A weak mark given since the plan was made, to be practised again before it ends."""
    return (
        card.mark <= WEAK and card.due is not None and card.due <= plan.last and card.last_at > plan.made_at
    )


def _served(
    criterion: str, items: Iterable[PlanItem], questions: Mapping[str, Question], until: date
) -> bool:
    open_ = (item for item in items if item.state == "open" and item.day <= until)
    asked = (questions[item.subject] for item in open_ if item.subject in questions)
    return any(criterion in question.criteria for question in asked)


def _gives_way(items: Sequence[PlanItem], due: date) -> int | None:
    """The next open item whose question was chosen by need and not for a weak mark."""
    fitting = [
        (item.day, place)
        for place, item in enumerate(items)
        if item.state == "open" and item.task.startswith("practice:") and "last mark" not in item.why
        if due <= item.day <= due + timedelta(days=_SWAP_DAYS)
    ]
    return min(fitting)[1] if fitting else None


def _question_on(
    criterion: str,
    items: Iterable[PlanItem],
    cards: Mapping[str, MemoryCard],
    questions: Mapping[str, Question],
) -> Question | None:
    """A question that asks the criterion, the earlier in its list the better, and is not planned yet."""
    planned = {item.subject for item in items if item.state == "open"}

    def rank(question: Question) -> tuple[int, int]:
        card = cards.get(f"question:{question.id}")
        return (card.times if card else 0, question.criteria.index(criterion))

    asking = [q for q in questions.values() if criterion in q.criteria and q.id not in planned]
    return min(asking, key=rank, default=None)
