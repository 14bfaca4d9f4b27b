"""`coach eval` at the command line: exit codes, clean output, the round trip by file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from coach.cli import evals_bench, evals_run
from coach.cli.app import run
from coach.evals.bench import open_bench
from coach.evals.results import read_results
from coach.guides.corpus import load_corpus
from coach.prompts import Prompts
from coach.resources import corpus_dir, eval_dir, prompts_dir
from tests.cli.conftest import LengthGrader, Piped
from tests.evals.conftest import gold_rows, report_for


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in gold_rows()), encoding="utf-8")
    return path


@pytest.fixture
def suites(monkeypatch: pytest.MonkeyPatch, gold: Path, tmp_path: Path) -> Path:
    """An eval folder of the test's own, with one suite `local` that has a gate nobody passes."""
    folder = tmp_path / "eval"
    for name in ("gold", "suites", "recordings"):
        (folder / name).mkdir(parents=True)
    (folder / "gold" / "dev.jsonl").write_bytes(gold.read_bytes())
    (folder / "suites" / "local.yaml").write_text(
        "name: local\ngrader: local\ngold: [dev]\n"
        "gates:\n  - {metric: validity/overall/exact, at_least: 0.99}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(evals_bench, "eval_dir", lambda: folder)
    return folder


@pytest.fixture
def by_length(monkeypatch: pytest.MonkeyPatch) -> LengthGrader:
    """In the place of the local graders that are fitted without the answer's question."""
    grader = LengthGrader()
    monkeypatch.setattr(evals_run, "choose_local", lambda bench: lambda job: grader)
    return grader


def test_run_writes_results_and_prints_the_summary(
    piped: Piped, local: LengthGrader, gold: Path, tmp_path: Path
) -> None:
    result = piped(
        "eval", "run", "--grader", "local", "--gold", str(gold), "-o", str(tmp_path / "o"), "--json"
    )
    assert result.code == 0
    summary = json.loads(result.out)
    assert summary == json.loads((tmp_path / "o" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["n"], summary["grader"]["kind"], summary["gates"]) == (8, "local", [])
    assert len(read_results(tmp_path / "o")) == 8
    assert all(not task.model_dump_json().count("criteria_scores") for task in local.tasks)


def test_table_fits_80_columns_and_keeps_the_two_questions_apart(
    piped: Piped, local: LengthGrader, gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = piped("eval", "run", "--gold", str(gold), "--samples", "2")
    assert result.code == 0
    assert max(len(line) for line in result.out.splitlines()) <= 80
    validity, _, repeatability = result.out.partition("Repeatability:")
    assert "Validity on mine" in validity and "all equal" not in validity
    assert "samples all equal" in repeatability and "\x1b" not in result.out


def test_a_fallen_gate_is_exit_1_and_named(piped: Piped, by_length: LengthGrader, suites: Path) -> None:
    assert piped("eval", "run", "local").code == 0
    result = piped("eval", "run", "local", "--gate")
    assert result.code == 1
    assert "validity/overall/exact >= 0.99" in result.err
    assert piped("eval", "run", "local", "--gate", "--only", "kind:padded").code == 0


def test_missing_recordings_are_exit_4_with_a_list(piped: Piped, gold: Path) -> None:
    result = piped("eval", "run", "--gold", str(gold), "--grader", "replay", "--model", "m")
    assert result.code == 4 and result.out == ""
    assert "8 recordings are missing or stale" in result.err and "coach eval record" in result.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "nonsense"), 3),
        (("run", "--gold", "none.jsonl"), 3),
        (("run", "--only", "colour:red", "--grader", "local"), 2),
        (("run", "--rubric", "r.yaml"), 2),
        (("run", "--grader", "magic"), 2),
        (("compare", "here", "there"), 3),
        (("accept", "here", "--why", "x"), 3),
        (("record", "llm"), 3),
    ],
)
def test_wrong_use_has_its_exit_code(piped: Piped, arguments: tuple[str, ...], code: int) -> None:
    result = piped("eval", *arguments)
    assert result.code == code and result.out == "" and result.err


def reply_rows(requests: Path, replies: Path) -> None:
    """Answer every exported request with level 3 and a quote."""
    gold = requests.with_name("mine.jsonl")
    corpus, prompts = load_corpus(corpus_dir()), Prompts(prompts_dir())
    bench = open_bench("llm", folder=eval_dir(), corpus=corpus, prompts=prompts, gold=gold)
    lines = []
    for line in requests.read_text(encoding="utf-8").splitlines():
        request: dict[str, Any] = json.loads(line)
        job = next(j for j in bench.jobs if j.task.answer.said() in request["body"]["messages"][1]["content"])
        message = {"role": "assistant", "content": json.dumps(report_for(job, 3))}
        body = {"choices": [{"message": message, "finish_reason": "stop"}]}
        row = {"custom_id": request["custom_id"], "response": {"status_code": 200, "body": body}}
        lines.append(json.dumps(row) + "\n")
    replies.write_text("".join(lines), encoding="utf-8")


