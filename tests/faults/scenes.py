"""What the killer strikes: practice, loops, drills, batches, the index, added guides, migrations, imports."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from coach.guides.index import collection_name, open_store
from coach.guides.manifest import read_manifest
from coach.settings import Settings
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.migrations import MIGRATIONS
from tests.faults.killer import Place, Run, Scene
from tests.store.filled import CHURN, FRAUD, fill, grade

BLOCKS = (
    "We start from the cost of each mistake: a wrong block loses the sale, a miss costs the amount. So three"
    " bands, and I own the middle one with a challenge, measured each week at 2 percent.",
    "The price is recall: we miss some fraud, about 1 in 200 payments, and I accept that.",
    "I would ask the payments team first, with the logs of last week in hand.",
)
TYPED = tuple(text.replace(". ", ".\n") for text in BLOCKS)
MOVES = (
    "When did it begin, hour by hour?",
    "Split the complaints by app version.",
    "The cause is the parser: it cuts the request at the line break that iOS 7.2 sends.",
    "Normalise line breaks before parsing, watch complaints, alert on request length by client.",
)
ANSWERS = tuple(f"{BLOCKS[0]} This is answer number {n}." for n in range(14))


def blocks(texts: tuple[str, ...]) -> str:
    """Blocks of a pipe, each ended by a separator."""
    return "".join(f"{text}\n---\n" for text in texts)


def kept(path: Path, query: str) -> list[Any]:
    """Rows of a database that may have been left in the middle of a write; it must be whole."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "sessions" not in names and "grades" not in names:
            return []
        return connection.execute(query).fetchall()


SAID = "SELECT text FROM turns WHERE role = 'candidate' ORDER BY attempt_id, ordinal"
MOVED = "SELECT text FROM drill_moves WHERE role = 'candidate' ORDER BY drill_id, ordinal"


def said(place: Place, query: str = SAID) -> tuple[str, ...]:
    return tuple(text for (text,) in kept(place.database, query))


def talk(
    name: str, command: tuple[str, ...], again: tuple[str, ...], given: tuple[str, ...], **more: Any
) -> Scene:
    """A scene in which blocks are answers: those that were answered are kept, the rest is given again."""
    query, marks, made = more.get("query", SAID), more["marks"], more["made"]
    ended = more.get("ended", SAID)

    def prepare(place: Place) -> None:
        shutil.copytree(made, place.home, dirs_exist_ok=True)

    def killed(place: Place, told: Run) -> None:
        known = said(place, query)
        assert known == given[: len(known)], known
        answered = sum(told.out.count(mark) for mark in marks)
        assert len(known) >= answered, f"{answered} were answered, {len(known)} are kept"

    def go_on(place: Place) -> None:
        left = given[len(said(place, query)) :]
        for _ in range(2):
            begun = bool(kept(place.database, "SELECT 1 FROM sessions UNION SELECT 1 FROM drills LIMIT 1"))
            told = place.run(*(again if begun else command), given=blocks(left))
            if told.code == 2 and begun:
                return
            assert told.code in (0, 130), told
            left = given[len(said(place, query)) :]
            if not left and kept(place.database, ended):
                return

    def done(place: Place) -> None:
        assert said(place, query) == given
        assert kept(place.database, ended), "no grade in the end"

    return Scene(name, prepare, command, killed, go_on, done, blocks(given), seconds=more.get("seconds", 2.5))


def practice(made: Path, given: tuple[str, ...] = BLOCKS) -> Scene:
    command = ("practice", "--question", "fraud-realtime")
    return talk(
        "practice",
        command,
        ("practice", "--continue"),
        given,
        made=made,
        marks=("Follow-up ", "Criterion by criterion"),
        ended="SELECT 1 FROM grades",
    )


def terminal(made: Path) -> Scene:
    """Practice in the editor: what was sent is kept, and of what was not, as much as was typed."""
    scene = practice(made, TYPED)

    def killed(place: Place, told: Run) -> None:
        scene.killed(place, told)
        known = said(place)
        for (draft,) in kept(place.database, "SELECT text FROM drafts"):
            typed = f"{TYPED[len(known)]}\n."
            assert typed.startswith(draft), draft

    return replace(scene, name="terminal", killed=killed, given="", typed=TYPED, seconds=4.0)


