"""Chooses the question to practise: the one named, the best match of a text, or what needs it most."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from math import log

from coach.errors import UsageError
from coach.interview.words import stems
from coach.schema.question import ROUNDS, Question
from coach.store.profile import Profile
from coach.store.records import Practised

# A text -> ids of the passages nearest to it, best first.
Search = Callable[[str], Sequence[str]]

NEAR_DAYS = 7
_CHUNK = 1200


def by_id(questions: Mapping[str, Question], wanted: str) -> Question:
    """The question of that id; UsageError that names near ones where there is none."""
    if wanted in questions:
        return questions[wanted]
    near = [i for i in questions if wanted.casefold() in i or stems(wanted) & stems(i.replace("-", " "))]
    hint = f" Did you mean {', '.join(near[:4])}?" if near else ""
    raise UsageError(f"There is no question {wanted!r}.{hint} `coach questions list` shows them all.")


def in_round(questions: Mapping[str, Question], wanted: str) -> dict[str, Question]:
    """The questions of one round; UsageError where the round does not exist or has none."""
    if wanted not in ROUNDS:
        raise UsageError(f"There is no round {wanted!r}. Rounds: {', '.join(ROUNDS)}.")
    found = {i: question for i, question in questions.items() if question.round == wanted}
    if not found:
        raise UsageError(f"The corpus has no question for the round {wanted}.")
    return found


def by_text(
    questions: Mapping[str, Question],
    text: str,
    *,
    search: Search,
    grounds: Callable[[Question], Sequence[str]],
) -> list[Question]:
    """Questions by how well they match `text` (a topic, a job, a CV), best first; none without a match.

    Two rankings are fused: passages found by retrieval that ground a question (`grounds`, nearest
    first), and rare words that the text shares with the question itself and its id.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    places = {i: {passage: n for n, passage in enumerate(grounds(item))} for i, item in questions.items()}
    for start in range(0, min(len(text), 20 * _CHUNK), _CHUNK):
        for rank, passage in enumerate(search(text[start : start + _CHUNK])):
            for i, place in places.items():
                if passage in place:
                    scores[i] += 1 / ((10 + rank) * (1 + place[passage]))
    for i, weight in _shared_words(questions, text).items():
        scores[i] += weight
    ranked = sorted((i for i in scores if scores[i] > 0), key=lambda i: (-scores[i], i))
    return [questions[i] for i in ranked]


def _shared_words(questions: Mapping[str, Question], text: str) -> dict[str, float]:
    """For each question the share of the text's words that it holds, rare words counting more."""
    # An id names the case, often in the field's word where the question describes it: cold-start.
    held = {i: stems(f"{i.replace('-', ' ')} {question.text}") for i, question in questions.items()}
    spread = Counter(stem for words in held.values() for stem in words)
    rarity = {stem: log(1 + len(held) / spread[stem]) for stem in stems(text) if stem in spread}
    whole = sum(rarity.values())
    if not whole:
        return {}
    return {i: sum(rarity[stem] for stem in rarity.keys() & words) / whole for i, words in held.items()}


def by_need(
    questions: Sequence[Question],
    *,
    practised: Mapping[str, Practised],
    profile: Profile,
    today: date,
    asked: Collection[str] = (),
) -> Question:
    """The question that needs practice most, not one of `asked` while others are left.

    Far from the interview what was practised least comes first; within a week of it, what went
    worst. Ties go to the round practised least, then to the words of the profile, then to the
    order given (which puts matches of a text first).
    """
    if not questions:
        raise UsageError("No question fits that choice. `coach questions list` shows them all.")
    fresh = [question for question in questions if question.id not in asked] or list(questions)
    rounds: Counter[str | None] = Counter()
    for done in practised.values():
        rounds[done.round] += done.times
    days = profile.days_left(today)
    near = days is not None and days <= NEAR_DAYS
    told = stems(" ".join((profile.experience, *profile.companies)))

    def need(item: tuple[int, Question]) -> tuple[float, ...]:
        place, question = item
        done = practised.get(question.id)
        times = done.times if done else 0
        mark = done.last_overall or 0 if done else 2.5
        first, second = (mark, times) if near else (times, mark)
        return (first, second, rounds[question.round], -len(told & stems(question.text)), place)

    return min(enumerate(fresh), key=need)[1]