def test_round_trip_by_file_then_replay(
    piped: Piped, gold: Path, tmp_path: Path, clean_environment: Path
) -> None:
    asked, told = tmp_path / "requests.jsonl", tmp_path / "replies.jsonl"
    mine = ("--gold", str(gold), "--model", "m")
    result = piped("eval", "export", *mine, "-o", str(asked))
    assert result.code == 0 and "8 requests for 8 grades" in result.err
    reply_rows(asked, told)
    result = piped("eval", "import", str(told), *mine, "--provenance", "a test")
    assert result.code == 0 and "8 replies added" in result.err and "missing" not in result.err
    # Recordings of one's own answers are private: they stay in the data folder.
    kept = list((clean_environment / "recordings").glob("*.jsonl"))
    assert [path.name for path in kept] == ["main.jsonl"]
    recording = json.loads(kept[0].read_text(encoding="utf-8").splitlines()[0])
    assert recording["provenance"]["source"] == "a test"
    result = piped("eval", "run", *mine, "--grader", "replay", "--json")
    assert result.code == 0 and json.loads(result.out)["grader"]["replayed"] is True
    assert "Nothing is missing" in piped("eval", "export", *mine, "-o", str(asked)).err
    shown = piped("eval", "show", "failed-launch-2", *mine)
    assert shown.code == 0 and "request 1, system" in shown.out and "star_evidence" in shown.out


def test_unused_recordings_are_told_and_pruned(piped: Piped, suites: Path) -> None:
    (suites / "suites" / "llm.yaml").write_text(
        "name: llm\ngrader: llm\nmodel: m\ngold: [dev]\n", encoding="utf-8"
    )
    asked, told = suites.parent / "requests.jsonl", suites.parent / "replies.jsonl"
    assert piped("eval", "export", "-o", str(asked)).code == 0
    reply_rows(asked, told)
    assert piped("eval", "import", str(told)).code == 0
    assert "not used" not in piped("eval", "run", "llm").err
    dev = suites / "gold" / "dev.jsonl"
    dev.write_text("".join(dev.read_text(encoding="utf-8").splitlines(keepends=True)[1:]), encoding="utf-8")
    assert "1 recordings were not used" in piped("eval", "run", "llm").err
    assert "1 of 8 would go" in piped("eval", "prune", "--dry-run").err
    assert "1 of 8 removed" in piped("eval", "prune").err
    assert "not used" not in piped("eval", "run", "llm").err


def test_a_changed_prompt_is_named_as_the_reason(
    piped: Piped, suites: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (suites / "suites" / "llm.yaml").write_text(
        "name: llm\ngrader: llm\nmodel: m\ngold: [dev]\n", encoding="utf-8"
    )
    asked, told = suites.parent / "requests.jsonl", suites.parent / "replies.jsonl"
    piped("eval", "export", "-o", str(asked))
    reply_rows(asked, told)
    piped("eval", "import", str(told))
    prompts = suites.parent / "prompts"
    shutil.copytree(prompts_dir(), prompts)
    with (prompts / "grade_system.md").open("a", encoding="utf-8") as file:
        file.write("\nBe careful.\n")
    monkeypatch.setattr(evals_bench, "prompts_dir", lambda: prompts)
    result = piped("eval", "run", "llm")
    assert result.code == 4
    assert "8 stale, since it was recorded prompt changed" in result.err


def test_compare_accept_and_report(
    piped: Piped, by_length: LengthGrader, suites: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.cli.evals_keep.baselines_dir", lambda: suites / "baselines")
    monkeypatch.setattr("coach.cli.evals_report.baselines_dir", lambda: suites / "baselines")
    assert piped("eval", "run", "local", "-o", "one").code == 0
    assert piped("eval", "accept", "one").code == 2
    assert piped("eval", "accept", "one", "--why", "a start").code == 0
    result = piped("eval", "compare", "local", "one")
    assert result.code == 0 and "0 overall marks changed" in result.out
    assert json.loads(piped("eval", "compare", "local", "one", "--json").out)["changed"] == []
    result = piped("eval", "report", "one", "-o", "r.html")
    assert result.code == 0
    assert "a start" in Path("r.html").read_text(encoding="utf-8")


def test_labelling_by_piped_lines(piped: Piped, gold: Path) -> None:
    # Two answers, then the second is taken back and given anew, then stop.
    given = "2\n3\n2\nthin\n" + "4\n4\n4\n\n" + "u\n" + "?\n9\n1\n1\n1\n\n" + "q\n"
    result = piped("eval", "label", str(gold), "--rater", "kim", given=given)
    assert result.code == 0
    labels = [json.loads(x) for x in Path(f"{gold}.labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(x["overall"], x["reason"]) for x in labels] == [(2, "thin"), (1, "")]
    assert "kind" not in result.err and "padded" not in result.err
    result = piped("eval", "label", str(gold), "--agreement", "--json")
    assert json.loads(result.out)["raters"] == {"kim": 2}
    assert piped("eval", "label", str(gold), "--gold", "made.jsonl").code == 0
    assert len(Path("made.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_stress_prints_a_table(piped: Piped, by_length: LengthGrader) -> None:
    result = piped("eval", "stress", "--grader", "local", "--only", "family:padding")
    assert result.code == 0 and "padding" in result.out and "must not rise" in result.out
    block = json.loads(piped("eval", "stress", "--grader", "local", "--only", "family:blank", "--json").out)
    assert block["blank"]["cases"] == 3 and block["blank"]["violations"] == 0


def test_making_the_cases_gives_the_committed_ones(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("eval").resolve()
    shutil.copytree(eval_dir(), folder, ignore=shutil.ignore_patterns("recordings", "baselines"))
    cases = folder / "stress" / "cases.jsonl"
    cases.write_text("", encoding="utf-8")
    monkeypatch.setattr(evals_bench, "eval_dir", lambda: folder)
    assert piped("eval", "stress", "llm", "--make").code == 0
    assert cases.read_bytes() == (eval_dir() / "stress" / "cases.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["local", "llm"])
def test_an_accepted_baseline_can_be_shown_as_a_page(name: str, tmp_path: Path) -> None:
    assert run(["eval", "report", name, "-o", str(tmp_path / "report.html")]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page and "Worst disagreements" in page
    assert ("What each part of the grader adds" in page) is (name == "local")
