"""The suite `interviewer`: the offline figures, the summary's shape, a model's way through it, its gates."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from coach.cli.app import run
from coach.cli.evals_interviewer import bench_of
from coach.evals.exchange import collect, export_requests, import_replies
from coach.evals.interviewer import InterviewerBench, Probe, ask_offline
from coach.evals.interviewer_measure import FollowUpRow, make_rows, summarise
from coach.evals.interviewer_table import show_interviewer
from coach.interview.offline import OfflineInterviewer
from coach.llm.fake import ScriptedModel
from coach.llm.recordings import Recordings
from coach.schema.chat import ChatRequest
from tests.evals.test_exchange import write_replies


@pytest.fixture(scope="module")
def bench() -> InterviewerBench:
    return bench_of("interviewer")


@pytest.fixture
def few(bench: InterviewerBench) -> list[Probe]:
    return bench.probes[:3]


def reply_to(probe: Probe, **change: str) -> dict[str, Any]:
    """A fair follow-up that quotes the first words of the answer."""
    quote = " ".join(probe.transcript.turns[-1].text.split()[:4]).strip(",.")
    question = f'You said "{quote}". What did you weigh that against at the time?'
    criterion = (probe.transcript.weakest or probe.transcript.fresh)[0]
    return {"criterion": criterion, "about": quote, "question": question} | change


def answering(probes: list[Probe], **change: str) -> Callable[[ChatRequest], dict[str, Any]]:
    def answer(request: ChatRequest) -> dict[str, Any]:
        asked = request.messages[0].content
        probe = next(item for item in probes if item.transcript.turns[-1].text[:80] in asked)
        return reply_to(probe, **change)

    return answer


def test_offline_run_prints_and_keeps_the_summary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["eval", "run", "interviewer", "--json", "--gate", "-o", str(tmp_path)]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary == json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert list(summary)[:5] == ["suite", "grader", "n", "metrics", "gates"]
    assert (summary["suite"], summary["grader"]["kind"], summary["n"]) == ("interviewer", "local", 45)
    for part in ("validity", "repeatability", "grounding"):
        assert set(summary["metrics"][part]) == {"overall", "criteria", "by_kind"}
    presses = summary["metrics"]["validity"]["overall"]["presses_weakest"]
    assert set(presses) == {"value", "lo", "hi", "n"} and presses["n"] >= 40
    assert presses["value"] > summary["baselines"]["chance"]["presses_weakest"]["value"] > 0.25
    assert summary["gates"] and all(gate["passed"] for gate in summary["gates"])
    lines = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [FollowUpRow.model_validate_json(line) for line in lines]
    assert len(rows) == 45 and all(row.text and row.author == "local" for row in rows)
    fallen = {name: ids for name, ids in summary["failed"].items() if name != "presses_weakest"}
    assert fallen == {
        name: [row.id for row in rows if name in row.failed]
        for name in dict.fromkeys(name for row in rows for name in row.failed)
    }


def test_table_fits_80_columns_and_names_what_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["eval", "run", "interviewer", "-o", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines()) <= 80 and "\x1b" not in out
    assert "press where gold is weakest" in out and "always the one named last" in out
    assert "Gates: 10 of 10 passed" in out
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [FollowUpRow.model_validate_json(line) for line in lines]
    worse = {**summary, "failed": {"grounded": [rows[0].id]}}
    console = Console(width=80, record=True, file=StringIO())
    console.print(show_interviewer(worse, rows))
    shown = console.export_text()
    assert "What failed" in shown and f"{rows[0].id}: {rows[0].text[:30]}" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run", "interviewer", "--samples", "2"), 2, "do not apply"),
        (("run", "interviewer", "--only", "colour:red"), 2, "kind:K"),
        (("run", "interviewer", "--only", "nothing"), 2, "nothing in the suite fits"),
        (("export", "interviewer", "--part", "main"), 2, "do not apply"),
        (("run", "interviewer", "--grader", "llm"), 3, "OPENAI_API_KEY"),
        (("prune", "interviewer"), 2, "measures the interviewer"),
        (("stress", "interviewer"), 2, "measures the interviewer"),
        (("show", "x", "--suite", "interviewer"), 2, "measures the interviewer"),
    ],
)
def test_wrong_use_has_its_exit_code(
    arguments: tuple[str, ...], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["eval", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == "" and message in captured.err


def test_missing_replies_are_exit_4_and_are_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, file = str(tmp_path / "none"), tmp_path / "requests.jsonl"
    assert run(["eval", "run", "interviewer", "--grader", "replay", "--recordings", empty]) == 4
    assert "45 recordings are missing or stale (45 not recorded)" in capsys.readouterr().err
    only = ["--only", "kind:terse", "--recordings", empty]
    assert run(["eval", "export", "interviewer", *only, "-o", str(file)]) == 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 5 and all(row["url"] == "/v1/chat/completions" for row in rows)
    assert "5 requests for 5 follow-ups" in capsys.readouterr().err


def test_one_kind_alone_is_measured_without_gates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    only = ["--only", "kind:terse", "--json", "--gate", "-o", str(tmp_path)]
    assert run(["eval", "run", "interviewer", *only]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["n"], summary["gates"]) == (5, [])


async def test_a_models_own_words_are_measured(bench: InterviewerBench, few: list[Probe]) -> None:
    model = ScriptedModel(name="m", answer=answering(few))
    asked = [await bench.ask(model, probe) for probe in few]
    rows = make_rows(bench, asked)
    assert [(row.author, row.requests, row.failed) for row in rows] == [("llm", 1, ())] * 3
    summary = summarise(bench, rows, bench.identity("llm", "m", replayed=False))
    overall = summary["metrics"]["grounding"]["overall"]
    assert overall["own_words"]["value"] == overall["first_try"]["value"] == 1.0
    assert summary["metrics"]["validity"]["overall"]["presses_weakest"]["value"] == 1.0
    assert {gate["name"].split(" ")[0] for gate in summary["gates"]} >= {"grounding/overall/own_words"}


async def test_words_that_are_refused_twice_count_as_the_offline_ones(
    bench: InterviewerBench, few: list[Probe]
) -> None:
    model = ScriptedModel(name="m", answer=answering(few, question="Tell me more."))
    rows = make_rows(bench, [await bench.ask(model, probe) for probe in few])
    offline = make_rows(bench, (await ask_offline(bench, OfflineInterviewer(bench.pressing)))[:3])
    assert [(row.author, row.requests) for row in rows] == [("local", 2)] * 3
    assert [row.text for row in rows] == [row.text for row in offline] and all(row.note for row in rows)
    overall = summarise(bench, rows, bench.identity("llm", "m", replayed=False))["metrics"]["grounding"]
    assert overall["overall"]["own_words"]["value"] == 0.0


async def test_replies_go_out_and_come_in_by_file_in_two_rounds(
    bench: InterviewerBench, few: list[Probe], tmp_path: Path
) -> None:
    folder, file = tmp_path / "recordings", tmp_path / "requests.jsonl"
    first = await export_requests(file, few, Recordings.load(folder), "m", bench.ask)
    by_text = answering(few)
    replies = [(name, by_text(item.request)) for name, item in first.items()]
    broken = [(replies[0][0], reply_to(few[0], question="Tell me more.")), *replies[1:]]
    known = Recordings.load(folder)
    path = write_replies(tmp_path / "replies.jsonl", broken)
    taken = await import_replies(path, few, known, "m", bench.ask, {"source": "test"}, folder)
    assert (taken.added, len(taken.missing)) == (3, 1)
    again = await collect(few, Recordings.load(folder), "m", bench.ask)
    (asked,) = again.values()
    assert "could not be used" in asked.request.messages[0].content
    path = write_replies(tmp_path / "replies.jsonl", [(name, reply_to(few[0])) for name in again])
    taken = await import_replies(
        path, few, Recordings.load(folder), "m", bench.ask, {"source": "test"}, folder
    )
    assert (taken.added, taken.missing) == (1, {})
    assert [item.name for item in folder.iterdir()] == ["follow-ups.jsonl"]
    assert await collect(few, Recordings.load(folder), "m", bench.ask) == {}
