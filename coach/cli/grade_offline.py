"""`coach grade --export` and `--import`: a model that is reached by file alone."""

from __future__ import annotations

from coach.batch.context import Context
from coach.batch.estimate import CRITERION_TOKENS, REPLY_SECONDS, REPLY_TOKENS, estimate_requests
from coach.batch.intake import Tally
from coach.batch.offline import Exchange
from coach.cli.grade_job import CONCURRENCY, Job
from coach.cli.progress import duration
from coach.cli.wiring import DEFAULT_MODEL
from coach.errors import SetupError, UsageError
from coach.llm.collect import CollectingModel
from coach.llm.port import ChatModel
from coach.llm.prices import estimate_tokens
from coach.schema.grade import Grader, GraderId


def export_requests(job: Job) -> int:
    """Write what is still needed; exit code 1 where some rows can never be asked about."""
    path = job.options.export
    assert path is not None
    exchange, identity = open_exchange(job)
    count = exchange.export(path, job.intake(identity))
    tally = job.tally
    done = f", {tally.reused:,} rows are graded already" if tally.reused else ""
    job.tell(f"{path}: {count:,} requests for {tally.rows:,} rows{done}.")
    if tally.bad:
        job.say(f"Rows that cannot be graded: {tally.bad:,}. The output of --import says why.")
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


def dry_run(job: Job) -> int:
    """Count what a run would take, and grade nothing."""
    tally, options = job.tally, job.options
    if not job.by_model:
        identity = job.base_identity(job.rooms.local_grader().identity)
        work = sum(1 for _ in job.intake(identity))
        job.tell(f"{_rows(tally)}; {work:,} to grade with the local grader, at no cost.")
        return 1 if tally.bad else 0
    name = options.model or job.rooms.settings.coach_model or DEFAULT_MODEL
    exchange, identity = open_exchange(job, name)
    prices = job.rooms.prices
    total = estimate_requests(
        exchange.wanted(job.intake(identity)),
        estimate_tokens,
        lambda usage: prices.cost(name, usage),
        reply_tokens=CRITERION_TOKENS if options.per_criterion else REPLY_TOKENS,
    )
    concurrency = options.concurrency or CONCURRENCY
    cost = "cost unknown (set COACH_PRICE_IN and COACH_PRICE_OUT)"
    if total.cost_usd is not None:
        cost = f"about ${total.cost_usd:.2f}"
    job.tell(
        f"{_rows(tally)}.\n"
        f"{total.requests:,} requests to {name}: about {total.prompt_tokens:,} tokens in, "
        f"{total.completion_tokens:,} out, {cost}.\n"
        f"{_share(total.repeated_tokens, total.prompt_tokens)} of what goes in begins as the request before"
        " did; a server's prefix cache may charge less for it.\n"
        f"About {duration(total.seconds(concurrency))}, {concurrency} at a time, if a reply takes"
        f" {REPLY_SECONDS:.0f} s. Nothing was sent."
    )
    return 1 if tally.bad else 0


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "0%"


def _rows(tally: Tally) -> str:
    parts = [f"{tally.rows:,} rows"]
    parts += [f"{tally.bad:,} that cannot be graded"] if tally.bad else []
    parts += [f"{tally.copies:,} that repeat another"] if tally.copies else []
    parts += [f"{tally.reused:,} graded before"] if tally.reused else []
    return ", ".join(parts)


def open_exchange(job: Job, name: str | None = None) -> tuple[Exchange, GraderId]:
    """The exchange for the model that is named, and what its grades are made by."""
    name = name or job.options.model or job.rooms.settings.coach_model
    if name is None:
        raise UsageError("Which model are the requests for? Say it with --model, or COACH_MODEL.")

    made: dict[tuple[ChatModel, str, int, int], Grader] = {}

    def grader_over(model: ChatModel, context: Context, first: int, samples: int) -> Grader:
        key = (model, context.rubric.digest, first, samples)
        if key not in made:
            made[key] = job.llm_grader(model, context.rubric, samples=samples, first_sample=first)
        return made[key]

    nobody = CollectingModel(name, lambda wanted: None, lambda wanted, request: None)
    identity = job.base_identity(job.llm_grader(nobody).identity)
    return Exchange(job.journal, name, grader_over, job.options.samples), identity
