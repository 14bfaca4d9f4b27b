"""`coach grade` as a user runs it: against a loopback server, and with a quick local grader."""

from __future__ import annotations

import csv
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from coach.batch.journal import Journal
from coach.cli import wiring
from coach.schema.grade import Grade, GraderId, GradeTask, Verdict
from coach.schema.row import RowOut
from tests.batch.conftest import write_rows
from tests.cli.conftest import Piped
from tests.loopback import LoopbackServer, Say, Seen, completion, error

_ASKED = re.compile(r"Report on these criteria, in this order: ([a-z_, ]+)\.")
LLM = ("--grader", "llm", "--model", "m")


def graded(seen: Seen) -> Say:
    """A report that gives every criterion a 2."""
    found = _ASKED.search(seen.prompt)
    assert found is not None
    fields = {"signs": [], "quotes": ["the answer"], "missing": "", "level": 2, "lean": "firm"}
    words = {"why_not_higher": "generic", "why_not_lower": "on topic", "advice": "Say more."}
    rows = [
        {"id": name, "fault": "generic", "passages": [], **fields, **words} for name in found[1].split(", ")
    ]
    whole = {"speaks_to_grader": False, "serves_question": "yes", "fatal": [], "criteria": rows}
    return Say(body=completion(json.dumps(whole)))


