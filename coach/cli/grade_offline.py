"""`coach grade --export` and `--import`: a model that is reached by file alone."""

from __future__ import annotations

from coach.batch.context import Context
from coach.batch.offline import Exchange
from coach.cli.grade_job import Job
from coach.errors import SetupError, UsageError
from coach.llm.collect import CollectingModel
from coach.llm.port import ChatModel
from coach.schema.grade import Grader, GraderId


def export_requests(job: Job) -> int:
    """Write what is still needed; exit code 1 where some rows can never be asked about."""
    path = job.options.export
    assert path is not None
    exchange, identity = open_exchange(job)
    count = exchange.export(path, job.intake(identity))
    tally = job.tally
    done = f", {tally.reused:,} rows are graded already" if tally.reused else ""
    job.err.print(f"{path}: {count:,} requests for {tally.rows:,} rows{done}.")
    if tally.bad:
        job.say(f"{tally.bad:,} rows cannot be graded; the output of --import says why.")
    return 1 if tally.bad else 0


def import_replies(job: Job) -> GraderId:
    """Grade from the replies of a file; the rows without one fail, and say so."""
    path = job.options.import_
    assert path is not None
    if not path.exists():
        raise SetupError(f"{path} does not exist.")
    exchange, identity = open_exchange(job)
    exchange.take_in(path, job.intake(identity, again=True), identity, job.tally)
    job.remember_import()
    return identity


def open_exchange(job: Job) -> tuple[Exchange, GraderId]:
    """The exchange for the model that is named, and what its grades are made by."""
    name = job.options.model or job.rooms.settings.coach_model
    if name is None:
        raise UsageError("Which model are the requests for? Say it with --model, or COACH_MODEL.")

    made: dict[tuple[ChatModel, str, int, int], Grader] = {}

    def grader_over(model: ChatModel, context: Context, first: int, samples: int) -> Grader:
        key = (model, context.rubric.digest, first, samples)
        if key not in made:
            made[key] = job.rooms.llm_grader(model, context.rubric, samples=samples, first_sample=first)
        return made[key]

    nobody = CollectingModel(name, lambda wanted: None, lambda wanted, request: None)
    identity = job.base_identity(job.rooms.llm_grader(nobody).identity)
    return Exchange(job.journal, name, grader_over, job.options.samples), identity
