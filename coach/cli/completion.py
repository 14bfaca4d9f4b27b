"""What the shell offers after TAB: ids of questions, sessions, drills, loops, stories. Loads nothing heavy.

Completion must never fail or create anything: where something cannot be read, nothing is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, get_args

from coach.errors import CoachError
from coach.resources import corpus_dir, eval_dir

Source = Callable[[str], Iterable[str]]
_MOST_SESSIONS = 50


def offer_values(command: Any, path: tuple[str, ...]) -> None:
    """Let the shell complete the values of a command's options and arguments, and of its commands'."""
    for name, below in getattr(command, "commands", {}).items():
        offer_values(below, (*path, name))
    for parameter in command.params:
        source = _source(path, parameter.name)
        if source is not None:
            parameter._custom_shell_complete = _completer(source, path[-1])


def _completer(source: Source, command: str) -> Callable[[Any, Any, str], list[str]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[str]:
        try:
            return [name for name in source(command) if name.startswith(incomplete)]
        except (CoachError, OSError):
            return []

    return complete


def _source(path: tuple[str, ...], name: str) -> Source | None:
    """What completes the parameter `name` of the command at `path`, such as ("loop", "start")."""
    return _BY_PLACE.get((path[0], name)) or _BY_NAME.get(name)


def _questions(command: str) -> Iterator[str]:
    from coach.guides.corpus import read_yaml

    return (item["id"] for item in read_yaml(corpus_dir() / "questions.yaml"))


def _rounds(command: str) -> Iterable[str]:
    from coach.schema.question import ROUNDS

    return ROUNDS


def _drills(command: str) -> Iterator[str]:
    from coach.guides.corpus import read_yaml

    if command == "incident":
        return iter(sorted(path.stem for path in (corpus_dir() / "incidents").glob("*.yaml")))
    book = read_yaml(corpus_dir() / "drills" / f"{command.replace('-', '_')}.yaml")
    return (item["id"] for item in book["exercises"])


def _drill_kinds(command: str) -> Iterable[str]:
    from coach.guides.exercises import DrillKind

    return ("incident", *get_args(DrillKind))


def _presets(command: str) -> Iterator[str]:
    from coach.guides.corpus import read_yaml

    return (item["id"] for item in read_yaml(corpus_dir() / "loops.yaml")["loops"])


def _loop_rounds(command: str) -> list[str]:
    from coach.guides.corpus import read_yaml

    presets = read_yaml(corpus_dir() / "loops.yaml")["loops"]
    return sorted({item["id"] for preset in presets for item in preset["rounds"]})


def _criteria(command: str) -> Iterator[str]:
    from coach.guides.corpus import read_yaml

    return (item["id"] for item in read_yaml(corpus_dir() / "rubric.yaml")["criteria"])


def _suites(command: str) -> list[str]:
    return sorted(path.stem for path in (eval_dir() / "suites").glob("*.yaml"))


def _sessions(command: str) -> list[str]:
    from coach.store.listing import Wanted, list_sessions

    return _stored(lambda store: [line.id for line in list_sessions(store, Wanted(limit=_MOST_SESSIONS))])


def _loops(command: str) -> list[str]:
    from coach.store.loops import Loops

    return _stored(lambda store: [loop.id for loop in Loops(store).all()])


def _stories(command: str) -> list[str]:
    from coach.store.stories import Stories

    return _stored(lambda store: [str(story.id) for story in Stories(store).all()])


def _audits(command: str) -> list[str]:
    from coach.store.stories import Audits

    return _stored(lambda store: [str(entry.id) for entry in Audits(store).all()])


def _stored(read: Callable[[Any], list[str]]) -> list[str]:
    """What `read` finds in the user's database; nothing where there is none yet."""
    from coach.settings import read_settings
    from coach.store.database import Database

    path = read_settings().data_dir / "coach.db"
    if not path.exists():
        return []
    with Database(path) as store:
        return read(store)


_BY_NAME: dict[str, Source] = {
    "question": _questions,
    "question_id": _questions,
    "round_": _rounds,
    "session": _sessions,
    "sessions": _sessions,
    "suite": _suites,
    "criterion": _criteria,
}
_BY_PLACE: dict[tuple[str, str], Source] = {
    ("drill", "name"): _drills,
    ("drill", "kind"): _drill_kinds,
    ("loop", "preset"): _presets,
    ("loop", "loop_id"): _loops,
    ("loop", "round_"): _loop_rounds,
    ("loop", "rounds"): _loop_rounds,
    ("story", "number"): _stories,
    ("audit", "number"): _audits,
}
