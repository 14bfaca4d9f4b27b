"""`coach grade --engine ray`: what each actor of a Ray cluster needs, and how the run went."""

from __future__ import annotations

import asyncio
import functools
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.batch.context import Context, Contexts
from coach.batch.ray_engine import Plan, grade_on_cluster
from coach.cli.grade_job import CONCURRENCY, Job
from coach.cli.wiring import Rooms, digest_of
from coach.errors import SetupError, UsageError
from coach.llm.limiter import Limiter
from coach.schema.answer import Answer
from coach.schema.grade import Grade, Grader, GraderId
from coach.schema.rubric import Rubric
from coach.settings import Settings


def run_ray(job: Job) -> int:
    """Grade on the cluster that RAY_ADDRESS names, or on this machine; exit code as ever."""
    options = job.options
    if options.output is None:
        raise UsageError("--engine ray needs an output: -o FILE.jsonl or -o FOLDER.parquet.")
    for name in options.inputs:
        if "://" not in name and not Path(name).exists():
            raise SetupError(f"{name} does not exist.")
    if options.restart:
        job.say("--restart does nothing here: --engine ray keeps no journal.")
    name = asyncio.run(job.rooms.model_name(options.model)) if job.by_model else ""
    cores = os.cpu_count() or 1
    concurrency = options.concurrency or (CONCURRENCY if name else cores)
    plan = Plan(
        inputs=options.inputs,
        output=str(options.output),
        columns=options.columns,
        question=options.question,
        actors=max(2, concurrency // CONCURRENCY) if name else concurrency,
        concurrency=concurrency,
        limit=options.limit,
        address=os.environ.get("RAY_ADDRESS"),
    )
    states: Counter[str] = Counter()

    def count(row: dict[str, Any]) -> None:
        states[row["status"]] += 1

    ask = {"samples": options.samples, "per_criterion": options.per_criterion}
    make_crew = functools.partial(open_crew, job.rooms.settings, job.rubric, name, ask)
    grade_on_cluster(plan, make_crew, count)
    told = ", ".join(f"{number:,} {state}" for state, number in states.most_common())
    job.tell(f"{options.output} is written: {states.total():,} rows ({told or 'none'}).")
    return 1 if states.total() > states["graded"] else 0


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
    settings: Settings, rubric: Rubric | None, model: str, ask: dict[str, Any], limiter: Limiter
) -> OpenCrew:
    """The crew of one actor; settings travel with it, so that no key is put into an environment."""
    rooms = Rooms(settings)
    contexts = Contexts(rooms.corpus, rubric)
    chat = asyncio.run(rooms.chat(model, limiter=limiter)) if model else None
    grader = rooms.llm_grader(chat, **ask) if chat is not None else rooms.local_grader()
    identity = grader.identity
    if rubric is not None:
        identity = identity.model_copy(update={"rubric": digest_of(rubric)})
    return OpenCrew(rooms, contexts, identity, {}, chat, ask)
