"""`coach guides`: add documents, list and search the guides, check the corpus, build the index."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from coach.cli import console, wiring
from coach.cli.hanging import Hanging
from coach.cli.json_output import print_json
from coach.errors import UsageError
from coach.resources import corpus_dir, eval_dir
from coach.text.markdown import bold_parts
from coach.text.sanitize import for_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coach.guides.library import Outcome

app = typer.Typer(
    add_completion=False,
    help="The interview guides that grades and answers cite, and your own documents beside them.\n\n"
    "Example: coach guides add notes.pdf",
    no_args_is_help=True,
)
_MOST_DRIFTS = 10
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, or folders of files.")],
    as_data: Json = False,
) -> None:
    """Add your own documents (Markdown, text, HTML, PDF, DOCX) and find their BAD/GOOD pairs.

    A file that cannot be used is named with the reason; the others are kept. Exit code 1 then.

    Example: coach guides add notes.md "Interview tips.pdf"
    """
    from coach.guides.attach import open_attacher
    from coach.guides.library import add_document, list_files, load_added
    from coach.guides.turns import turn

    rooms = wiring.load()
    folder = rooms.settings.data_dir / "guides"
    files = list_files(paths)
    if not files:
        raise UsageError("There is no Markdown, text, HTML, PDF or DOCX file in what you named.")
    attacher = open_attacher(rooms.corpus, rooms.settings.cache_dir)
    shipped = {guide.id for guide in rooms.corpus.guides}
    outcomes = []
    for path in files:
        # Two programs that add at once must not give one id to two guides.
        with turn(folder):
            taken = shipped | {added.guide.id for added in load_added(folder)}
            outcomes.append(add_document(path, folder, attacher, taken))
    if any(outcome.status == "added" for outcome in outcomes):
        with closing(rooms):
            rooms.searcher().warm()
    if as_data:
        print_json({"files": [outcome.model_dump(mode="json") for outcome in outcomes]})
    else:
        _print_outcomes(outcomes)
    if any(outcome.status == "failed" for outcome in outcomes):
        raise typer.Exit(1)


def _print_outcomes(outcomes: Sequence[Outcome]) -> None:
    out, err = console.out(), console.err()
    for outcome in outcomes:
        if outcome.error:
            err.print(for_terminal(outcome.error), soft_wrap=True)
            continue
        out.print(
            f"{for_terminal(outcome.path)}: {outcome.status}, {_count(outcome.passages, 'passage')}, "
            f"{_count(len(outcome.pairs), 'BAD/GOOD pair')}",
            soft_wrap=True,
        )
        for pair in outcome.pairs:
            out.print(f"  line {pair.line}, {pair.criterion or 'no criterion'}")
            out.print(f"    BAD   {_short(pair.bad)}", soft_wrap=True)
            out.print(f"    GOOD  {_short(pair.good)}", soft_wrap=True)


@app.command("list")
def list_(as_data: Json = False) -> None:
    """List the guides: those of the coach and your own.

    Example: coach guides list
    """
    from coach.guides.library import load_added

    rooms = wiring.load()
    rows = [(guide, "coach", 0) for guide in rooms.corpus.guides]
    rows += [(a.guide, a.name, len(a.pairs)) for a in load_added(rooms.settings.data_dir / "guides")]
    if as_data:
        print_json(
            [
                {"id": g.id, "title": g.title, "from": source, "passages": len(g.passages), "pairs": pairs}
                for g, source, pairs in rows
            ]
        )
        return
    if not console.out().is_terminal:
        for guide, source, _ in rows:
            typer.echo(f"{guide.id}\t{len(guide.passages)}\t{for_terminal(source)}\t{guide.title}")
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("id", "title", "passages", "from"):
        table.add_column(name, justify="right" if name == "passages" else "left", overflow="fold")
    for guide, source, _ in rows:
        table.add_row(guide.id, guide.title, str(len(guide.passages)), for_terminal(source))
    console.out().print(table)


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="What to look for.")],
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 5,
    as_data: Json = False,
) -> None:
    """Search the guides and print the best passages.

    Example: coach guides search "users without history" -k 3
    """
    with closing(wiring.load()) as rooms:
        hits = rooms.searcher().search(" ".join(query), k)
    if as_data:
        print_json([{**hit.passage.model_dump(mode="json"), "score": hit.score} for hit in hits])
        return
    out = console.out()
    if not hits:
        console.err().print("Nothing was found.")
    for hit in hits:
        _print_line(out, f"{hit.passage.title} [{hit.passage.id}]")
        _print_line(out, _short("".join(piece for piece, _ in bold_parts(hit.passage.text)), 200), indent=2)


@app.command()
def build(
    force: Annotated[bool, typer.Option("--force", help="Build again, even where nothing changed.")] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Let the minilm embedder fetch its files (80 MB).")
    ] = False,
    as_data: Json = False,
) -> None:
    """Build the search index, where it is missing or out of date.

    Example: coach guides build
    """
    with closing(wiring.load()) as rooms:
        built = rooms.searcher().build(force=force, may_download=download)
    report = {
        "embedder": built.manifest.embedder,
        "passages": built.manifest.count,
        "embedded": built.embedded,
    }
    if as_data:
        print_json(report)
    else:
        console.out().print(
            f"{_count(built.manifest.count, 'passage')} in the index, {built.embedded} newly embedded "
            f"by {built.manifest.embedder}."
        )


@app.command()
def check(
    write_grounding: Annotated[
        bool, typer.Option("--write-grounding", help="Find passages for questions that have none; keep them.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="With --write-grounding: find those of every question.")
    ] = False,
    as_data: Json = False,
) -> None:
    """Check that guides, rubric, questions, exemplars, incidents and grounding agree; exit code 1 if not.

    Drift is reported and is no fault: a question whose passages would be retrieved differently now.
    They are fixed on purpose, since recorded gradings were made with them; --write-grounding --anew
    renews them, and the recordings have to be made again then.

    Example: coach guides check
    """
    from coach.guides.check import check_corpus
    from coach.guides.corpus import load_corpus
    from coach.guides.grounding import find_drift
    from coach.guides.grounding import write_grounding as write
    from coach.guides.incident_check import incident_faults
    from coach.guides.incidents import load_incidents, load_moves
    from coach.guides.search import open_searcher

    if anew and not write_grounding:
        raise UsageError("--anew goes with --write-grounding.")
    rooms = wiring.load()
    corpus = rooms.corpus
    # The user's own guides and embedder have no say in what grounds a question.
    folder = rooms.settings.cache_dir / "check"
    searcher = open_searcher(corpus, folder, rooms.settings.cache_dir)
    if write_grounding:
        write(corpus_dir() / "grounding.json", corpus, searcher, anew=anew)
        corpus = load_corpus(corpus_dir())
    problems = check_corpus(corpus, corpus_dir(), eval_dir() / "exemplars.jsonl")
    problems += [
        fault
        for incident in load_incidents(corpus_dir(), load_moves(corpus_dir()))
        for fault in incident_faults(incident, corpus.passages)
    ]
    drifts = find_drift(corpus, searcher)
    searcher.close()
    if as_data:
        drifted = [{"question": d.question, "lost": d.lost, "gained": d.gained} for d in drifts]
        print_json({"problems": problems, "drift": drifted})
    else:
        out = console.out()
        for problem in problems:
            _print_line(out, problem)
        for drift in drifts[:_MOST_DRIFTS]:
            _print_line(
                out,
                f"drift: {drift.question}: - {', '.join(drift.lost) or 'none'} "
                f"+ {', '.join(drift.gained) or 'none'}",
            )
        if len(drifts) > _MOST_DRIFTS:
            out.print(f"drift: {len(drifts) - _MOST_DRIFTS} more; --json lists them all")
        out.print(
            f"{_count(len(corpus.passages), 'passage')}, {_count(len(corpus.questions), 'question')}, "
            f"{_count(len(corpus.rubric.criteria), 'criterion', 'criteria')}: "
            f"{_count(len(problems), 'problem')}, {_count(len(drifts), 'question')} drifted."
        )
    if problems:
        raise typer.Exit(1)


@app.command()
def measure(as_data: Json = False) -> None:
    """Measure retrieval on the judged queries in eval/, by method.

    Example: coach guides measure
    """
    from coach.guides.measure import measure as run
    from coach.guides.measure import read_queries
    from coach.guides.search import METHOD, open_searcher

    rooms = wiring.load()
    searcher = open_searcher(rooms.corpus, rooms.settings.cache_dir / "check", rooms.settings.cache_dir)
    figures = run(searcher, read_queries(eval_dir() / "retrieval.jsonl"))
    independent = run(searcher, read_queries(eval_dir() / "retrieval-independent.jsonl"))
    figures += [one for one in independent if one.part != "all"]
    searcher.close()
    if as_data:
        print_json([{**vars(one), "chosen": one.method == METHOD} for one in figures])
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False)
    for name in ("queries", "method", "recall@1", "recall@5", "95%", "MRR", "nDCG@10"):
        table.add_column(name, justify="left" if name in ("queries", "method") else "right")
    for one in figures:
        mark = " (used)" if one.method == METHOD else ""
        first, five, mrr, ndcg = (
            f"{x:.3f}" for x in (one.recall_at_1, one.recall_at_5, one.mrr, one.ndcg_at_10)
        )
        interval = f"{one.low:.2f}-{one.high:.2f}"
        table.add_row(f"{one.part}, {one.queries}", one.method + mark, first, five, interval, mrr, ndcg)
    console.out().print(table)


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"


def _print_line(out: Console, text: str, *, indent: int = 0) -> None:
    """One line for programs; at a terminal as many as it takes, broken between words."""
    line = Text(for_terminal(text))
    if out.is_terminal:
        out.print(Hanging(Text(" " * indent), line))
    else:
        out.print(Text(" " * indent) + line, soft_wrap=True)


def _short(text: str, limit: int = 110) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 3].rstrip() + "..."
