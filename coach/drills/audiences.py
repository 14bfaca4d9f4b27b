"""Three audiences: what each of three tellings holds for its listener, and how technical its words are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import Content
from coach.drills.drill import Item, Labels, Step, make_question, relabelled, sign_items
from coach.drills.hold import Hold
from coach.drills.report import Check, Report, look
from coach.guides.exercises import Audience, AudienceFile, DrillKind, ModelDecision
from coach.guides.terms import terms
from coach.schema.answer import Answer
from coach.schema.question import Question
from coach.text.phrases import phrase

FITS, TECHNICAL, VAGUE = "fits", "too_technical", "too_vague"


# Words below which a telling is none, and the share of content words that makes two of them one.
FEWEST, SAME = 12, 0.75


@dataclass(frozen=True)
class AudienceDrill:
    """Implements Drill: the first answer is for the first audience, each step asks for the next one."""

    exercise: ModelDecision
    file: AudienceFile
    kind: DrillKind = "audiences"

    @property
    def steps(self) -> int:
        return len(self.file.audiences) - 1

    @cached_property
    def question(self) -> Question:
        first = self.file.audiences[0].prompt
        return make_question(
            self.kind, self.exercise, f"{self.exercise.facts}\n\n{self.file.task}\n\n{first}"
        )

    @property
    def case(self) -> str:
        return f"{self.exercise.title}. {self.exercise.facts} {self.exercise.also}"

    def next_step(self, answer: Answer) -> Step | None:
        told = len(answer.parts())
        if told >= len(self.file.audiences):
            return None
        return Step(text=self.file.audiences[told].prompt, criterion=self.exercise.criteria[0])

    def check(self, answer: Answer) -> Report:
        checks: list[Check] = []
        notes: list[str] = []
        for audience, part in zip(self.file.audiences, answer.parts(), strict=False):
            checks += [look(sign, [part], group=audience.id) for sign in audience.signs]
            notes += self._manner(audience, part[1])
        untold = self.file.audiences[len(answer.parts()) :]
        notes += [f"There is no text for {audience.name}." for audience in untold]
        return Report(kind=self.kind, name=self.exercise.id, checks=tuple(checks), notes=tuple(notes))

    def items(self, answer: Answer) -> tuple[Item, ...]:
        """The signs of each telling, and how it fits its listener."""
        turns = {a.id: (part[0],) for a, part in zip(self.file.audiences, answer.parts(), strict=False)}
        checks = self.check(answer).checks
        signs = tuple(item for name, own in turns.items() for item in sign_items(_of(name, checks), own))
        return signs + tuple(
            Item(
                id=f"fit/{audience.id}",
                text=f"How the text for {audience.name} fits them. They need {audience.needs}",
                labels=(FITS, TECHNICAL, VAGUE, "missing"),
                nothing="missing",
                turns=turns[audience.id],
            )
            for audience in self.file.audiences
            if audience.id in turns
        )

    def relabel(self, report: Report, labels: Labels) -> Report:
        fits = tuple(label for name, label in labels.items() if name.startswith("fit/"))
        return report.model_copy(update={"checks": relabelled(report.checks, labels), "choices": fits})

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """A listener without a text of their own, or without anything that they need, was not told."""
        parts, checks = answer.parts(), self.check(answer).checks
        holds = []
        for place, audience in enumerate(self.file.audiences):
            text = parts[place][1] if place < len(parts) else ""
            signs = _of(audience.id, checks)
            if len(text.split()) < FEWEST:
                holds.append(Hold(most=2, why=f"there is next to no text for {audience.name}."))
            elif any(_alike(text, other) for _, other in parts[:place]):
                holds.append(Hold(most=2, why=f"{audience.name} are told what another listener was told."))
            elif not any(check.seen for check in signs):
                why = f"nothing that {audience.name} need was found in the text for them."
                holds.append(Hold(most=2, why=why, advice=f"They need {audience.needs}"))
        return tuple(holds)

    def _manner(self, audience: Audience, text: str) -> list[str]:
        """What is to be said of length and technical words; nothing where both fit."""
        words = len(text.split())
        if words == 0:
            return [f"The text for {audience.name} is empty."]
        notes = []
        share = 100 * self.technical(text) / words
        low, high = audience.terms
        if share > high:
            notes.append(
                f"For {audience.name}: {share:.0f} technical terms in a hundred words;"
                f" up to {high:g} fit them."
            )
        elif share < low:
            notes.append(
                f"For {audience.name}: {share:.0f} technical terms in a hundred words; {low:g} and more are"
                " what they work with."
            )
        fewest, most = audience.words
        if not fewest <= words <= most:
            notes.append(f"For {audience.name}: {words} words; {fewest} to {most} fit them.")
        return notes

    def technical(self, text: str) -> int:
        """How many technical terms of the corpus's list the text holds."""
        return sum(len(group.findall(text)) for one in self.file.technical for group in phrase(one).groups)


def _alike(one: str, other: str) -> bool:
    mine, theirs = frozenset(terms(one)), frozenset(terms(other))
    return len(mine & theirs) >= SAME * max(len(mine | theirs), 1)


def _of(audience: str, checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.group == audience)
