"""Devil's advocate: challenges that quote a past decision, and what the defence holds.

Where the decision comes from (a story, an audit, the corpus) is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import Content
from coach.drills.drill import SignsAlone, Step, make_question
from coach.drills.hold import Hold
from coach.drills.report import Report, look
from coach.guides.exercises import Challenge, DevilFile, DrillKind, Exercise
from coach.schema.answer import Answer
from coach.schema.question import Angle, Question
from coach.text.phrases import find, phrase, sentences
from coach.text.sanitize import for_terminal

CHALLENGES = 4
# How many of a defence's signs make a yes possible, and a clear one.
SOME, WHOLE = 3, 4
FEWEST, MOST = 3, 16  # words of a quote that can be said aloud
_JOINT = re.compile(
    r"\s*[,;:()–—]\s*|\s+(?=(?:and|but|because|so|which|while|since|although)\s)", re.IGNORECASE
)
_LEAD = re.compile(r"^(?:(?:and|but|so|because|which|while|since|although|that|then)\s+)+", re.IGNORECASE)
_LABEL = re.compile(r"^[A-Z][a-z]+(?: [a-z]+){0,2}: ")
_MARKS = re.compile(r'["“”«»{}]')


@dataclass(frozen=True)
class DevilDrill(SignsAlone):
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
    def case(self) -> str:
        """A prepared decision; what belongs to a decision of the candidate's own only the candidate knows."""
        prepared = {item.id for item in self.file.exercises}
        if self.exercise.id not in prepared:
            return ""
        return f"{self.exercise.title}. {self.decision} {self.exercise.also}"

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

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """A defence without most of what a defence holds is an assurance."""
        checks = self.check(answer).checks
        missing = [check for check in checks if not check.seen]
        seen = len(checks) - len(missing)
        if seen >= WHOLE:
            return ()
        wanting = "; ".join(check.text for check in missing)
        why = f"what a defence holds was not found: {wanting}."
        return (Hold(most=2 if seen < SOME else 3, why=why, advice=missing[0].why),)


def attack(
    decision: str, challenges: Iterable[Challenge], criteria: Sequence[str], most: int = CHALLENGES
) -> tuple[Angle, ...]:
    """The challenges that fit a decision best, in the order of the corpus, with its own words in them.

    No words are used twice, and a challenge that the decision already meets is passed over. Fewer come
    where few fit.
    """
    clauses = list(_clauses(decision))
    open_ones = [item for item in challenges if not (item.answered and find(decision, item.answered))]
    ranked = sorted(
        (
            (-_hits(challenge, clause), place, order, challenge, clause)
            for place, challenge in enumerate(open_ones)
            for order, clause in enumerate(clauses)
            if _hits(challenge, clause)
        ),
        key=lambda found: found[:3],
    )
    chosen: dict[int, Angle] = {}
    used: set[str] = set()
    for _, place, _, challenge, clause in ranked:
        if place in chosen or clause in used or len(chosen) == most:
            continue
        used.add(clause)
        criterion = challenge.criterion if challenge.criterion in criteria else criteria[0]
        text = challenge.text.replace("{quote}", clause)
        chosen[place] = Angle(criterion=criterion, text=text)
    return tuple(chosen[place] for place in sorted(chosen))


def _hits(challenge: Challenge, clause: str) -> int:
    """How many words of a clause invite the challenge."""
    return sum(len(group.findall(clause)) for one in challenge.fits for group in phrase(one).groups)


def _clauses(text: str) -> Iterable[str]:
    """Pieces of the text's own words, as they stand, fit to be said aloud."""
    for start, end in sentences(text):
        sentence = _LABEL.sub("", " ".join(text[start:end].split())).rstrip(".!?")
        whole = [sentence] if len(sentence.split()) <= MOST else _JOINT.split(sentence)
        for piece in whole:
            clause = _LEAD.sub("", piece.strip()).strip(" -*•")
            if FEWEST <= len(clause.split()) <= MOST and not _MARKS.search(clause):
                yield clause
