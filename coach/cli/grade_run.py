"""Carries a run of `coach grade` out: who grades, then the output, the summary and the exit code."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from coach.batch.estimate import count_rows
from coach.batch.journal import Stored
from coach.batch.local import QuickGrader, grade_locally
from coach.batch.output import RowWriter, text_of, write_output
from coach.batch.replies import HALF
from coach.batch.run import grade_rows
from coach.batch.screen import render_summary
from coach.batch.summary import Summary
from coach.cli.grade_job import CONCURRENCY, Job, no_price
from coach.cli.grade_offline import dry_run, export_requests, import_replies
from coach.cli.memory import loading
from coach.cli.progress import RunProgress, duration
from coach.cli.wiring import load
from coach.errors import UsageError
from coach.schema.grade import GraderId

if TYPE_CHECKING:
    from coach.batch.meter import Budget
    from coach.llm.openai_chat import OpenAIChat


def run_job(job: Job) -> int:
    """Do what the options ask; returns the exit code."""
    if job.options.engine == "ray":
        from coach.cli.grade_ray import run_ray

        return run_ray(job)
    files = job.files  # a missing file is told before anybody is asked for leave
    if job.options.dry_run:
        code = dry_run(job)
        job.drop_journal()
        return code
    if job.options.import_ is not None:
        code = finish(job, import_replies(job), 0.0)
        if job.options.export is None:
            return code
        job.close_journal()
        with Job(replace(job.options, import_=None), job.rooms) as further:
            return max(code, export_requests(further))
    if job.options.export is not None:
        code = export_requests(job)
        job.drop_journal()
        return code
    total = count_rows(files, job.options.limit)
    job.ask_leave()
    try:
        with RunProgress(job.err, job.tally, total) as progress:
            grader = run_engine(job, progress)
            seconds = progress.seconds
    except KeyboardInterrupt:
        if not job.stream:
            saved = job.journal_path.name
            job.say(f"Interrupted. What is finished is saved in {saved}: the same command goes on.")
        raise
    if not job.tally.failed:
        job.journal.replies.drop(HALF)
    job.tell_stale(job.journal.stale)
    return finish(job, grader, seconds)


def run_engine(job: Job, progress: RunProgress) -> GraderId:
    """Have the rows graded by what the options name."""
    if not job.by_model:
        return run_local(job, progress)
    if job.options.engine == "batch-api":
        from coach.cli.grade_batches import run_batches

        return run_batches(job)
    return asyncio.run(run_model(job, progress))


def run_local(job: Job, progress: RunProgress) -> GraderId:
    """Grade with the embedded grader, on all cores."""
    options = job.options
    for name, given in (("--model", options.model), ("--max-cost", options.max_cost)):
        if given is not None:
            job.say(f"{name} is for --grader llm; the local grader asks no model and costs nothing.")
    with loading():
        grader = job.rooms.local_grader()
    identity = job.base_identity(grader.identity)
    grade_locally(
        job.intake(identity),
        job.journal,
        open_local,
        tally=job.tally,
        processes=options.concurrency or cores(),
        own=grader,
        tick=progress.tick,
    )
    return identity


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def open_local() -> QuickGrader:
    """The local grader, in a process of its own."""
    with loading():
        return load().local_grader()


async def run_model(job: Job, progress: RunProgress) -> GraderId:
    """Grade with a model, many rows at once."""
    from coach.batch.meter import Meter, MeteredGrader
    from coach.llm.limiter import Limiter

    options = job.options
    concurrency = options.concurrency or CONCURRENCY
    limiter = Limiter(concurrency)
    with loading():
        chat = await job.rooms.chat(options.model, limiter=limiter)
    try:
        budget = budget_of(job, chat)
        meter = Meter(chat, job.journal, budget, patience=2 * concurrency)
        identity = job.base_identity(job.llm_grader(meter).identity)
        await grade_rows(
            job.intake(identity),
            job.journal,
            job.grader_for(
                lambda rubric: MeteredGrader(job.llm_grader(meter, rubric, samples=options.samples))
            ),
            tally=job.tally,
            concurrency=concurrency,
            spare=lambda: limiter.in_flight < concurrency and not limiter.waiting,
            over=lambda: budget is not None and budget.exhausted,
            tick=progress.tick,
        )
    finally:
        await job.rooms.hang_up()
    return identity


def budget_of(job: Job, chat: OpenAIChat) -> Budget | None:
    """What --max-cost allows; UsageError where the model's price is not known."""
    from coach.batch.meter import Budget

    most = job.options.max_cost
    if most is None:
        return None
    prices = job.rooms.prices
    if prices.of(chat.name) is None:
        raise UsageError(no_price(chat.name))
    return Budget(most, lambda: chat.spent.cost_usd or 0.0, prices, chat.name)


