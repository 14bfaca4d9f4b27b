"""Shows loops and their standing, and keeps marks of people."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from coach.cli import console
from coach.cli.practice_screen import Screen
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.guides.loops import load_loops
from coach.loops.show import box_words, render_presets, render_standing
from coach.loops.standing import Standing, read_standing
from coach.resources import corpus_dir
from coach.schema.loop import LoopBook, Preset
from coach.store.history import History
from coach.store.human_marks import HumanMark, HumanMarks
from coach.store.loops import Loops

SHOWN = 5


def book_of(rooms: Rooms) -> LoopBook:
    return load_loops(corpus_dir(), rooms.corpus)


def preset_of(book: LoopBook, preset: str) -> Preset:
    """The loop of that id, also spelt "startup" or "large"; UsageError that names all where none fits."""
    plain = {_letters(name): name for name in book.presets}
    wanted = _letters(preset)
    fits = [wanted] if wanted in plain else [name for name in plain if wanted and name.startswith(wanted)]
    if len(fits) == 1:
        return book.presets[plain[fits[0]]]
    close = get_close_matches(wanted, plain, n=1)
    meant = f" Did you mean {plain[close[0]]}?" if close else ""
    raise UsageError(f"There is no loop {preset!r}.{meant} Loops: {', '.join(book.presets)}.")


def _letters(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def standing_of(rooms: Rooms, loop_id: str | None) -> Standing:
    """The standing of that loop, else of the latest; UsageError where there is none yet."""
    loops = Loops(rooms.database)
    if loop_id is None:
        kept = loops.all()
        if not kept:
            raise UsageError("There is no loop yet. `coach loop list` shows what can be started.")
        loop_id = kept[0].id
    return read_standing(loops, History(rooms.database), loop_id)


def all_standings(rooms: Rooms) -> list[Standing]:
    """Every loop's standing, the one that was worked on last first."""
    loops, history = Loops(rooms.database), History(rooms.database)
    return [read_standing(loops, history, item.id) for item in loops.all()]


def show_home(rooms: Rooms) -> None:
    """The latest loops and what can be done next; without any, those that can be started."""
    screen = Screen(console.out(), console.err(), interactive=False)
    kept = all_standings(rooms)
    if not kept:
        screen.show(render_presets(list(book_of(rooms).presets.values())))
        screen.tell("Begin one: coach loop start large-search. In full: coach loop list large-search")
        return
    for number, standing in enumerate(kept[:SHOWN]):
        screen.show(render_standing(standing))
        if number == 0:
            screen.tell(next_words(standing))
    if len(kept) > SHOWN:
        screen.tell(f"{len(kept) - SHOWN} earlier loops are kept as well.")


def next_words(standing: Standing) -> str:
    """What can be done next, as a command."""
    loop_id, coming = standing.loop.id, standing.next
    if standing.done:
        talk = f" Then: {coming.plan.title}, coach loop continue {loop_id}" if coming else ""
        return f"Next: coach loop debrief {loop_id}.{talk}"
    if coming is None:
        return f"Next: coach loop debrief {loop_id}"
    return f"Next: {coming.plan.title}, {box_words(coming.plan)}. coach loop continue {loop_id}"


def standing_data(standing: Standing) -> dict[str, Any]:
    """What --json prints of a standing. It holds no marks: they wait for the debrief."""
    loop, coming = standing.loop, standing.next
    return {
        "loop": loop.id,
        "preset": loop.plan.id,
        "created_at": loop.created_at,
        "updated_at": loop.updated_at,
        **loop.setup.model_dump(),
        "done": standing.done,
        "next": coming.plan.id if coming else None,
        "rounds": [
            {
                "id": item.plan.id,
                "title": item.plan.title,
                "interviewer": item.plan.style.role,
                "minutes": item.plan.minutes,
                "minutes_from": item.plan.minutes_from if item.plan.minutes else None,
                "counts": item.plan.counts,
                "stage": item.stage,
                "questions": len(item.plan.asks),
                "answered": len(item.graded),
                "seconds": round(item.seconds, 1),
                "session": item.session.id if item.session else None,
            }
            for item in standing.rounds
        ],
    }


def keep_mark(
    rooms: Rooms, loop_id: str, round_id: str, mark: int, criterion: str | None, note: str, person: str
) -> None:
    """Keep a person's mark for a round that was begun; UsageError for an unknown round or criterion."""
    item = standing_of(rooms, loop_id).round(round_id)
    if item.session is None:
        raise UsageError(f"The round {round_id} was not held yet.")
    known = rooms.corpus.rubric.by_id()
    if criterion is not None and criterion not in known:
        raise UsageError(f"There is no criterion {criterion}. Criteria: {', '.join(known)}.")
    HumanMarks(rooms.database).add(
        HumanMark(session_id=item.session.id, criterion=criterion, mark=mark, note=note, person=person)
    )
