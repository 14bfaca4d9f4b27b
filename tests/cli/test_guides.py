from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from coach.cli.app import run
from coach.guides.turns import turn
from tests.loopback import LoopbackServer, Say, completion

NOTES = '# Notes\n\n- BAD: "We used AI." (Vague.)\n- GOOD: "We alert when weekly recall falls under 0.8."\n'
Coach = Callable[..., tuple[int, str, str]]


@pytest.fixture
def coach(built_index: Path, capsys: pytest.CaptureFixture[str]) -> Coach:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def data(result: tuple[int, str, str], code: int = 0) -> Any:
    assert result[0] == code, result[2]
    return json.loads(result[1])


def test_add_tells_what_became_of_each_file(coach: Coach, tmp_path: Path, clean_environment: Path) -> None:
    (tmp_path / "notes.md").write_text(NOTES)
    (tmp_path / "empty.txt").write_text("")
    said = data(coach("guides", "add", str(tmp_path / "notes.md"), str(tmp_path / "empty.txt"), "--json"), 1)
    first, second = said["files"]
    assert list(first) == ["path", "status", "error", "passages", "pairs"]
    assert first["path"] == str(tmp_path / "notes.md")
    assert (first["status"], first["error"], first["passages"]) == ("added", None, 1)
    (pair,) = first["pairs"]
    assert list(pair) == ["bad", "good", "why", "criterion", "line"]
    assert pair["bad"] == "We used AI."
    assert pair["good"] == "We alert when weekly recall falls under 0.8."
    assert pair["why"] == "Vague."
    assert pair["line"] == 3
    assert (second["status"], second["passages"], second["pairs"]) == ("failed", 0, [])
    assert "empty" in second["error"]
    again = data(coach("guides", "add", str(tmp_path / "notes.md"), "--json"))
    assert again["files"][0]["status"] == "unchanged" and again["files"][0]["pairs"] == first["pairs"]
    assert len(list((clean_environment / "guides").glob("*.json"))) == 1


def test_an_added_guide_is_listed_and_found(coach: Coach, tmp_path: Path) -> None:
    path = tmp_path / "zeppelins.md"
    path.write_text("# Zeppelins\n\nZeppelin landings depend on wind forecasts and mast crews.\n")
    code, out, err = coach("guides", "add", str(path))
    assert code == 0 and "added, 1 passage, 0 BAD/GOOD pairs" in out
    hits = data(coach("guides", "search", "zeppelin landings", "--json"))
    assert hits[0]["guide"] == "zeppelins" and hits[0]["user"]
    listed = data(coach("guides", "list", "--json"))
    assert {
        "id": "zeppelins",
        "title": "Zeppelins",
        "from": "zeppelins.md",
        "passages": 1,
        "pairs": 0,
    } in listed
    assert len(listed) == 16
    assert "zeppelins\t1\tzeppelins.md\tZeppelins" in coach("guides", "list")[1].splitlines()


def test_a_file_that_fails_alone_leaves_the_index_as_it_was(coach: Coach, clean_environment: Path) -> None:
    before = (clean_environment / "index" / "CURRENT").read_text()
    code, out, err = coach("guides", "add", "/nowhere/at-all.md")
    assert code == 1 and out == "" and "/nowhere/at-all.md" in err
    assert (clean_environment / "index" / "CURRENT").read_text() == before


def test_adding_waits_for_another_program_that_adds(
    coach: Coach, tmp_path: Path, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.md").write_text(NOTES)
    monkeypatch.setattr("coach.guides.turns.turn", partial(turn, patience=0))
    with turn(clean_environment / "guides"):
        code, _, err = coach("guides", "add", str(tmp_path / "notes.md"))
    assert (code, "Another program has been writing in" in err) == (3, True)
    assert coach("guides", "add", str(tmp_path / "notes.md"))[0] == 0


def test_a_folder_without_documents_is_a_usage_error(coach: Coach, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    code, _, err = coach("guides", "add", str(tmp_path / "folder"))
    assert code == 2 and "no Markdown" in err


def test_search_prints_titles_and_ids(coach: Coach) -> None:
    code, out, _ = coach("guides", "search", "data", "drift", "-k", "1")
    assert code == 0 and "[model-lifecycle-and-failures#kinds-of-drift]" in out
    code, out, err = coach("guides", "search", "qqqq")
    assert code == 0 and out == "" and "Nothing" in err


def test_build_does_its_work_once(coach: Coach) -> None:
    assert data(coach("guides", "build", "--json"))["embedded"] == 0
    forced = data(coach("guides", "build", "--force", "--json"))
    assert forced["embedded"] == forced["passages"] == 94


def test_check_finds_no_problem_and_reports_drift(coach: Coach) -> None:
    said = data(coach("guides", "check", "--json"))
    assert said["problems"] == []
    assert all(list(drift) == ["question", "lost", "gained"] for drift in said["drift"])
    code, out, _ = coach("guides", "check")
    assert code == 0 and "0 problems" in out


def test_ask_prints_cited_passages_and_marks_the_best_sentences(coach: Coach) -> None:
    code, out, _ = coach("ask", "precision", "or", "recall?")
    assert code == 0
    assert "[evaluation-and-metrics#precision-or-recall]" in out and ">>" in out and "\x1b" not in out
    said = data(coach("ask", "precision or recall?", "--json"))
    assert list(said) == ["question", "found", "answer", "passages", "model", "cost_usd"]
    first = said["passages"][0]
    start, end = first["marked"][0]
    marked = {"text": first["text"][start:end], "citations": [first["id"]]}
    assert said["found"] and marked in said["answer"]


def test_ask_off_the_subject_says_that_the_guides_do_not_say(coach: Coach) -> None:
    code, out, _ = coach("ask", "how do I bake sourdough bread")
    assert code == 0 and out == "The guides do not say.\n"
    assert data(coach("ask", "how do I bake sourdough bread", "--json"))["answer"] == []


def test_ask_with_a_model_needs_a_key(coach: Coach) -> None:
    code, _, err = coach("ask", "precision or recall?", "--grader", "llm")
    assert code == 3 and "OPENAI_API_KEY" in err


def test_a_blank_question_is_a_usage_error(coach: Coach) -> None:
    assert coach("ask", "  ")[0] == 2


def test_ask_with_a_model_keeps_only_sentences_that_cite(
    coach: Coach, loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    cited = "evaluation-and-metrics#precision-or-recall"
    true = "Precision is how much of what the model flagged was right."
    reply = {
        "sentences": [
            {"text": true, "passages": [cited]},
            {"text": "Precision always beats recall in practice.", "passages": []},
        ]
    }
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("COACH_MODEL", "small-model")
    loopback.answer = lambda seen: Say(body=completion(json.dumps(reply)))
    said = data(coach("ask", "precision or recall?", "--grader", "llm", "--json"))
    assert said["answer"] == [{"text": true, "citations": [cited]}]
    code, out, _ = coach("ask", "precision or recall?", "--grader", "llm")
    assert code == 0 and f"{true} [{cited}]" in " ".join(out.split())
    # Off a terminal a server alone changes nothing: the passages themselves answer.
    assert data(coach("ask", "precision or recall?", "--json"))["model"] is None
