"""All exercises of one kind: lists them, makes one by its name or from the question that was put."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property

from coach.drills.artifact import ArtifactDrill
from coach.drills.audiences import AudienceDrill
from coach.drills.code import CodeDrill
from coach.drills.devil import DevilDrill
from coach.drills.drill import Drill, name_of
from coach.drills.native import NativeDrill
from coach.drills.subject import Subjects
from coach.drills.tradeoff import TradeoffDrill
from coach.drills.which_when import WhichDrill
from coach.errors import UsageError
from coach.guides.exercises import (
    AudienceFile,
    BriefFile,
    CodeFile,
    DevilFile,
    DrillFile,
    DrillKind,
    NativeFile,
    WhichFile,
    WishFile,
)
from coach.schema.answer import Answer
from coach.schema.base import Frozen
from coach.schema.question import Question


class OwnDecision(Frozen):
    """A decision of the candidate's own, from a story or an audit; `text` may be hostile."""

    name: str
    title: str
    text: str


class Shelf:
    """The exercises of a kind. `own` are decisions that the devil's advocate takes before prepared ones."""

    def __init__(self, kind: DrillKind, file: DrillFile, own: Sequence[OwnDecision] = ()) -> None:
        self.kind = kind
        self._file = file
        mine = _own_drills(file, own) if isinstance(file, DevilFile) else []
        self._drills = {drill.exercise.id: drill for drill in (*mine, *_prepared(file))}

    @cached_property
    def _cases(self) -> dict[str, str]:
        return {name: drill.case for name, drill in self._drills.items()}

    @cached_property
    def _subjects(self) -> Subjects:
        return Subjects(self._cases)

    def titles(self) -> Mapping[str, str]:
        """Name to title, in the order in which they are offered."""
        return {name: drill.exercise.title for name, drill in self._drills.items()}

    def drill(self, name: str) -> Drill:
        """The exercise of that name; UsageError where there is none."""
        if name not in self._drills:
            close = get_close_matches(name, self._drills, n=3)
            more = f"Did you mean {' or '.join(close)}?" if close else f"See `coach drill list {self.kind}`."
            raise UsageError(f"There is no {self.kind} exercise {name!r}. {more}")
        return self._drills[name]

    def of(self, question: Question) -> Drill:
        """The exercise that was put as `question`, with the same challenges; UsageError for another kind."""
        name = name_of(question.id, self.kind)
        if name is None:
            raise UsageError(f"{question.id} is no exercise of kind {self.kind}.")
        if isinstance(self._file, DevilFile):
            known = self._drills.get(name)
            exercise = known.exercise if known else self._file.own.model_copy(update={"id": name})
            return DevilDrill.of(question, exercise, self._file)
        return self.drill(name)

    def speaks_of(self, drill: Drill, answer: Answer) -> bool:
        """True where an answer speaks of its exercise and not of another one, or none can tell."""
        if not drill.case:
            return True
        name = drill.exercise.id
        known = self._drills.get(name)
        subjects = self._subjects
        if known is None or known.case != drill.case:
            # A story was edited or deleted since it was put: it is judged as it was put.
            subjects = Subjects({**self._cases, name: drill.case})
        return subjects.fit(name, answer.said()).own

    def next(self, last: Mapping[str, str], asked: Collection[str] = ()) -> Drill:
        """An exercise that was not done yet, else the one done longest ago.

        `last` holds the time of the last run by question id; `asked` question ids of this sitting.
        """
        drills = list(self._drills.values())
        fresh = [drill for drill in drills if drill.question.id not in asked] or drills
        return min(fresh, key=lambda drill: last.get(drill.question.id, ""))


def _own_drills(file: DevilFile, own: Sequence[OwnDecision]) -> list[Drill]:
    """A drill for every own decision that any challenge fits."""
    drills = []
    for decision in own:
        exercise = file.own.model_copy(update={"id": decision.name, "title": decision.title})
        drill = DevilDrill.on(exercise, decision.text, file)
        if drill.challenges:
            drills.append(drill)
    return list(drills)


def _prepared(file: DrillFile) -> Sequence[Drill]:
    """What the corpus holds."""
    match file:
        case CodeFile():
            return [CodeDrill(item, file.task) for item in file.exercises]
        case WishFile():
            return [TradeoffDrill(item, file) for item in file.exercises]
        case WhichFile():
            return [WhichDrill(item, file) for item in file.exercises]
        case AudienceFile():
            return [AudienceDrill(item, file) for item in file.exercises]
        case DevilFile():
            return [DevilDrill.on(item, item.decision, file) for item in file.exercises]
        case NativeFile():
            return [NativeDrill(item, file) for item in file.exercises]
        case BriefFile():
            return [ArtifactDrill(item, file) for item in file.exercises]