def incident(made: Path) -> Scene:
    return talk(
        "incident",
        ("drill", "incident", "complaints-overnight"),
        ("drill", "incident", "--continue"),
        MOVES,
        made=made,
        query=MOVED,
        marks=(),
        ended="SELECT 1 FROM drills WHERE grade IS NOT NULL",
        seconds=1.5,
    )


def loop(made: Path) -> Scene:
    """Rounds have as many follow-ups as they have; given is given in order, whatever the round."""
    command = ("loop", "start", "start-up", "--short")

    def killed(place: Place, told: Run) -> None:
        known = said(place)
        assert known == ANSWERS[: len(known)], known
        assert len(known) >= told.out.count("Follow-up ")

    def go_on(place: Place) -> None:
        for _ in range(3):
            begun = kept(place.database, "SELECT 1 FROM loops")
            left = blocks(ANSWERS[len(said(place)) :])
            told = place.run(*(("loop", "continue") if begun else command), given=left)
            if told.code == 2:
                return
            assert told.code in (0, 130), told

    def done(place: Place) -> None:
        known = said(place)
        assert known == ANSWERS[: len(known)], known
        told = place.run("loop", "status", "--json")
        assert json.loads(told.out)["done"] is True, told
        assert place.run("loop", "debrief", "--json").code == 0

    def prepare(place: Place) -> None:
        shutil.copytree(made, place.home, dirs_exist_ok=True)

    return Scene("loop", prepare, command, killed, go_on, done, blocks(ANSWERS), seconds=3.0)


