from __future__ import annotations

import json
import subprocess
import sys

import pytest

from coach.cli.app import run
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir


def test_list_prints_a_line_for_each_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questions", "list", "--round", "debugging"]) == 0
    lines = capsys.readouterr().out.splitlines()
    questions = [q for q in load_corpus(corpus_dir()).questions.values() if q.round == "debugging"]
    assert lines == [f"{q.id}\tdebugging\t{q.text}" for q in questions]


def test_list_as_data_holds_every_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questions", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [item["id"] for item in listed] == list(load_corpus(corpus_dir()).questions)
    assert {"id", "text", "round", "criteria", "angles", "passages", "source"} <= set(listed[0])


def test_show_prints_criteria_angles_and_passages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questions", "show", "fraud-realtime"]) == 0
    out = capsys.readouterr().out
    for part in ("system_constraints", "ml_system_design", "system-constraints#real-time-fraud-pair"):
        assert part in out
    assert run(["questions", "show", "fraud-realtime", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "fraud-realtime"


def test_wrong_names_are_usage_errors_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["questions", "show", "fraud-realtim"]) == 2
    assert "Did you mean fraud-realtime" in capsys.readouterr().err
    assert run(["questions", "show", "zzz"]) == 2
    assert "coach questions list" in capsys.readouterr().err
    assert run(["questions", "list", "--round", "lunch"]) == 2
    assert "recruiter_screen" in capsys.readouterr().err


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from coach.cli.app import run\n"
        "run(['questions', 'list', '--json'])\n"
        "heavy = {'numpy', 'chromadb', 'langchain_core', 'sklearn', 'scipy', 'openai', 'httpx', 'bm25s'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
