"""Chooses the question to practise on a day: weak criteria, target companies and neglected rounds first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from coach.plan.memory import criterion_card
from coach.plan.needs import Needs, Weakness
from coach.schema.question import Question, Round

_WEAK, _DUE, _COMPANY, _NEW_ROUND = 2.0, 1.0, 1.0, 1.5
_ROUND_AGAIN, _CRITERION_AGAIN, _ANSWERED, _SCREEN = 0.4, 0.25, 1.0, 0.75
# A criterion practised this many days ago may come again at its full weight.
_REST_DAYS = 3
# A question may be planned anew after so many days, in plans that outlast the questions.
_AGAIN_DAYS = 45
_LONG_AGO = date.min
# Long work: chosen when a task asks for the round, not to fill an evening.
_LONG: frozenset[str] = frozenset({"take_home", "portfolio"})


class Chooser:
    """Remembers what it chose, so that a plan spreads over rounds, criteria and questions."""

    def __init__(self, needs: Needs, company_rounds: Collection[Round]) -> None:
        self._needs = needs
        self._company_rounds = frozenset(company_rounds)
        self._weak = {item.criterion: item for item in needs.weak}
        self._planned: dict[str, date] = {}
        self._rounds: Counter[str | None] = Counter()
        self._criteria: Counter[str] = Counter()
        self._last: dict[str, date] = {}
        answered = {question_id for question_id, times in needs.practised.items() if times}
        self._known_rounds = {q.round for q in needs.questions.values() if q.id in answered}

    def choose(self, day: date, only: Round | None = None) -> Question | None:
        """The question that fits the day best; None where all were planned within the last weeks."""
        fitting = [
            question
            for question in self._needs.questions.values()
            if (day - self._planned.get(question.id, _LONG_AGO)).days >= _AGAIN_DAYS
            and (question.round == only if only else question.round not in _LONG)
        ]
        if not fitting:
            return None
        best = max(fitting, key=lambda question: self._score(question, day))
        self.take(best, day)
        return best

    def take(self, question: Question, day: date) -> None:
        """Count a question as planned for that day."""
        self._planned[question.id] = day
        self._rounds[question.round] += 1
        for criterion in question.criteria:
            self._last[criterion] = day
            self._criteria[criterion] += 1

    def reason(self, question: Question) -> str:
        """Why this question, in one sentence, or ""."""
        weak = self._weakest(question)
        if weak is not None:
            marks = ", ".join(map(str, weak.marks[:3]))
            return f"{weak.title}: your last marks were {marks}."
        if question.round in self._company_rounds:
            return "A round that your target companies weigh heavily."
        if question.round and question.round not in self._known_rounds:
            return "A round that you have not practised yet."
        return ""

    def _weakest(self, question: Question) -> Weakness | None:
        weak = [self._weak[name] for name in question.criteria if name in self._weak]
        return min(weak, key=lambda item: item.mean, default=None)

    def _score(self, question: Question, day: date) -> float:
        score = sum(self._want(name, day) for name in question.criteria) / max(1, len(question.criteria))
        if question.round in self._company_rounds:
            score += _COMPANY
        if question.round not in self._known_rounds and not self._rounds[question.round]:
            score += _NEW_ROUND
        if question.round == "recruiter_screen":
            score -= _SCREEN
        score -= _ROUND_AGAIN * self._rounds[question.round]
        return score - _ANSWERED * min(3, self._needs.practised.get(question.id, 0))

    def _want(self, criterion: str, day: date) -> float:
        """How much a criterion wants practice on a day: low marks, a card that is due, little of it yet."""
        want = 0.0
        if weak := self._weak.get(criterion):
            want += _WEAK * max(0.0, 3 - weak.mean)
        card = self._needs.cards.get(criterion_card(criterion))
        if card is not None and card.due is not None and card.due <= day:
            want += _DUE
        rested = (day - self._last[criterion]).days if criterion in self._last else _REST_DAYS
        return want * min(1.0, rested / _REST_DAYS) - _CRITERION_AGAIN * self._criteria[criterion]
