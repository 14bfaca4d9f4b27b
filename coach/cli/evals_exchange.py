"""`coach eval export` and `import`: recordings from a model that is reachable by file alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from coach.cli import evals_interviewer as interviewer
from coach.cli.evals_bench import Sheet, bench_of, parts_of, place_of
from coach.evals.bench import PARTS
from coach.evals.exchange import Wanted, export_requests, import_replies
from coach.evals.plan import select
from coach.llm.recordings import Recordings


class PartName(StrEnum):
    main = "main"
    samples = "samples"
    plain = "plain"
    stress = "stress"


class ModelGrader(StrEnum):
    llm = "llm"
    plain = "plain"


Suite = Annotated[str, typer.Argument(help="A suite of eval/suites, or a path to one.")]
Gold = Annotated[Path | None, typer.Option("--gold", help="Your own gold file (JSON Lines or CSV).")]
RubricFile = Annotated[Path | None, typer.Option("--rubric", help="The rubric that your gold file uses.")]
Only = Annotated[str | None, typer.Option("--only", help="One answer (ID), kind:K, question:Q or family:F.")]
Model = Annotated[
    str | None, typer.Option("--model", help="Name that the replies are keyed by; default: the suite's.")
]
PartOption = Annotated[PartName | None, typer.Option("--part", help="Only this part of the suite.")]
Folder = Annotated[
    Path | None, typer.Option("--recordings", help="Folder of the recordings, if not the usual one.")
]
Samples = Annotated[int | None, typer.Option("--samples", min=1, max=9, help="Grade every answer K times.")]


def export(
    suite: Suite = "llm",
    gold: Gold = None,
    rubric: RubricFile = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The request file to write.")] = Path(
        "requests.jsonl"
    ),
    samples: Samples = None,
    only: Only = None,
    part: PartOption = None,
    grader: Annotated[ModelGrader, typer.Option("--grader", help="llm, or the plain chat prompt.")] = (
        ModelGrader.llm
    ),
    model: Model = None,
    recordings: Folder = None,
) -> None:
    """Write the requests that are not recorded yet, in the OpenAI Batch API's format.

    Repeat export and import until nothing is missing: the second round holds the repairs.

    Example: coach eval export llm --part main -o requests.jsonl
    """
    sheet = sheet_of(Source(suite, gold, rubric, samples, recordings), part, only, grader)
    known = Recordings.load(*sheet.place.read)
    wanted = asyncio.run(export_requests(output, sheet.items, known, model or sheet.model, sheet.ask))
    if not wanted:
        typer.echo(f"Nothing is missing: all {len(sheet.items)} {sheet.noun} can be replayed.", err=True)
        return
    typer.echo(
        f"{output}: {len(wanted)} requests for {len(sheet.items)} {sheet.noun}, "
        f"{_repairs(wanted)} of them repairs.",
        err=True,
    )


def import_(
    replies: Annotated[Path, typer.Argument(help="A Batch API output file.")],
    suite: Suite = "llm",
    gold: Gold = None,
    rubric: RubricFile = None,
    samples: Samples = None,
    model: Model = None,
    part: PartOption = None,
    provenance: Annotated[
        str, typer.Option("--provenance", help="Where the replies come from; kept with each.")
    ] = "Collected offline through export and import of Batch API files",
    recordings: Folder = None,
) -> None:
    """Add replies to the recordings and say what is still needed.

    Example: coach eval import replies.jsonl llm --model my-model
    """
    sheet = sheet_of(Source(suite, gold, rubric, samples, recordings), part)
    told = {"source": provenance, "imported": datetime.now(UTC).date().isoformat()}
    known = Recordings.load(*sheet.place.read)
    name = model or sheet.model
    taken = asyncio.run(import_replies(replies, sheet.items, known, name, sheet.ask, told, sheet.place.write))
    typer.echo(f"{taken.added} replies added, {taken.known} known already.", err=True)
    for line in taken.failed:
        typer.echo(f"not usable: {line}", err=True)
    if taken.missing:
        typer.echo(
            f"{len(taken.missing)} requests are still missing, {_repairs(taken.missing)} of them repairs; "
            "`coach eval export` writes them.",
            err=True,
        )


@dataclass(frozen=True)
class Source:
    """Where the gold of a suite and its recordings come from, as the command line says."""

    suite: str
    gold: Path | None = None
    rubric: Path | None = None
    samples: int | None = None
    recordings: Path | None = None


def sheet_of(
    source: Source,
    part: PartName | None = None,
    only: str | None = None,
    grader: ModelGrader = ModelGrader.llm,
) -> Sheet:
    """What the suite asks a model: grades of answers, or follow-ups."""
    if interviewer.is_interviewer(source.suite):
        interviewer.refuse_grading_options(source.gold, source.rubric, source.samples, part)
        return interviewer.sheet_of(source.suite, only, source.recordings)
    bench = bench_of(source.suite, source.gold, source.rubric, source.samples)
    wanted = parts_of(PARTS, part.value if part else None, grader.value)
    jobs = select([job for job in bench.jobs if job.part in wanted], only)
    place = place_of(bench.suite, source.gold, source.recordings)
    return Sheet(jobs, bench.ask, bench.suite.model, place, "grades")


def _repairs(wanted: dict[str, Wanted]) -> int:
    return sum(item.request.purpose.endswith("_repair") for item in wanted.values())
