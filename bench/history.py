"""Makes a history of 10,000 graded answers and measures what a person waits for when looking at it.

    python -m bench.history [ANSWERS]

The data folder is a new one; the answers and their grades are made up. Nothing here is a test.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir
from coach.schema.grade import Citation, Evidence, Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.listing import Wanted, list_sessions, search_history
from coach.store.merge import merge_archive

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
            f" watched for {chance.randint(2, 12)} weeks, and gave up {chance.randint(1, 5)} points of recall."
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
    corpus = load_corpus(corpus_dir())
    with tempfile.TemporaryDirectory() as folder:
        with Database(Path(folder) / "coach.db") as database:
            print(f"{answers:,} answers made in {seconds(lambda: fill(database, corpus, answers)):.1f} s")
            for name, figure, bar in measure(database, corpus, Path(folder)):
                print(f"{name:<34}{figure:>10}   bar {bar}")


def measure(database: Database, corpus: Corpus, folder: Path) -> Iterator[tuple[str, str, str]]:
    def best(work: Callable[[], object]) -> str:
        return f"{min(seconds(work) for _ in range(3)):.3f} s"

    yield "history list, latest 20", best(lambda: list_sessions(database, Wanted(limit=20))), "0.5 s"
    yield (
        "history list, all as JSON",
        best(lambda: json.dumps([vars(x) for x in list_sessions(database)])),
        "0.5 s",
    )
    yield "history search, two words", best(lambda: search_history(database, "threshold 9%")), "-"


if __name__ == "__main__":
    main()
