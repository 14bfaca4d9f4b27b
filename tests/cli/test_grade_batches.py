"""`coach grade --engine batch-api` against a server with files and batches that fails in part."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.batch.conftest import write_rows
from tests.cli.conftest import Piped
from tests.cli.test_grade import answers, graded, kinds, lines
from tests.llm.test_batch_api import KEY, Service
from tests.loopback import LoopbackServer, Seen, completion, error

RUN = ("grade", "in.jsonl", "-o", "out.jsonl", "--grader", "llm", "--model", "m", "--engine", "batch-api")


@dataclass
class Grading(Service):
    """Answers each request with a report; the first round's last row with nonsense, its second not at all."""

    paid: Counter[str] = field(default_factory=Counter)

    def _ended(self, batch: dict[str, Any]) -> dict[str, Any]:
        lines = self.files[batch["input_file_id"]].decode().splitlines()
        asked = {row["custom_id"]: row["body"] for row in map(json.loads, filter(None, lines))}
        first = len(self.batches) == 1
        late = list(asked)[1] if first else ""
        self.fate = lambda custom_id: "expired" if custom_id == late else "ok"
        fields = super()._ended(batch)
        rows = [json.loads(line) for line in self.files[fields["output_file_id"]].splitlines()]
        for row in rows:
            self.paid[row["custom_id"]] += 1
            body = json.dumps(asked[row["custom_id"]]).encode()
            row["response"]["body"] = graded(Seen("POST", "", {}, body)).body
        if first:
            rows[-1]["response"]["body"] = completion("no report")
        self.files[fields["output_file_id"]] = "".join(json.dumps(row) + "\n" for row in rows).encode()
        return fields


@pytest.fixture
def service(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> Grading:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COACH_POLL", "0.01")
    monkeypatch.setenv("COACH_PRICE_IN", "1")
    monkeypatch.setenv("COACH_PRICE_OUT", "1")
    service = Grading()
    loopback.answer = service.answer
    return service


def test_repairs_and_expired_rows_go_into_further_rounds(service: Grading, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(5), "broken")
    result = piped(*RUN)
    out = lines("out.jsonl")
    assert (result.code, kinds(out)) == (1, [None] * 5 + ["bad_row"])
    assert [row["usage"]["requests"] for row in out] == [1, 1, 1, 1, 2, 0]
    assert out[0]["usage"]["cost_usd"] == pytest.approx(120 / 1_000_000)
    assert (len(service.batches), set(service.paid.values())) == (2, {1})
    assert "1 of 1 ended, 5 of 5 requests" in result.err
    assert not Path("out.jsonl.batches").exists()
    assert piped(*RUN).code == 1
    assert len(service.batches) == 2


def test_a_run_that_is_stopped_goes_on_with_the_batch_that_it_has_sent(
    service: Grading, piped: Piped
) -> None:
    service.before = [None, None, error(401, "the key was withdrawn")]  # after upload and creation
    write_rows(Path("in.jsonl"), *answers(5))
    assert piped(*RUN).code == 3
    assert len(service.batches) == 1
    assert Path("out.jsonl.batches").is_dir()
    assert piped(*RUN).code == 0
    assert kinds(lines("out.jsonl")) == [None] * 5
    assert set(service.paid.values()) == {1}


def test_a_batch_that_would_cost_too_much_is_not_sent(service: Grading, piped: Piped) -> None:
    write_rows(Path("in.jsonl"), *answers(5))
    result = piped(*RUN, "--max-cost", "0.001")
    assert (result.code, service.files) == (2, {})
    assert "more than --max-cost" in result.err
    assert piped(*RUN, "--max-cost", "5").code == 0


def test_standard_input_cannot_be_read_twice(service: Grading, piped: Piped) -> None:
    result = piped("grade", "-", *RUN[4:], given="")
    assert (result.code, "give a file" in result.err) == (2, True)
