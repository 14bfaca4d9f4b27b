"""The run with the local grader: all cores of one machine, one process each, memory that stays flat."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing.connection import wait
from typing import Protocol

from coach.batch.intake import Intake, Tally, Work, grouped
from coach.batch.journal import Journal
from coach.batch.run import Tick, keep_text
from coach.errors import SetupError
from coach.schema.answer import Answer
from coach.schema.grade import Grade, GradeTask

SMALL = 400  # rows that one process grades sooner than others could start
_CHUNK = 50  # rows of one question that travel together
_AHEAD = 3  # chunks on their way for each process
_RESTARTS = 3  # times that a killed process is replaced


class QuickGrader(Protocol):
    """A grader that needs no waiting."""

    def grade_now(self, task: GradeTask) -> Grade: ...


# A task without its answer, the answers to it, and what comes back: (status, grade as JSON) for each.
_Chunk = tuple[GradeTask, list[Answer]]
_Graded = list[tuple[str, str]]
_Sent = tuple[list[Work], Future[_Graded]]


def grade_locally(
    intake: Intake,
    journal: Journal,
    make_grader: Callable[[], QuickGrader],
    *,
    tally: Tally,
    processes: int,
    own: QuickGrader | None = None,
    tick: Tick = lambda: None,
) -> None:
    """Grade all the work of `intake`; `make_grader` must be importable, it is called in each process.

    `own`, where there is one already, grades what is graded in this process.
    """
    work = grouped(intake)
    first = list(islice(work, SMALL + 1))
    if len(first) <= SMALL or processes == 1:
        grader = own or make_grader()
        for item in chain(first, work):
            grade = grader.grade_now(item.task())
            keep_text(item, grade.status, grade.model_dump_json(), journal, tally)
            tick()
        return
    for items, graded in _spread(_chunks(chain(first, work)), make_grader, processes):
        with journal.writing():
            for item, (status, grade_text) in zip(items, graded, strict=True):
                keep_text(item, status, grade_text, journal, tally)
        tick()
    journal.sync()


def _spread(
    chunks: Iterator[list[Work]], make_grader: Callable[[], QuickGrader], processes: int
) -> Iterator[tuple[list[Work], _Graded]]:
    """Have the chunks graded by a pool that is made anew when one of its processes dies."""
    waiting: deque[list[Work]] = deque()
    for _ in range(_RESTARTS + 1):
        sent: deque[_Sent] = deque()
        pool = ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _start, (make_grader,))
        try:
            yield from _feed(pool, chain(_drain(waiting), chunks), sent, processes * _AHEAD)
            return
        except BrokenProcessPool:
            waiting.extend(items for items, _ in sent)
        finally:
            pool.shutdown(cancel_futures=True)
    raise SetupError(
        "The processes that grade were killed again and again: is there too little memory?"
        " What was graded so far is saved; try --concurrency 1."
    )


def _drain(waiting: deque[list[Work]]) -> Iterator[list[Work]]:
    while waiting:
        yield waiting.popleft()


def _feed(
    pool: ProcessPoolExecutor, chunks: Iterator[list[Work]], sent: deque[_Sent], ahead: int
) -> Iterator[tuple[list[Work], _Graded]]:
    """Keep `ahead` chunks on their way; `sent` holds, at any time, what has not come back."""
    for items in chunks:
        sent.append((items, Future()))  # in `sent` before anything can break
        sent[-1] = (items, pool.submit(_grade_chunk, _pack(items)))
        if len(sent) >= ahead:
            yield sent[0][0], sent[0][1].result()
            sent.popleft()
    while sent:
        yield sent[0][0], sent[0][1].result()
        sent.popleft()


def _chunks(work: Iterable[Work]) -> Iterator[list[Work]]:
    chunk: list[Work] = []
    for item in work:
        if chunk and (item.context is not chunk[0].context or len(chunk) >= _CHUNK):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk


def _pack(items: list[Work]) -> _Chunk:
    return items[0].task(), [item.answer for item in items]


_grader: QuickGrader


def _start(make_grader: Callable[[], QuickGrader]) -> None:
    """Make ready a process of the pool: it ends with its parent, whatever ends that."""
    global _grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _grader = make_grader()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _grade_chunk(chunk: _Chunk) -> _Graded:
    task, answers = chunk
    graded: _Graded = []
    for answer in answers:
        grade = _grader.grade_now(task.model_copy(update={"answer": answer}))
        graded.append((grade.status, grade.model_dump_json()))
    return graded
