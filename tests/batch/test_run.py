from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.batch.context import Context, Contexts
from coach.batch.intake import Intake, Tally
from coach.batch.journal import Journal
from coach.batch.meter import Meter, MeteredGrader
from coach.batch.run import grade_rows
from coach.errors import Denied, SetupError, Unavailable
from coach.grading.llm import LlmGrader
from coach.grading.request import RequestBuilder
from coach.llm.fake import Scripted, ScriptedModel
from coach.llm.faults import Unreachable
from coach.prompts import Prompts
from coach.resources import prompts_dir
from coach.schema.chat import ChatReply, ChatRequest
from coach.schema.grade import Grade, GradeTask
from tests.batch.conftest import read, report, write_rows


def rows_file(tmp_path: Path, count: int) -> Path:
    names = ("cheap", "safe")
    rows = [{"id": f"r{n}", "question_id": names[n % 2], "answer": f"Answer {n}."} for n in range(count)]
    return write_rows(tmp_path / "rows.jsonl", *rows)


async def run(
    contexts: Contexts, journal: Journal, path: Path, model: ScriptedModel, *, concurrency: int = 4
) -> Tally:
    tally = Tally()
    meter = Meter(model, journal)
    builder = RequestBuilder(Prompts(prompts_dir()))
    grader = MeteredGrader(LlmGrader(meter, builder, rubric_digest="r", guides_digest="g"))
    intake = Intake(
        read(contexts, path),
        journal,
        lambda context: {"model": model.name, **dict(context.made_of)},
        tally=tally,
    )
    await grade_rows(intake, journal, lambda context: grader, tally=tally, concurrency=concurrency)
    return tally


def answering(request: ChatRequest) -> Scripted:
    return report(request)


async def test_every_row_is_graded_once_and_a_rerun_asks_nobody(contexts: Contexts, tmp_path: Path) -> None:
    path = rows_file(tmp_path, 40)
    model = ScriptedModel(answer=answering)
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, model)
        assert (tally.graded, tally.requests, tally.done) == (40, 40, 40)
        assert [item.id for item in journal.rows()] == [f"r{n}" for n in range(40)]
        assert all(item.grade for item in journal.rows())
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, model)
        assert (tally.reused, tally.requests) == (40, 0)
    assert len(model.history) == 40


async def test_answers_to_one_question_are_asked_together(contexts: Contexts, tmp_path: Path) -> None:
    model = ScriptedModel(answer=answering)
    with Journal(tmp_path / "j") as journal:
        await run(contexts, journal, rows_file(tmp_path, 30), model)
    asked = ["cheap?" in request.messages[1].content for request in model.history]
    assert sum(a != b for a, b in zip(asked, asked[1:], strict=False)) == 1


async def test_a_failed_row_is_tried_again_by_the_next_run_alone(contexts: Contexts, tmp_path: Path) -> None:
    path = rows_file(tmp_path, 10)
    model = ScriptedModel([Unavailable("down"), Unavailable("down")], answer=answering)
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, model)
        assert (tally.graded, tally.failed) == (8, 2)
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, model)
        assert (tally.reused, tally.graded, tally.failed) == (8, 2, 0)


async def test_a_denial_ends_the_run_with_the_work_saved(contexts: Contexts, tmp_path: Path) -> None:
    path = rows_file(tmp_path, 30)
    replies = iter(range(100))

    def deny_later(request: ChatRequest) -> Scripted:
        return report(request) if next(replies) < 12 else Denied("no credit left")

    with Journal(tmp_path / "j") as journal:
        with pytest.raises(Denied, match="no credit"):
            await run(contexts, journal, path, ScriptedModel(answer=deny_later))
        saved = sum(1 for item in journal.rows() if item.grade)
        assert saved >= 12 - 4
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, ScriptedModel(answer=answering))
        assert (tally.reused, tally.graded) == (saved, 30 - saved)


async def test_a_server_that_cannot_be_reached_ends_the_run(contexts: Contexts, tmp_path: Path) -> None:
    model = ScriptedModel(answer=lambda request: Unreachable("cannot be reached"))
    with Journal(tmp_path / "j") as journal, pytest.raises(SetupError, match="cannot be reached"):
        await run(contexts, journal, rows_file(tmp_path, 30), model)
    assert len(model.history) <= 16


async def test_half_a_row_that_was_paid_is_not_paid_again(contexts: Contexts, tmp_path: Path) -> None:
    """The first reply needs a repair; the repair fails; the next run asks for the repair alone."""
    path = rows_file(tmp_path, 1)
    broken = ScriptedModel(["no report", Unavailable("down")])
    with Journal(tmp_path / "j") as journal:
        assert (await run(contexts, journal, path, broken)).failed == 1
    mended = ScriptedModel(answer=answering)
    with Journal(tmp_path / "j") as journal:
        tally = await run(contexts, journal, path, mended)
        assert tally.graded == 1
        assert [request.purpose for request in mended.history] == ["grade_repair"]
        assert tally.requests == 2  # both belong to this row's bill


class Busy:
    """A grader whose every answer waits, as for a Retry-After, until the test lets go."""

    def __init__(self, made: Callable[[GradeTask], Grade]) -> None:
        self.at_once = 0
        self.seen: Counter[str] = Counter()
        self.go = asyncio.Event()
        self._made = made

    async def grade(self, task: GradeTask) -> Grade:
        self.seen[str(task.answer.text)] += 1
        self.at_once = max(self.at_once, self.seen.total())
        await self.go.wait()
        return self._made(task)


async def test_rows_that_wait_make_room_for_others(contexts: Contexts, tmp_path: Path) -> None:
    blank = LlmGrader(
        ScriptedModel(), RequestBuilder(Prompts(prompts_dir())), rubric_digest="", guides_digest=""
    )
    grader = Busy(lambda task: Grade(status="graded", overall=1, range=(1, 1), grader=blank.identity))
    tally = Tally()
    with Journal(tmp_path / "j") as journal:
        rows = read(contexts, rows_file(tmp_path, 100))

        def grader_for(context: Context) -> Busy:
            return grader

        def tick() -> None:
            if grader.at_once > 16:
                grader.go.set()

        await grade_rows(
            Intake(rows, journal, lambda context: {}, tally=tally),
            journal,
            grader_for,
            tally=tally,
            concurrency=4,
            spare=lambda: True,
            tick=tick,
        )
    assert tally.graded == 100
    assert set(grader.seen.values()) == {1}


async def test_the_disk_keeps_what_is_finished_while_the_run_goes_on(
    contexts: Contexts, tmp_path: Path
) -> None:
    seen: list[int] = []

    class Patient(ScriptedModel):
        async def complete(self, request: ChatRequest) -> ChatReply:
            while len(self.history) >= 5 and journal.unsynced:
                await asyncio.sleep(0.001)
            seen.append(journal.unsynced)
            return await super().complete(request)

    with Journal(tmp_path / "j") as journal:
        async with asyncio.timeout(30):
            await run(contexts, journal, rows_file(tmp_path, 20), Patient(answer=answering))
        assert journal.unsynced == 0
    assert max(seen[10:]) <= 4
