"""One run of an incident over the store: every message is read, played, answered and saved at once.

Asks nothing of a screen; grading is done in `incident_grade`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coach.drills.incident_context import picked
from coach.drills.incident_intent import NEITHER, Intent, Reader
from coach.drills.incident_play import Event, Standing, deed_of, hint, play
from coach.drills.incident_reply import reply
from coach.drills.incident_words import clauses
from coach.errors import UsageError
from coach.guides.incidents import Incident, Moves
from coach.store.drills import DrillRecord, Drills, Move

KIND = "incident"
LOOK_BACK = 3  # suspicions that a fix may rest on


@dataclass(frozen=True)
class Said:
    """What was said in one move and what came of it; `turn` is the move's number in the record."""

    turn: int
    text: str
    events: tuple[Event, ...]


class Run:
    """A run that goes on from its record. Everything is saved before its words are returned."""

    def __init__(
        self, drills: Drills, drill_id: str, incident: Incident, moves: Moves, reader: Reader
    ) -> None:
        self.id = drill_id
        self.incident = incident
        self.said: list[Said] = []
        self._drills = drills
        self._reader = reader
        self._length = 0
        self.standing = Standing(incident, moves)
        self._take_up(drills.get(drill_id))

    @classmethod
    def begin(cls, drills: Drills, incident: Incident, moves: Moves, reader: Reader, grader: str) -> Run:
        return cls(drills, drills.start(KIND, incident.id, {"grader": grader}), incident, moves, reader)

    @property
    def record(self) -> DrillRecord:
        return self._drills.get(self.id)

    @property
    def ended(self) -> bool:
        return self.standing.ended

    @property
    def open_question(self) -> str:
        """What the coach asked back last and has no answer to yet, or ""."""
        return reply(self.standing, [self._asked]) if self._asked else ""

    @property
    def _asked(self) -> Event | None:
        asked = [event for event in self.said[-1].events if event.kind == "which"] if self.said else []
        return asked[-1] if asked else None

    def save_draft(self, text: str) -> None:
        self._drills.save_draft(self.id, text)

    async def say(self, message: str) -> str:
        """What the candidate asks, does or concludes in plain words; the coach's answer to it."""
        self._must_be_open()
        intents = self._picked(message) or await self._reader.read(
            message, self.standing.last, concluded=self.standing.concluded
        )
        ending = [item for item in intents if self._is_ending(item, intents)]
        rest = [item for item in intents if item not in ending]
        if any(item.kind == "act" for item in ending):
            # What is checked in the same breath as a fix is how it will be watched, and is not run now.
            rest = [item for item in rest if item.kind == "act"]
        events = play(self.standing, rest)
        for event in await self._conclusions(message, intents):
            self.standing.add(event)
            events.append(event)
        return self._keep(message, events)

    def _picked(self, message: str) -> list[Intent]:
        """What an answer to "do you mean a or b?" picks, in the words in which it was first asked for."""
        asked = self._asked
        if asked is None:
            return []
        names = picked(message, asked.options)
        if names is None:
            return []
        if not names:
            return [Intent(kind="unclear", text=message, id=NEITHER)]
        return [Intent(kind="fact", id=name, text=asked.text) for name in names]

    async def state_cause(self, text: str) -> str:
        self._must_be_open()
        return self._keep(text, self._added([await self._cause(text)]))

    async def state_fix(self, text: str) -> str:
        self._must_be_open()
        return self._keep(text, self._added([await self._fix(text)]))

    def hint(self) -> str:
        self._must_be_open()
        event, words = hint(self.standing)
        self.standing.add(event)
        spent = f" [{event.minutes} min]" if event.minutes else ""
        return self._keep("/hint", [event], f"{words}{spent}")

    def give_up(self) -> None:
        self._must_be_open()
        self._keep("/give-up", self._added([Event(kind="gave_up")]))

    def _must_be_open(self) -> None:
        if self.ended:
            raise UsageError("This incident is closed. `coach drill incident` begins another.")

    def _is_ending(self, intent: Intent, intents: Sequence[Intent]) -> bool:
        if intent.kind in ("cause", "fix"):
            return True
        return intent.kind == "act" and self._is_fix(intent, intents)

    def _is_fix(self, intent: Intent, intents: Sequence[Intent]) -> bool:
        """The incident's own fix; and, once a cause is stated, any remedy."""
        kind = deed_of(self.incident, self.standing.moves, intent.id).kind
        concluded = self.standing.cause is not None or any(item.kind == "cause" for item in intents)
        return kind == "fix" or (concluded and kind in ("jump", "hand_over"))

    async def _conclusions(self, message: str, intents: Sequence[Intent]) -> list[Event]:
        found = []
        # Once a fix is stated, the coach has asked for its cause: then a suspicion is the answer.
        asked = self.standing.fix is not None and self.standing.cause is None
        stated = [item.text for item in intents if item.kind == "cause" or (asked and item.kind == "suspect")]
        if stated:
            acts = {item.text for item in intents if item.kind in ("act", "fact", "whether")}
            found.append(await self._cause(" ".join(one for one in clauses(message) if one not in acts)))
        remedies = [
            item
            for item in intents
            if item.kind == "fix" or (item.kind == "act" and self._is_fix(item, intents))
        ]
        if remedies:
            if not stated and self.standing.cause is None:
                found += await self._suspected()
            found.append(await self._fix(message))
        return found

    async def _suspected(self) -> list[Event]:
        """The last suspicion that names a cause: who goes on to mend it has taken it for the cause."""
        said = [event.text for event in self.standing.events if event.kind in ("suspect", "reason")]
        for text in reversed(said[-LOOK_BACK:]):
            event = await self._cause(text)
            if event.causes:
                return [event]
        return []

    async def _cause(self, text: str) -> Event:
        ending = await self._reader.read_ending(text, "")
        return Event(kind="cause", text=text, causes=ending.causes)

    async def _fix(self, text: str) -> Event:
        ending = await self._reader.read_ending("", text)
        minutes = sum(deed_of(self.incident, self.standing.moves, name).minutes for name in ending.actions)
        return Event(kind="fix", text=text, actions=ending.actions, minutes=minutes)

    def _added(self, events: list[Event]) -> list[Event]:
        for event in events:
            self.standing.add(event)
        return events

    def _keep(self, text: str, events: Sequence[Event], words: str | None = None) -> str:
        answer = reply(self.standing, events) if words is None else words
        data = {"events": [event.model_dump(exclude_defaults=True) for event in events]}
        said = Move(role="candidate", text=text, data=data)
        # At the end of a run the debrief is the answer: the coach has no words of its own.
        moves = [said, *([Move(role="coach", text=answer)] if answer else [])]
        self._drills.add_moves(self.id, self._length, *moves)
        self.said.append(Said(self._length, text, tuple(events)))
        self._length += len(moves)
        return answer

    def _take_up(self, record: DrillRecord) -> None:
        self._length = len(record.moves)
        for turn, move in enumerate(record.moves):
            if move.role == "candidate":
                events = tuple(Event.model_validate(item) for item in move.data.get("events", ()))
                self.said.append(Said(turn, move.text, events))
                self._added(list(events))
