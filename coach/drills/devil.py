"""Devil's advocate: challenges that quote a past decision, and what the defence holds.

Where the decision comes from (a story, an audit, the corpus) is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.drills.drill import Item, Labels, Step, make_question, relabelled, sign_items
from coach.drills.report import Report, look
from coach.guides.exercises import Challenge, DevilFile, DrillKind, Exercise
from coach.schema.answer import Answer
from coach.schema.question import Angle, Question
from coach.text.phrases import find, phrase, sentences
from coach.text.sanitize import for_terminal

CHALLENGES = 4
FEWEST, MOST = 3, 16  # words of a quote that can be said aloud
_JOINT = re.compile(
    r"\s*[,;:()–—]\s*|\s+(?=(?:and|but|because|so|which|while|since|although)\s)", re.IGNORECASE
)
_LEAD = re.compile(r"^(?:(?:and|but|so|because|which|while|since|although|that|then)\s+)+", re.IGNORECASE)
_MARKS = re.compile(r'["“”«»{}]')


@dataclass(frozen=True)
class DevilDrill:
    """Implements Drill over a decision and the challenges chosen for it."""

    exercise: Exercise
    decision: str
    challenges: tuple[Angle, ...]
    file: DevilFile
    kind: DrillKind = "devil"

    @classmethod
    def on(cls, exercise: Exercise, decision: str, file: DevilFile) -> DevilDrill:
        """The drill on a decision: the challenges that its words invite."""
        decision = for_terminal(decision).strip()
        return cls(exercise, decision, attack(decision, file.challenges, exercise.criteria), file)

    @classmethod
    def of(cls, question: Question, exercise: Exercise, file: DevilFile) -> DevilDrill:
        """The drill that was put as `question`, with the same challenges."""
        decision = question.text.split("\n\n")[0]
        return cls(exercise, decision, question.angles, file)

    @property
    def steps(self) -> int:
        return max(0, len(self.challenges) - 1)

    @cached_property
    def question(self) -> Question:
        flat = " ".join(self.decision.split())
        first = self.challenges[0].text
        text = f"{flat}\n\n{self.file.task}\n\n{first}"
        return make_question(self.kind, self.exercise, text, angles=self.challenges)

    def next_step(self, answer: Answer) -> Step | None:
        told = len(answer.parts())
        if told >= len(self.challenges):
            return None
        challenge = self.challenges[told]
        return Step(text=challenge.text, criterion=challenge.criterion)

    def check(self, answer: Answer) -> Report:
        checks = tuple(look(sign, answer.parts()) for sign in self.file.signs)
        return Report(kind=self.kind, name=self.exercise.id, checks=checks)

    def items(self, answer: Answer) -> tuple[Item, ...]:
        return sign_items(self.check(answer).checks)

    def relabel(self, report: Report, labels: Labels) -> Report:
        return report.model_copy(update={"checks": relabelled(report.checks, labels)})


def attack(
    decision: str, challenges: Iterable[Challenge], criteria: Sequence[str], most: int = CHALLENGES
) -> tuple[Angle, ...]:
    """The challenges that fit a decision, with its own words in them; no words are used twice.

    A challenge that the decision already meets is passed over. Fewer come where few fit.
    """
    clauses = list(_clauses(decision))
    used: set[str] = set()
    found: list[tuple[int, Angle]] = []
    for place, challenge in enumerate(challenges):
        if find(decision, challenge.answered) if challenge.answered else None:
            continue
        quote = _quote(challenge, clauses, used)
        if quote is None:
            continue
        used.add(quote)
        criterion = challenge.criterion if challenge.criterion in criteria else criteria[0]
        found.append((place, Angle(criterion=criterion, text=challenge.text.replace("{quote}", quote))))
        if len(found) == most:
            break
    return tuple(angle for _, angle in found)


def _quote(challenge: Challenge, clauses: Sequence[str], used: set[str]) -> str | None:
    """The clause that invites the challenge most: the one with most of its words."""
    patterns = [group for one in challenge.fits for group in phrase(one).groups]
    best, most = None, 0
    for clause in clauses:
        hits = sum(len(pattern.findall(clause)) for pattern in patterns)
        if hits > most and clause not in used:
            best, most = clause, hits
    return best


def _clauses(text: str) -> Iterable[str]:
    """Pieces of the text's own words, as they stand, fit to be said aloud."""
    for start, end in sentences(text):
        sentence = " ".join(text[start:end].split()).rstrip(".!?")
        whole = [sentence] if len(sentence.split()) <= MOST else _JOINT.split(sentence)
        for piece in whole:
            clause = _LEAD.sub("", piece.strip()).strip(" -*•")
            if FEWEST <= len(clause.split()) <= MOST and not _MARKS.search(clause):
                yield clause