ROWS = [{"id": f"r{n}", "question_id": "fraud-realtime", "answer": f"{BLOCKS[n % 3]} {n}"} for n in range(60)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def batch(expected: list[dict[str, Any]]) -> Scene:
    """`expected` is what an undisturbed run writes."""
    command = ("grade", "in.jsonl", "-o", "out.jsonl", "--grader", "local", "--concurrency", "2")

    def prepare(place: Place) -> None:
        (place.work / "in.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))

    def killed(place: Place, told: Run) -> None:
        kept(place.work / "out.jsonl.journal", "SELECT grade FROM grades")
        out = place.work / "out.jsonl"
        assert not out.exists() or _timeless(rows_of(out)) == expected

    def go_on(place: Place) -> None:
        told = place.run(*command)
        assert told.code == 0, told

    def done(place: Place) -> None:
        assert _timeless(rows_of(place.work / "out.jsonl")) == expected
        names = {path.name for path in place.work.iterdir()} - {"in.jsonl", "out.jsonl"}
        assert all(name.startswith("out.jsonl.journal") for name in names), names

    return Scene("batch", prepare, command, killed, go_on, done, seconds=3.0)


def _timeless(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "usage": {**row["usage"], "seconds": 0}} for row in rows]


def graded(folder: Path) -> list[dict[str, Any]]:
    """The rows of an undisturbed run."""
    place = Place(folder)
    scene = batch([])
    scene.prepare(place)
    assert place.run(*scene.command).code == 0
    return _timeless(rows_of(place.work / "out.jsonl"))


def check_index(place: Place) -> None:
    """The manifest in force speaks of a collection that is there, whole."""
    manifest = read_manifest(place.home / "index")
    if manifest is None:
        return
    store = open_store(manifest, place.home / "index")
    try:
        assert store.count(collection_name(manifest)) == manifest.count
    finally:
        store.close()


def index(made: Path) -> Scene:
    def go_on(place: Place) -> None:
        told = place.run("guides", "build")
        assert told.code == 0, told

    def done(place: Place) -> None:
        check_index(place)
        told = place.run("guides", "search", "precision", "recall", "--json")
        assert told.code == 0 and json.loads(told.out), told

    return Scene(
        "index",
        lambda place: None,
        ("guides", "build"),
        lambda place, told: check_index(place),
        go_on,
        done,
        seconds=3.5,
    )


NOTES = '# Notes {n}\n\nBAD: "We moved a metric {n}."\n\nGOOD: "Refunds fell {n}% in six weeks."\n'


def guides(made: Path) -> Scene:
    command = ("guides", "add", ".", "--json")

    def prepare(place: Place) -> None:
        shutil.copytree(made, place.home, dirs_exist_ok=True)
        for n in range(30):
            (place.work / f"notes-{n}.md").write_text(NOTES.format(n=n), encoding="utf-8")

    def killed(place: Place, told: Run) -> None:
        for path in (place.home / "guides").glob("*.json"):
            data = json.loads(path.read_text(encoding="utf-8"))
            assert len(data["pairs"]) == 1
            assert (path.with_suffix(".md")).exists()

    def go_on(place: Place) -> None:
        told = place.run(*command)
        assert told.code == 0, told
        assert {item["status"] for item in json.loads(told.out)["files"]} <= {"added", "unchanged"}

    def done(place: Place) -> None:
        check_index(place)
        assert len(list((place.home / "guides").glob("*.json"))) == 30
        told = place.run("guides", "search", "refunds fell in six weeks", "--json")
        assert "notes-" in told.out, told

    return Scene("guides", prepare, command, killed, go_on, done, seconds=3.0)


WHEN = "2025-11-21T12:00:00.000+00:00"


def old_database(path: Path) -> None:
    """A database of the first schema with a few hundred graded answers."""
    with Database(path, migrations=MIGRATIONS[:1]) as database, database.write() as connection:
        for number in range(250):
            session = f"20251121-{number:06x}"
            about = (session, "practice", "mock", "senior", "local", 2, 1, WHEN, WHEN)
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", about)
            for question in (FRAUD, CHURN):
                attempt = connection.execute(
                    "INSERT INTO attempts (session_id, question_id, round, question, status, created_at)"
                    " VALUES (?, ?, ?, ?, 'graded', ?)",
                    (session, question.id, question.round, question.model_dump_json(), WHEN),
                ).lastrowid
                turn = (attempt, 0, "candidate", BLOCKS[0], "", "candidate", 1.0, WHEN)
                connection.execute("INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)", turn)
                connection.execute(
                    "INSERT INTO grades (attempt_id, status, overall, grader, model, grade, created_at)"
                    " VALUES (?, 'graded', 3, 'local', 'm', ?, ?)",
                    (attempt, grade(3).model_dump_json(), WHEN),
                )


def migration(made: Path) -> Scene:
    """`made` is a database of the first schema."""
    command = ("history", "list", "--limit", "1000", "--json")

    def prepare(place: Place) -> None:
        shutil.copy(made, place.database)

    def killed(place: Place, told: Run) -> None:
        assert len(kept(place.database, "SELECT id FROM grades")) == 500
        version = kept(place.database, "PRAGMA user_version")[0][0]
        marks = kept(place.database, "SELECT name FROM sqlite_master WHERE name = 'marks'")
        assert (version, bool(marks)) in ((1, False), (len(MIGRATIONS), True))

    def go_on(place: Place) -> None:
        told = place.run(*command)
        assert told.code == 0, told
        assert len(json.loads(told.out)) == 250

    def done(place: Place) -> None:
        assert kept(place.database, "PRAGMA user_version") == [(len(MIGRATIONS),)]
        assert len(kept(place.database, "SELECT * FROM marks")) == 500
        backups = sorted(place.home.glob("*.backup"))
        assert backups
        assert len(kept(backups[-1], "SELECT id FROM grades")) == 500

    return Scene("migration", prepare, command, killed, go_on, done, seconds=0.8)


def import_(made: Path) -> Scene:
    """`made` is an exported history."""
    command = ("history", "import", str(made))

    def prepare(place: Place) -> None:
        fill(place.database)[0].close()

    def whole(place: Place) -> int:
        return len(kept(place.database, "SELECT id FROM grades"))

    def killed(place: Place, told: Run) -> None:
        assert whole(place) in (2, 502), whole(place)

    def go_on(place: Place) -> None:
        told = place.run(*command)
        assert told.code == 0, told

    def done(place: Place) -> None:
        assert whole(place) == 502

    return Scene("import", prepare, command, killed, go_on, done, seconds=1.5)


def built_home(folder: Path) -> Path:
    """A data folder with the index built."""
    from coach.cli import wiring

    rooms = wiring.Rooms(Settings(coach_home=folder))
    rooms.searcher().warm()
    rooms.close()
    return folder


def scenes(folder: Path) -> list[Scene]:
    """All of them; what they start from is made in `folder` once."""
    folder.mkdir(parents=True)
    made = built_home(folder / "built")
    old_database(folder / "old.db")
    shutil.copy(folder / "old.db", folder / "new.db")
    with Database(folder / "new.db") as database:
        (folder / "history.jsonl").write_text("".join(write_archive(database)), encoding="utf-8")
    return [
        practice(made),
        terminal(made),
        incident(made),
        loop(made),
        batch(graded(folder / "graded")),
        index(made),
        guides(made),
        migration(folder / "old.db"),
        import_(folder / "history.jsonl"),
    ]
