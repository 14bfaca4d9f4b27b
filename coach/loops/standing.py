"""Where a loop stands, read from what is stored: which rounds wait, are open, are done. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coach.errors import UsageError
from coach.schema.loop import RoundPlan, Slot
from coach.store.history import History
from coach.store.loops import LoopRecord, Loops, RoundRecord
from coach.store.records import AttemptRecord, SessionRecord

Stage = Literal["waiting", "open", "done"]


@dataclass(frozen=True)
class RoundStanding:
    """One round of a loop; `record` and `session` are None until it is begun."""

    plan: RoundPlan
    record: RoundRecord | None = None
    session: SessionRecord | None = None

    @property
    def graded(self) -> tuple[AttemptRecord, ...]:
        """The questions that were answered to the end; their last grade may still hold no mark."""
        return tuple(item for item in self._attempts if item.grades)

    @property
    def passed_over(self) -> int:
        """How many questions the candidate left out; one that the time cut off is not counted."""
        left_out = [item for item in self._attempts if item.status == "skipped"]
        cut_off = self.ended and bool(left_out) and left_out[-1] is self._attempts[-1]
        return len(left_out) - int(cut_off)

    @property
    def stage(self) -> Stage:
        if self.session is None:
            return "waiting"
        # A round that the time ended is done once the answer so far has its grade.
        waits = bool(self._attempts) and self._attempts[-1].status in ("open", "closing")
        over = (self.ended and not waits) or len(self.graded) >= len(self.plan.asks)
        return "done" if over else "open"

    @property
    def ended(self) -> bool:
        """True where the time box cut the round short."""
        return self.record is not None and self.record.ended is not None

    @property
    def slot(self) -> Slot:
        """Where the next question comes from."""
        return self.plan.asks[min(len(self.graded), len(self.plan.asks) - 1)]

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(item.question.id for item in self._attempts)

    @property
    def said(self) -> tuple[str, ...]:
        """Everything that the candidate said in the round, turn by turn."""
        return tuple(turn.text for item in self._attempts for turn in item.turns if turn.role == "candidate")

    @property
    def seconds(self) -> float:
        """How much of the time box is used: what was typed and sent, and drafts while a clock ran."""
        turns = sum(turn.seconds or 0.0 for item in self._attempts for turn in item.turns)
        return max(turns, self.record.clock if self.record else 0.0)

    @property
    def _attempts(self) -> tuple[AttemptRecord, ...]:
        return self.session.attempts if self.session else ()


@dataclass(frozen=True)
class Standing:
    """A loop with its rounds in the order of the plan."""

    loop: LoopRecord
    rounds: tuple[RoundStanding, ...]

    @property
    def counted(self) -> tuple[RoundStanding, ...]:
        return tuple(item for item in self.rounds if item.plan.counts)

    @property
    def done(self) -> bool:
        """True where every round that counts is done."""
        return all(item.stage == "done" for item in self.counted)

    @property
    def next(self) -> RoundStanding | None:
        """The round to go on with: an open one, else the first that waits; talks after the offer are last."""
        order = sorted(self.rounds, key=lambda item: (item.stage != "open", not item.plan.counts))
        return next((item for item in order if item.stage != "done"), None)

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of every question put in this loop."""
        return tuple(i for item in self.rounds for i in item.asked)

    def round(self, round_id: str) -> RoundStanding:
        """The round of that id; UsageError that names all where there is none."""
        for item in self.rounds:
            if item.plan.id == round_id:
                return item
        known = ", ".join(item.plan.id for item in self.rounds)
        raise UsageError(f"Loop {self.loop.id} has no round {round_id!r}. Its rounds: {known}.")


def read_standing(loops: Loops, history: History, loop_id: str) -> Standing:
    """The standing of the loop `loop_id`; StoreError where there is none."""
    loop = loops.get(loop_id)
    begun = {item.round_id: item for item in loop.rounds}
    rounds = []
    for plan in loop.plan.rounds:
        record = begun.get(plan.id)
        rounds.append(RoundStanding(plan, record, history.get(record.session_id) if record else None))
    return Standing(loop, tuple(rounds))