@pytest.fixture
def server(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> LoopbackServer:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    loopback.answer = graded
    return loopback


def answers(count: int, **fields: Any) -> list[dict[str, Any]]:
    ids = ("fraud-realtime", "rec-cold-start")
    return [
        {"id": f"r{n}", "question_id": ids[n % 2], "answer": f"Here is the answer number {n}.", **fields}
        for n in range(count)
    ]


def lines(path: str | Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def kinds(rows: list[dict[str, Any]]) -> list[str | None]:
    return [(row["error"] or {}).get("kind") for row in rows]


def test_rows_come_out_as_the_contract_says_in_input_order(server: LoopbackServer, piped: Piped) -> None:
    rows = answers(12, cohort="B")
    write_rows(Path("in.jsonl"), *rows)
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, result.out) == (0, "")
    out = lines("out.jsonl")
    assert [row["id"] for row in out] == [row["id"] for row in rows]
    assert [row["row"] for row in out] == list(range(1, 13))
    for row, given in zip(out, rows, strict=True):
        RowOut.model_validate(row)
        assert row["extra"] == {"cohort": "B"}
        assert row["source"] == {"file": "in.jsonl", "line": row["row"]}
        [quote] = row["criteria"][0]["evidence"]
        assert given["answer"][quote["start"] : quote["end"]] == quote["quote"]
    assert "12 rows" in result.err


def test_a_rerun_is_free_and_a_change_is_graded_anew_and_told(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(6))
    piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    first = Path("out.jsonl").read_bytes()
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (len(server.seen), Path("out.jsonl").read_bytes()) == (6, first)
    assert "6 of them graded before" in result.err
    write_rows(Path("in.jsonl"), *answers(8))
    piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert len(server.seen) == 8
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--model", "other")
    assert len(server.seen) == 16
    assert "8 rows" in result.err
    assert "model (m to other)" in result.err
    piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--restart")
    assert len(server.seen) == 24


def test_samples_are_part_of_what_makes_a_grade(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(2))
    piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--samples", "3")
    assert [row["usage"]["requests"] for row in lines("out.jsonl")] == [3, 3]
    piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert len(server.seen) == 8


def test_bad_rows_fail_with_their_line_and_the_rest_is_graded(server: LoopbackServer, piped: Piped) -> None:
    good = answers(2)
    rows = [
        good[0],
        "not json",
        {"id": "a", "question_id": "fraud-realtime"},
        {"id": "b", "question_id": "nix", "answer": "x"},
        {"id": "c", "question": "What else?", "answer": "x"},
        {"id": "d", "question_id": "fraud-realtime", "answer": "x" * 100_001},
        {"id": "e", "question_id": "fraud-realtime", "answer": " \n"},
        good[0],
        good[1],
    ]
    write_rows(Path("in.jsonl"), *rows)
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    out = lines("out.jsonl")
    assert result.code == 1
    wanted = ["bad_row", "no_answer", "unknown_question", "no_criteria", "too_long"]
    assert kinds(out) == [None, *wanted, None, "bad_row", None]
    assert [row["id"] for row in out] == ["r0", "row-2", "a", "b", "c", "d", "e", "r0#8", "r1"]
    assert [row["source"]["line"] for row in out] == list(range(1, 10))
    assert (out[6]["overall"], out[6]["flags"], out[6]["usage"]["requests"]) == (1, ["empty"], 0)
    assert len(server.seen) == 2
    assert "in.jsonl:2" in result.err


def test_rows_from_standard_input_to_standard_output(server: LoopbackServer, piped: Piped) -> None:
    given = "".join(json.dumps(row) + "\n" for row in answers(3))
    result = piped("grade", "-", *LLM, given=given)
    assert (result.code, [row["id"] for row in result.objects]) == (0, ["r0", "r1", "r2"])
    assert result.objects[0]["source"]["file"] == "-"
    assert {path.name for path in Path().iterdir()} <= {"coach-home"}


def test_csv_in_csv_out(server: LoopbackServer, piped: Piped) -> None:
    text = "Who,Reply,question_id,note\n=Ann,Café is the answer,fraud-realtime,\nBob,,fraud-realtime,-1\n"
    Path("in.csv").write_bytes(text.encode("latin-1"))
    result = piped("grade", "in.csv", "-o", "out.csv", *LLM, "--answer-col", "Reply", "--id-col", "Who")
    assert (result.code, "Latin-1" in result.err) == (0, True)
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert list(first)[:10] == [
        *("Who", "Reply", "question_id", "note"),
        *("status", "overall", "range_lo", "range_hi", "needs_review", "flags"),
    ]
    assert (first["Who"], first["Reply"], first["overall"]) == ("'=Ann", "Café is the answer", "2")
    assert (second["note"], second["overall"], second["flags"]) == ("-1", "1", "empty")
    assert list(first)[-1] == "error"


def test_a_workbook_with_a_question_in_each_column(server: LoopbackServer, piped: Piped) -> None:
    question = wiring.load().corpus.questions["fraud-realtime"].text
    book = openpyxl.Workbook()
    book.active.append(["id", "candidate", question.upper(), "rec-cold-start"])
    book.active.append(["a", "Ann", "The answer one", "The answer two"])
    book.save("in.xlsx")
    result = piped("grade", "in.xlsx", "-o", "out.xlsx", *LLM, "--report", "r.html", "--feedback", "fb")
    assert result.code == 0
    head, *rows = openpyxl.load_workbook("out.xlsx").active.iter_rows(values_only=True)
    assert [dict(zip(head, row, strict=True))["question_id"] for row in rows] == [
        "fraud-realtime",
        "rec-cold-start",
    ]
    assert "Ann" in Path("r.html").read_text(encoding="utf-8")
    assert len(list(Path("fb").iterdir())) == 1


def test_a_storm_of_refusals_costs_no_row(server: LoopbackServer, piped: Piped) -> None:
    seen: Counter[bytes] = Counter()

    def refuse_first(request: Seen) -> Say:
        seen[request.raw] += 1
        if seen[request.raw] > 1 or len(seen) % 3:
            return graded(request)
        return error(429, "slow down", {"retry-after": "0.05"})

    server.answer = refuse_first
    write_rows(Path("in.jsonl"), *answers(40))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--concurrency", "8")
    assert (result.code, kinds(lines("out.jsonl"))) == (0, [None] * 40)
    assert Counter(seen.values()) == {1: 27, 2: 13}


def test_every_first_try_refused_costs_one_more_try_each(server: LoopbackServer, piped: Piped) -> None:
    seen: Counter[bytes] = Counter()

    def refuse_first(request: Seen) -> Say:
        seen[request.raw] += 1
        return graded(request) if seen[request.raw] > 1 else error(429, "slow down", {"retry-after": "0.05"})

    server.answer = refuse_first
    write_rows(Path("in.jsonl"), *answers(60))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--concurrency", "8")
    assert (result.code, kinds(lines("out.jsonl"))) == (0, [None] * 60)
    assert set(seen.values()) == {2}


def test_a_denial_ends_with_3_and_the_next_run_goes_on(server: LoopbackServer, piped: Piped) -> None:
    def deny_later(request: Seen) -> Say:
        return graded(request) if len(server.seen) <= 20 else error(401, "bad key")

    server.answer = deny_later
    write_rows(Path("in.jsonl"), *answers(40))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--concurrency", "4")
    assert result.code == 3
    assert "OPENAI_API_KEY" in result.err
    assert not Path("out.jsonl").exists()
    paid = min(len(server.seen), 20)
    server.answer, server.seen = graded, []
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, len(lines("out.jsonl"))) == (0, 40)
    assert len(server.seen) <= 40 - paid + 4


def test_a_server_that_is_not_there_ends_with_3(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("COACH_MAX_TRIES", "1")
    write_rows(Path("in.jsonl"), *answers(3))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, "cannot be reached" in result.err) == (3, True)


