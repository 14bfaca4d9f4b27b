"""Makes a history of 10,000 graded answers and measures what a person waits for when looking at it.

    python -m bench.history [ANSWERS]

The data folder is a new one; the answers and their grades are made up. Nothing here is a test.
"""

from __future__ import annotations

import io
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from coach.cli.trends import as_json, overview_of
from coach.cli.wiring import Rooms
from coach.guides.corpus import Corpus
from coach.llm.files import numbered_lines, write_whole
from coach.progress.pages import progress_page
from coach.progress.screen import render_overview
from coach.report.history import render_list
from coach.schema.grade import Citation, Evidence, Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.settings import Settings
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.listing import Wanted, list_sessions, search_history
from coach.store.merge import merge_archive
from coach.store.removal import delete_sessions

ANSWERS = 10_000
DAYS = 400
SEED = 20261121


def fill(database: Database, corpus: Corpus, answers: int) -> None:
    """Sessions of one to four answers over a year, by two graders, with marks that rise slowly."""
    chance = random.Random(SEED)
    questions = list(corpus.questions.values())
    with database.write() as connection:
        attempt = 0
        while attempt < answers:
            begun = datetime(2025, 10, 1, 8, tzinfo=UTC) + timedelta(days=DAYS * attempt / answers)
            session = f"{begun:%Y%m%d}-{attempt:06x}"
            grader = "llm" if attempt > answers * 0.6 else "local"
            moment = begun.isoformat(timespec="milliseconds")
            connection.execute(
                "INSERT INTO sessions VALUES (?, 'practice', 'mock', 'senior', ?, 2, 1, ?, ?)",
                (session, grader, moment, moment),
            )
            for _ in range(min(chance.randint(1, 4), answers - attempt)):
                attempt += 1
                at = (begun + timedelta(minutes=attempt % 240)).isoformat(timespec="milliseconds")
                question = chance.choice(questions)
                _answer(connection.execute, chance, attempt, session, question, at, grader, answers)


def _answer(
    execute: Callable[..., object],
    chance: random.Random,
    number: int,
    session: str,
    question: Question,
    at: str,
    grader: str,
    answers: int,
) -> None:
    text = " ".join(_sentences(chance, 12))
    execute(
        "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, NULL, 'graded', ?)",
        (number, session, question.id, question.round, question.model_dump_json(), at),
    )
    turns = (("candidate", text), ("interviewer", "And what does that cost?"), ("candidate", text[:400]))
    for ordinal, (role, words) in enumerate(turns):
        execute(
            "INSERT INTO turns VALUES (?, ?, ?, ?, NULL, 'candidate', 60.0, ?)",
            (number, ordinal, role, words, at),
        )
    grade = _grade(chance, question, text, grader, number / answers)
    execute(
        "INSERT INTO grades (attempt_id, status, overall, grader, model, grade, created_at)"
        " VALUES (?, 'graded', ?, ?, ?, ?, ?)",
        (number, grade.overall, grader, grade.grader.model, grade.model_dump_json(), at),
    )
    if chance.random() < 0.5:
        own = max(1, min(4, (grade.overall or 1) + chance.choice((0, 0, 1, 1, -1))))
        execute("INSERT INTO self_ratings VALUES (?, ?, ?)", (number, own, at))


def _sentences(chance: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield (
            f"We cut the false positive rate from {chance.randint(2, 9)}% to 1% by a threshold per segment,"
            f" watched for {chance.randint(2, 12)} weeks, and gave up {chance.randint(1, 5)} points of it."
        )


def _grade(chance: random.Random, question: Question, text: str, grader: str, done: float) -> Grade:
    verdicts = []
    for criterion in question.criteria:
        level = max(1, min(4, round(chance.gauss(1.8 + 1.2 * done, 0.8))))
        start = text.index("We", chance.randint(0, 300))
        piece = Evidence(quote=text[start : start + 60], start=start, end=start + 60, found=True, turn=0)
        cited = tuple(Citation(passage=item, guide=item.split("#")[0]) for item in question.passages[:2])
        verdicts.append(
            Verdict(
                id=criterion,
                status="graded",
                score=level,
                evidence=(piece, piece),
                citations=cited,
                reason="It names the segment and the threshold, and what was given up for it. " * 3,
                advice="Say who decided, by when, and what would have made you turn back. " * 2,
            )
        )
    marks = sorted(verdict.score or 1 for verdict in verdicts)
    overall = marks[len(marks) // 3]
    return Grade(
        status="graded",
        overall=overall,
        range=(max(1, overall - chance.randint(0, 1)), overall),
        criteria=tuple(verdicts),
        grader=GraderId(
            kind="llm" if grader == "llm" else "local",
            model="gpt-5.4-mini" if grader == "llm" else "local-linear-1",
            prompt="d38fd3058c24" if grader == "llm" else "4942b57850fb",
            rubric="7dfa3f520fbb",
            guides="f09f68a434d3",
        ),
    )


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else ANSWERS
    with tempfile.TemporaryDirectory() as folder:
        rooms = Rooms(Settings(coach_home=Path(folder)))
        made = seconds(lambda: fill(rooms.database, rooms.corpus, answers))
        print(f"{answers:,} graded answers made in {made:.1f} s; best of five, in a running process:")
        for name, figure, bar in measure(rooms, Path(folder)):
            print(f"{name:<36}{figure:>10}   bar {bar}")
        rooms.close()


def measure(rooms: Rooms, folder: Path) -> Iterator[tuple[str, str, str]]:
    """(what, figure, bar) of everything that a person waits for."""
    database, top = rooms.database, rooms.corpus.rubric.top

    def best(work: Callable[[], object]) -> str:
        return f"{min(seconds(work) for _ in range(5)):.3f} s"

    def lines() -> str:
        return json.dumps([vars(line) for line in list_sessions(database)])

    def screen() -> None:
        overview = overview_of(rooms)
        part = render_overview(overview, overview.series[:1], top, fancy=True)
        Console(file=io.StringIO(), width=80).print(part)

    def page() -> str:
        return progress_page(overview_of(rooms), top, "")

    latest = Wanted(limit=20)
    yield "progress", best(screen), "1 s"
    yield "progress as JSON", best(lambda: json.dumps(as_json(overview_of(rooms)))), "1 s"
    yield "progress as a page", best(page), "-"
    yield "size of the page", f"{len(page().encode()) / 1000:.0f} kB", "1000 kB"
    yield (
        "history list, latest 20",
        best(lambda: Console(file=io.StringIO()).print(render_list(list_sessions(database, latest)))),
        "0.5 s",
    )
    yield "history list, all as JSON", best(lines), "0.5 s"
    yield "history search, two words", best(lambda: search_history(database, "threshold 9%")), "-"
    archive = folder / "history.jsonl"
    yield "history export", best(lambda: write_whole(archive, write_archive(database))), "-"
    with Database(folder / "other.db") as other:
        took = seconds(lambda: merge_archive(other, numbered_lines(archive), "archive"))
        yield "history import", f"{took:.1f} s", "-"
        doomed = [line.id for line in list_sessions(other, latest)]
        yield "history delete, 20 sessions", f"{seconds(lambda: delete_sessions(other, doomed)):.1f} s", "-"


if __name__ == "__main__":
    main()
