"""Which question an answer is most likely for, among all known ones: of which round, on which criteria.

What rounds and criteria an answer sounds like is learnt from answers to other questions; with likeness to
every question's words it gives each question a score, and the asked one a standing. Gives no marks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.relevance import LIKENESS, Look
from coach.schema.question import Question

LAYERS = (*LIKENESS, "round", "criteria")
NAMES = (
    *("log_chance", "lead", "log_rank_aim", "score"),
    *("of_round", "of_criteria", "asks_story", "story_asked", "story_unasked"),
)
STORY = "star_evidence"
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Kinds:
    """What questions are told apart by: their rounds, then their criteria."""

    rounds: tuple[str, ...]
    criteria: tuple[str, ...]

    def of(self, question: Question, criteria: Sequence[str] = ()) -> Table:
        """Ones for the question's round and criteria; a question of the user's own has no round.

        `criteria` stand in where the question names none.
        """
        asked = question.criteria or tuple(criteria)
        rounds = [float(question.round == name) for name in self.rounds]
        return np.array([*rounds, *(float(name in asked) for name in self.criteria)])

    def table(self, questions: Sequence[Question]) -> Table:
        return np.stack([self.of(question) for question in questions])

    def score(self, sounds: Table, asked: Table) -> Table:
        """How far an answer sounds like each question's round, and like its criteria: (questions, 2)."""
        split = len(self.rounds)
        rounds, criteria = asked[:, :split], asked[:, split:]
        scores = np.empty((len(asked), 2))
        scores[:, 0] = rounds @ sounds[:split]
        scores[:, 1] = criteria @ sounds[split:] / np.maximum(np.add.reduce(criteria, axis=1), 1)
        return scores

    @property
    def story(self) -> int:
        """Place of the criterion that asks for a story."""
        return len(self.rounds) + self.criteria.index(STORY)


def layers(look: Look, sounds: Table, kinds: Kinds, own: Table, every: Table) -> tuple[Table, Table]:
    """LAYERS of the asked question and of every known one, each on the scale of the known ones.

    `sounds` is what the answer sounds like, `own` and `every` the kinds of the questions.
    """
    table = np.hstack([look.every, kinds.score(sounds, every)])
    asked = np.concatenate([look.own, kinds.score(sounds, own[None])[0]])
    # As numpy's own mean and std, in half the time.
    middle = np.add.reduce(table, axis=0) / len(table)
    away = table - middle
    spread = np.sqrt(np.add.reduce(away * away, axis=0) / len(table)) + 1e-6
    return (asked - middle) / spread, away / spread


def contrast(asked: Table, every: Table, column: int | None, rank: Table) -> list[float]:
    """The first four numbers of NAMES, from LAYERS and their weights."""
    score = float(asked @ rank)
    scores = every @ rank
    others = scores if column is None else np.delete(scores, column)
    best = float(others.max())
    total = best + math.log(float(np.exp(others - best).sum()))
    return [score - total, score - best, math.log(float((others > score).mean()) + 0.01), score]


def bearing(asked: Table, sounds: Table, own: Table, kinds: Kinds) -> list[float]:
    """The other numbers of NAMES: of its round and criteria, and whether a story is asked for and told."""
    story, told = float(own[kinds.story]), float(sounds[kinds.story])
    return [float(asked[-2]), float(asked[-1]), story, story * told, (1 - story) * told]
