"""An incident to test with, and runs of it over a database of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from coach.drills.incident_grade import level_of
from coach.drills.incident_intent import Reader, RuleReader
from coach.drills.incident_match import Matcher
from coach.drills.incident_path import Path as Taken
from coach.drills.incident_run import Run
from coach.guides.incidents import Incident, Moves, load_incident, load_moves
from coach.resources import corpus_dir
from coach.store.database import Database
from coach.store.drills import Drills

MOVES = load_moves(corpus_dir())


def incident(name: str = "complaints-overnight") -> Incident:
    return load_incident(corpus_dir(), name, MOVES)


def reader_of(chosen: Incident, moves: Moves = MOVES) -> RuleReader:
    return RuleReader(Matcher(chosen, moves), {item.id: item.says for item in chosen.hypotheses})


def begin(folder: Path, name: str = "complaints-overnight", reader: Reader | None = None) -> Run:
    """A new run, read by the rules without word vectors unless a reader is given."""
    chosen = incident(name)
    drills = Drills(Database(folder / "coach.db"))
    return Run.begin(drills, chosen, MOVES, reader or reader_of(chosen), "local")


def say(run: Run, *messages: str) -> list[str]:
    return [asyncio.run(run.say(message)) for message in messages]


def path_of(run: Run) -> Taken:
    return Taken(run.standing, run.said)


def level(run: Run) -> tuple[int, list[str]]:
    return level_of(path_of(run))
