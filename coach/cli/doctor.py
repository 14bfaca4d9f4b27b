"""`coach doctor`: checks everything that the program rests on, and names the command that mends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli.doctor_finding import Finding, fail
from coach.cli.json_output import print_json
from coach.errors import CoachError, SetupError
from coach.settings import Settings, read_settings

if TYPE_CHECKING:
    from coach.guides.corpus import Corpus

app = typer.Typer(add_completion=False)


@app.command()
def doctor(
    online: Annotated[
        bool, typer.Option("--online", help="Ask the model's server for one token, which may cost a little.")
    ] = False,
    as_data: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> int:
    """Check Python, packages, folders, history, index, model and recordings; say what mends what is wrong.

    Nothing is changed, and nothing is sent unless --online is given. Exit code 1 means that a check failed.

    Example: coach doctor --json
    """
    findings = list(_examine(online=online))
    if as_data:
        data = {"ok": not _failed(findings), "checks": [asdict(finding) for finding in findings]}
        print_json(data)
    else:
        _print(findings)
    return 1 if _failed(findings) else 0


def _failed(findings: list[Finding]) -> bool:
    return any(finding.state == "fail" for finding in findings)


def _examine(*, online: bool) -> Iterator[Finding]:
    from coach.cli import doctor_install as install

    yield install.check_python()
    yield install.check_packages()
    try:
        settings = read_settings()
    except SetupError as error:
        yield fail("settings", str(error), _mend_settings(str(error)))
        return
    yield from _examine_data(settings)
    yield from _examine_knowledge(settings)
    yield from _examine_model(settings, online=online)


def _mend_settings(said: str) -> str:
    named = [name for name in os.environ if f"{name}:" in said]
    return f"unset {named[0]}" if named else "${EDITOR:-vi} .env"


def _examine_data(settings: Settings) -> Iterator[Finding]:
    from coach.cli import doctor_data as data

    yield data.check_folder("data folder", settings.data_dir)
    yield data.check_folder("cache folder", settings.cache_dir)
    yield data.check_disk(settings.data_dir)
    yield data.check_database(settings.data_dir / "coach.db")


def _examine_knowledge(settings: Settings) -> Iterator[Finding]:
    from coach.cli import doctor_index as index
    from coach.cli import doctor_install as install
    from coach.resources import corpus_dir, eval_dir

    yield index.check_embedder(settings)
    found, corpus = install.check_corpus(corpus_dir())
    yield found
    if corpus is not None:
        yield index.check_index(settings, corpus)
        yield _recordings(corpus)
    evals = eval_dir()
    yield install.check_local_model(install.LOCAL_MODEL, (evals / "gold", evals / "recordings"))


def _recordings(corpus: Corpus) -> Finding:
    from coach.cli.doctor_install import check_recordings
    from coach.grading.request import RequestBuilder, short_hash
    from coach.prompts import Prompts
    from coach.resources import eval_dir, prompts_dir

    try:
        prompt = RequestBuilder(Prompts(prompts_dir())).digest
    except CoachError as error:
        return fail("prompts", str(error), "git checkout -- prompts")
    questions = {short_hash(question.model_dump_json()) for question in corpus.questions.values()}
    return check_recordings(eval_dir() / "recordings", prompt, questions)


def _examine_model(settings: Settings, *, online: bool) -> Iterator[Finding]:
    from coach.cli import doctor_model as model

    yield model.check_key(settings)
    yield model.check_server(settings)
    yield model.check_abilities(settings)
    if online:
        yield model.check_online(settings)


def _print(findings: list[Finding]) -> None:
    from rich.text import Text

    from coach.cli import console
    from coach.cli.hanging import Hanging
    from coach.text.sanitize import for_terminal

    out = console.out()
    styles = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        head = Text(f"{finding.state:<6}", style=styles[finding.state]).append(
            f"{finding.name:<{width}}  ", ""
        )
        out.print(Hanging(head, Text(for_terminal(finding.says))))
        if finding.remedy:
            # Never broken over lines: it is there to be copied.
            out.print(Text(f"      {for_terminal(finding.remedy)}", style="cyan"), soft_wrap=True)
    counts = {state: sum(1 for finding in findings if finding.state == state) for state in styles}
    if counts["fail"] or counts["warn"]:
        out.print(
            Text(f"{counts['fail']} failed, {counts['warn']} to look at; the line below each mends it.")
        )
    else:
        out.print(Text("All is well."))