def test_a_budget_needs_a_price_and_is_not_passed(
    server: LoopbackServer, piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(Path("in.jsonl"), *answers(100))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--max-cost", "0.01")
    assert (result.code, "COACH_PRICE_IN" in result.err, server.seen) == (2, True, [])
    monkeypatch.setenv("COACH_PRICE_IN", "1")
    monkeypatch.setenv("COACH_PRICE_OUT", "5")
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--max-cost", "0.01")
    out = lines("out.jsonl")
    spent = sum(row["usage"]["cost_usd"] for row in out)
    assert (result.code, len(out)) == (1, 100)
    assert 0 < spent <= 0.01
    assert set(kinds(out)) == {None, "budget"}
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM, "--max-cost", "5")
    assert (result.code, len(server.seen)) == (0, 100)


def test_a_dry_run_counts_and_sends_and_leaves_nothing(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(5))
    llm = ("--grader", "llm", "--model", "gpt-5.4-mini")
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *llm, "--dry-run")
    assert result.code == 0
    assert re.search(r"5 rows.*5 requests to gpt-5\.4-mini.*tokens.*\$\d", result.err, re.DOTALL)
    assert (server.seen, sorted(path.name for path in Path().glob("out*"))) == ([], [])


def test_requests_go_out_and_replies_come_in_as_files(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(4))
    assert piped("grade", "in.jsonl", *LLM, "--export", "req.jsonl").code == 0
    asked = lines("req.jsonl")
    assert [set(row) for row in asked] == [{"custom_id", "method", "url", "body"}] * 4

    def reply(row: dict[str, Any], content: str | None = None) -> dict[str, Any]:
        seen = Seen("POST", "", {}, json.dumps(row["body"]).encode())
        body = graded(seen).body if content is None else completion(content)
        return {"custom_id": row["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}

    write_rows(Path("rep.jsonl"), reply(asked[0]), reply(asked[1], "no report"))
    result = piped("grade", "in.jsonl", *LLM, "--import", "rep.jsonl", "-o", "out.jsonl")
    out = lines("out.jsonl")
    assert (result.code, kinds(out)) == (1, [None, "unavailable", "unavailable", "unavailable"])
    assert "Export" in out[1]["error"]["message"]
    assert piped("grade", "in.jsonl", *LLM, "--export", "req2.jsonl").code == 0
    assert sorted(len(row["body"]["messages"]) for row in lines("req2.jsonl")) == [2, 2, 4]
    write_rows(Path("rep2.jsonl"), *(reply(row) for row in lines("req2.jsonl")))
    both = ("--import", "rep2.jsonl", "--export", "req3.jsonl")
    result = piped("grade", "in.jsonl", *LLM, *both, "-o", "out.jsonl")
    assert (result.code, kinds(lines("out.jsonl")), lines("req3.jsonl")) == (0, [None] * 4, [])
    write_rows(Path("rep3.jsonl"), {**reply(asked[0]), "custom_id": "f" * 40})
    result = piped("grade", "in.jsonl", *LLM, "--import", "rep3.jsonl", "-o", "out.jsonl")
    assert (result.code, "unknown custom_id" in result.err, server.seen) == (3, True, [])


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("missing.jsonl",), 3, "does not exist"),
        (("answer.md",), 2, "--question"),
        (("in.jsonl", "-o", "in.jsonl"), 2, "input as well"),
        (("in.jsonl", "--format", "xlsx"), 2, "-o FILE.xlsx"),
        (("in.csv", "--answer-col", "nix"), 2, "id, answer"),
        (("in.jsonl", "--rubric", "missing.yaml"), 3, "missing.yaml"),
        (("in.jsonl", "--export", "x", "--grader", "local"), 2, "--grader llm"),
        (("in.jsonl", "--export", "x"), 2, "--model"),
        (("in.jsonl", *LLM, "--import", "missing"), 3, "missing"),
        (("in.jsonl", *LLM, "--samples", "0"), 2, "samples"),
        (("in.jsonl", *LLM), 3, "OPENAI_API_KEY"),
    ],
)
def test_wrong_commands_say_what_to_do(
    piped: Piped, arguments: tuple[str, ...], code: int, word: str
) -> None:
    write_rows(Path("in.jsonl"), *answers(1))
    Path("answer.md").write_text("An answer.")
    Path("in.csv").write_text("id,answer\n1,x\n")
    result = piped("grade", *arguments)
    assert (result.code, result.out) == (code, "")
    assert word in result.err