def finish(job: Job, grader: GraderId, seconds: float) -> int:
    """Write the output and tell how it went; exit code 1 where a row has no mark."""
    writer = RowWriter(grader, job.tally.columns, job.tally.criteria)
    rubric = job.rubric or job.rooms.corpus.rubric
    summary = Summary(top=rubric.top)

    def rows() -> Iterator[Stored]:
        for stored in job.journal.rows():
            summary.add(writer.row(stored), stored)
            yield stored

    if job.stream:
        show_rows(job, rows(), writer)
    else:
        assert job.options.output is not None
        write_output(job.options.output, rows, writer, job.format, job.say)
    write_pages(job, writer, summary, grader, seconds)
    tell(job, summary, seconds)
    job.drop_journal()
    return 1 if summary.unmarked else 0


def write_pages(job: Job, writer: RowWriter, summary: Summary, grader: GraderId, seconds: float) -> None:
    """The HTML report and the candidates' pages, where they were asked for."""
    options = job.options
    if options.report is None and options.feedback is None:
        return
    from coach.batch.pages import Titles, write_feedback, write_report
    from coach.report.words import grader_words

    rubric, corpus = job.rubric or job.rooms.corpus.rubric, job.rooms.corpus
    titles = Titles(
        {item.id: item.title for item in (*corpus.rubric.criteria, *rubric.criteria)},
        {item.id: item.text for item in corpus.questions.values()},
    )
    made = grader_words(grader)
    if options.report is not None:
        name = ", ".join(options.inputs)
        facts = facts_of(job, summary, grader, seconds)
        write_report(options.report, summary, job.journal.totals(), titles, name=name, made=made, facts=facts)
        job.tell(f"{options.report} holds the report.")
    if options.feedback is not None:
        count = write_feedback(options.feedback, job.journal, writer, titles, top=summary.top, made=made)
        job.tell(f"{options.feedback} holds {count:,} feedback pages.")


def facts_of(job: Job, summary: Summary, grader: GraderId, seconds: float) -> list[tuple[str, str]]:
    """What the head of a report says of the run."""
    states = ", ".join(f"{number:,} {name}" for name, number in summary.status.most_common())
    cost = "unknown" if summary.cost_usd is None else f"${summary.cost_usd:.4f}"
    tokens = summary.tokens
    return [
        ("Rows", f"{summary.rows:,} ({states})"),
        ("Graded before this run", f"{job.tally.reused:,}"),
        ("Requests", f"{summary.requests:,}"),
        ("Tokens", f"{tokens['prompt_tokens']:,} in, {tokens['completion_tokens']:,} out"),
        ("Cost", cost),
        ("Time of this run", duration(seconds)),
        ("Model, prompt, rubric, guides", f"{grader.model} {grader.prompt} {grader.rubric} {grader.guides}"),
    ]


def show_rows(job: Job, rows: Iterator[Stored], writer: RowWriter) -> None:
    """Rows to standard output; one answer at a terminal as a person likes to read it."""
    output = job.options.output
    if output is None and not job.options.format and sys.stdout.isatty() and job.tally.rows == 1:
        from coach.cli.grade_show import show_grade

        show_grade(job, writer.row(next(rows)))
        next(rows, None)
        return
    if output is None or str(output) == "-":
        try:
            for piece in text_of(rows, writer, job.format):
                sys.stdout.buffer.write(piece.encode())
            sys.stdout.buffer.flush()
        except BrokenPipeError as error:
            # The reader has seen enough (`| head`). The journal stays: a run for all of it is free.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from error
        return
    with output.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(text_of(rows, writer, job.format))


def tell(job: Job, summary: Summary, seconds: float) -> None:
    """The summary on standard error: all of it after a file, a line after a few rows."""
    tally, err = job.tally, job.err
    if summary.rows > 1 or summary.unmarked:
        err.print(render_summary(summary))
    parts = [f"{summary.rows:,} {'row' if summary.rows == 1 else 'rows'} in {duration(seconds)}"]
    if tally.reused:
        parts.append(f"{tally.reused:,} of them graded before")
    if summary.requests:
        cost = "at an unknown price" if tally.cost_usd is None else f"for ${tally.cost_usd:.4f}"
        parts.append(f"{tally.requests:,} requests {cost}")
    job.tell(f"{', '.join(parts)}.")
    if not job.stream:
        job.tell(f"{job.options.output} is written. {job.journal_path.name} makes a rerun free; keep it.")
