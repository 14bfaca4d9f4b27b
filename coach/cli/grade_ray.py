"""`coach grade --engine ray`: what each actor of a Ray cluster needs, and how the run went."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.batch.context import Context, Contexts
from coach.batch.ray_engine import Plan, grade_on_cluster
from coach.batch.ray_worker import Desk
from coach.cli.grade_job import CONCURRENCY, Job, no_price
from coach.cli.wiring import Rooms, digest_of
from coach.errors import CoachError, SetupError, UsageError
from coach.schema.answer import Answer
from coach.schema.grade import Grade, Grader, GraderId
from coach.schema.question import Question
from coach.schema.rubric import Rubric
from coach.settings import Settings

_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):/+(?P<rest>.+)")


def run_ray(job: Job) -> int:
    """Grade on the cluster that RAY_ADDRESS names, or on this machine; exit code as ever."""
    options = job.options
    if options.output is None:
        raise UsageError("--engine ray needs an output: -o FILE.jsonl or -o FOLDER.parquet.")
    for name in options.inputs:
        if "://" not in name and not Path(name).exists():
            raise SetupError(f"{name} does not exist.")
    name = asyncio.run(job.rooms.model_name(options.model)) if job.by_model else ""
    cores = os.cpu_count() or 1
    concurrency = options.concurrency or (CONCURRENCY if name else cores)
    output = as_url(options.output)
    plan = Plan(
        inputs=options.inputs,
        output=output,
        journal=journal_of(output, job),
        columns=options.columns,
        question=options.question,
        actors=max(2, concurrency // CONCURRENCY) if name else concurrency,
        concurrency=concurrency,
        samples=options.samples,
        limit=options.limit,
        address=os.environ.get("RAY_ADDRESS"),
        restart=options.restart,
        model=name,
        most=most_cost(job, name) if name else None,
        prices=job.rooms.prices,
    )
    ask = {"samples": options.samples, "per_criterion": options.per_criterion}
    told = grade_on_cluster(plan, functools.partial(open_crew, job.rooms.settings, job.rubric, name, ask))
    for text in told.said:
        job.say(text)
    job.tell_stale(told.stale)
    states = told.states
    parts = ", ".join(f"{number:,} {state}" for state, number in states.most_common())
    job.tell(f"{output} is written: {states.total():,} rows ({parts or 'none'}).")
    job.tell(f"{plan.journal} makes a rerun free; keep it.")
    return 1 if states.total() > states["graded"] else 0


def as_url(output: Path) -> str:
    """The output as it was typed: a path's text has lost one slash of a URL."""
    text = output.as_posix()
    found = _URL.match(text)
    if found is None:
        return str(output)
    slashes = ":///" if found["scheme"] == "file" else "://"
    return f"{found['scheme']}{slashes}{found['rest']}"


def journal_of(output: str, job: Job) -> Path:
    """Beside an output of this machine; for one in a cloud in the user's data folder."""
    if "://" not in output:
        return Path(f"{output.rstrip('/')}.journal").resolve()  # the actor that keeps it works elsewhere
    name = hashlib.sha256(output.encode()).hexdigest()[:16]
    return job.rooms.settings.data_dir / "runs" / f"{name}.journal"


def most_cost(job: Job, model: str) -> float | None:
    """What --max-cost allows; UsageError where the model's price is not known."""
    most = job.options.max_cost
    if most is not None and job.rooms.prices.of(model) is None:
        raise UsageError(no_price(model))
    return most


@dataclass
class OpenCrew:
    """Implements Crew over the program's own rooms."""

    rooms: Rooms
    contexts: Contexts
    identity: GraderId
    graders: dict[str, Grader]
    model: Any = None
    ask: dict[str, Any] = field(default_factory=dict)

    async def grade(self, context: Context, answer: Answer) -> Grade:
        digest = context.rubric.digest
        if digest not in self.graders:
            if self.model is None:
                self.graders[digest] = self.rooms.local_grader()
            else:
                self.graders[digest] = self.rooms.llm_grader(self.model, context.rubric, **self.ask)
        return await self.graders[digest].grade(context.task(answer))


def open_crew(
    settings: Settings, rubric: Rubric | None, model: str, ask: dict[str, Any], desk: Desk
) -> OpenCrew:
    """The crew of one actor; settings travel with it, so that no key is put into an environment."""
    rooms = Rooms(settings)

    def retrieve(question: Question) -> tuple[str, ...]:
        from coach.guides.grounding import ground_question

        try:
            return ground_question(question, rooms.corpus, rooms.searcher())
        except CoachError as error:
            desk.say(f"Some questions that the corpus does not hold had no passages to cite: {error}")
            return ()

    contexts = Contexts(rooms.corpus, rubric, retrieve)
    chat = desk.metered(asyncio.run(rooms.chat(model, limiter=desk.limiter()))) if model else None
    grader = rooms.llm_grader(chat, **ask) if chat is not None else rooms.local_grader()
    identity = grader.identity
    if rubric is not None:
        identity = identity.model_copy(update={"rubric": digest_of(rubric)})
    return OpenCrew(rooms, contexts, identity, {}, chat, ask)