def test_two_runs_on_one_output_the_second_is_refused(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(1))
    with Journal(Path("out.jsonl.journal")):
        result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, "Another run is writing out.jsonl" in result.err) == (2, True)
    assert server.seen == []


class QuickGrader:
    """Gives every criterion a 3."""

    identity = GraderId(kind="local", model="quick", prompt="p", rubric="r", guides="g")

    def grade_now(self, task: GradeTask) -> Grade:
        verdicts = tuple(Verdict(id=item.id, status="graded", score=3) for item in task.criteria)
        return Grade(status="graded", overall=3, range=(3, 3), criteria=verdicts, grader=self.identity)


def test_off_a_terminal_the_local_grader_grades_unless_told_otherwise(
    server: LoopbackServer, piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring.Rooms, "local_grader", lambda self: QuickGrader())
    Path("answers").mkdir()
    for name in ("ann.md", "bob.txt"):
        (Path("answers") / name).write_text(f"The answer of {name}.")
    result = piped("grade", "answers", "--question", "fraud-realtime")
    assert [(row["overall"], row["grader"]["kind"]) for row in result.objects] == [(3, "local")] * 2
    assert [row["source"]["file"] for row in result.objects] == ["answers/ann.md", "answers/bob.txt"]
    assert server.seen == []


def test_one_answer_at_a_terminal_is_shown_as_people_read_it(
    piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring.Rooms, "local_grader", lambda self: QuickGrader())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    Path("answer.md").write_text("The answer.")
    result = piped("grade", "answer.md", "--question", "fraud-realtime")
    assert (result.code, "Mark 3 of 4" in result.out) == (0, True)
    result = piped("grade", "answer.md", "--question", "fraud-realtime", "--json")
    assert result.objects[0]["overall"] == 3


def start(server: LoopbackServer, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "coach", "grade", *arguments, *LLM, "--concurrency", "8"]
    environment = {**os.environ, "OPENAI_BASE_URL": server.url}
    options.setdefault("preexec_fn", _hear_interrupts)
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def _hear_interrupts() -> None:
    """A test run in the background ignores SIGINT, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(server: LoopbackServer, count: int) -> None:
    for _ in range(3_000):
        if len(server.seen) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(f"Only {len(server.seen)} of {count} requests came.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_an_interrupted_run_goes_on_and_pays_again_for_no_more_than_was_in_flight(
    server: LoopbackServer, piped: Piped, number: signal.Signals, code: int
) -> None:
    server.answer = lambda seen: Say(**{**graded(seen).__dict__, "delay": 0.05})
    write_rows(Path("in.jsonl"), *answers(240))
    process = start(server, "in.jsonl", "-o", "out.jsonl")
    wait_for(server, 40)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == code
    assert b"Traceback" not in err
    assert (b"saved in out.jsonl.journal: the same command goes on" in err) == (number == signal.SIGINT)
    assert not Path("out.jsonl").exists()
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, kinds(lines("out.jsonl"))) == (0, [None] * 240)
    paid = Counter(seen.raw for seen in server.seen)
    assert sum(count - 1 for count in paid.values()) <= 8


def test_a_full_disk_ends_with_3_and_the_next_run_goes_on(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(200))

    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    process = start(server, "in.jsonl", "-o", "out.jsonl", preexec_fn=small_disk)
    _, err = process.communicate()
    assert process.returncode == 3, err.decode()
    assert b"saved" in err
    assert b"Traceback" not in err
    asked = len(server.seen)
    assert 10 < asked < 200
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", *LLM)
    assert (result.code, len(lines("out.jsonl"))) == (0, 200)
    assert len(server.seen) <= 200 + 16


def test_the_output_of_a_pipe_that_closes_early_is_no_error(server: LoopbackServer) -> None:
    write_rows(Path("in.jsonl"), *answers(30, filler="x" * 20_000))
    process = start(server, "in.jsonl")
    assert process.stdout is not None
    process.stdout.read(100)
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), b"Traceback" in err) == (0, False)


def test_markdown_to_standard_output(server: LoopbackServer, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(1))
    assert piped("grade", "in.jsonl", *LLM, "--format", "markdown").out.startswith("## r0\n")


@pytest.mark.parametrize("option", ["--dry-run", "--rubric-dir=.", "--report=r.html", "--format=csv"])
def test_a_cluster_refuses_what_it_cannot_do(piped: Piped, option: str) -> None:
    write_rows(Path("in.jsonl"), *answers(1))
    result = piped("grade", "in.jsonl", "-o", "out.jsonl", "--engine", "ray", "--grader", "local", option)
    assert result.code == 2
    assert f"takes no {option.split('=')[0]}" in result.err
    assert not Path("out.jsonl").exists()
