"""What an interviewer knows when it presses, and what it hands back. Chooses and words nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from coach.interview.check import Basis
from coach.interview.words import stems
from coach.schema.grade import Grade, GradeTask
from coach.schema.rubric import Criterion
from coach.store.records import SpokenTurn


@dataclass(frozen=True)
class FollowUp:
    """A follow-up that passed its check. `note` says why a model's words were not used, if so."""

    text: str
    criterion: str
    author: Literal["local", "llm"]
    note: str = ""


@dataclass(frozen=True)
class View:
    """The conversation so far, as an interviewer sees it.

    `task.answer` is the answer so far and `look` a quick grade of it; `secrets` are texts of good
    answers, which a follow-up must not repeat; `aimed` tells whether a text speaks to a grader.
    `leanings` are the quick reader's marks before they were rounded, by criterion; `heard` are questions
    asked of this candidate elsewhere, `leads` the words with which this interviewer leads a quote in.
    """

    task: GradeTask
    turns: tuple[SpokenTurn, ...]
    look: Grade
    secrets: tuple[str, ...] = ()
    aimed: Callable[[str], bool] = lambda text: False
    leanings: Mapping[str, float] = field(default_factory=dict)
    heard: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        """The candidate's texts, one for each turn."""
        return tuple(turn.text for turn in self.turns if turn.role == "candidate")

    @property
    def pressed(self) -> tuple[str, ...]:
        """Criteria that follow-ups pressed on, in order."""
        return tuple(turn.criterion or "" for turn in self.turns if turn.role == "interviewer")

    @property
    def earlier(self) -> tuple[str, ...]:
        """Every question asked so far, the main one first."""
        asked = tuple(turn.text for turn in self.turns if turn.role == "interviewer")
        return (self.task.question.text, *asked)

    def by_weakness(self) -> list[Criterion]:
        """Criteria in the order in which they deserve a follow-up.

        Those pressed on least come first, then ungraded ones, then the lowest marks; of equal marks
        the criterion of which the answer speaks least.
        """
        marks = {verdict.id: verdict.score for verdict in self.look.criteria}
        pressed = self.pressed

        def rank(criterion: Criterion) -> tuple[int, int, float]:
            return (pressed.count(criterion.id), marks.get(criterion.id) or 0, self.coverage(criterion))

        return sorted(self.task.criteria, key=rank)

    def turn_of(self, criterion: Criterion) -> int:
        """Criteria of a lower number are pressed first, however weak the others are."""
        return self.pressed.count(criterion.id)

    def coverage(self, criterion: Criterion) -> float:
        """How much of a criterion's vocabulary the answer uses, 0 to 1."""
        weights, said = self.weights(criterion), stems(self.task.answer.said())
        return sum(weight for stem, weight in weights.items() if stem in said) / (
            sum(weights.values()) or 1.0
        )

    def vocabulary(self, criterion: Criterion) -> str:
        """The words that belong to a criterion on this question."""
        signs = (*criterion.signs.good, *criterion.signs.bad)
        angles = (angle.text for angle in self.task.question.angles if angle.criterion == criterion.id)
        parts = (criterion.title, criterion.asks, *criterion.bad, *criterion.good, *criterion.levels.values())
        return "\n".join((*parts, *(sign.text for sign in signs), *angles))

    def weights(self, criterion: Criterion) -> dict[str, float]:
        """Stems of a criterion's vocabulary; those that it shares with the question's others weigh less."""
        spread = Counter(stem for item in self.task.criteria for stem in stems(self.vocabulary(item)))
        return {stem: 1 / spread[stem] for stem in stems(self.vocabulary(criterion))}

    def basis(self, criterion: Criterion) -> Basis:
        """What a follow-up on this criterion is checked against."""
        exemplars = (text for item in self.task.criteria for text in item.good)
        passages = (passage.text for passage in self.task.passages)
        return Basis(
            said=self.task.answer.said(),
            topic=f"{self.task.question.text}\n{self.vocabulary(criterion)}",
            earlier=self.earlier,
            secrets=(*exemplars, *passages, *self.secrets),
        )


class Interviewer(Protocol):
    """Whoever words follow-ups. None means that nothing is left worth asking."""

    async def follow_up(self, view: View) -> FollowUp | None: ...
