"""Recording live: only what is missing is asked, the cost is told first, what was paid for is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import Denied
from coach.evals.bench import Bench
from coach.evals.recorder import estimate_cost, record_missing
from coach.llm.prices import Price, Prices
from coach.llm.recordings import Recordings
from tests.evals.conftest import gold_level, scripted


async def test_only_what_is_missing_is_asked(bench: Bench, tmp_path: Path) -> None:
    prices = Prices({"m": Price(input=1, cached=1, output=1)})
    recordings = Recordings.load(tmp_path)
    whole = await estimate_cost(bench.jobs, recordings, "m", bench.ask, prices)
    assert whole.requests == 17 and whole.usd is not None and whole.usd > 0
    model = scripted(bench.jobs, gold_level)
    some = [job for job in bench.jobs if job.part == "plain"]
    assert await record_missing(some, recordings, model, bench.ask, tmp_path) == 8
    again = Recordings.load(tmp_path)
    left = await estimate_cost(bench.jobs, again, "m", bench.ask, Prices({}))
    assert (left.requests, left.usd) == (9, None)
    assert await record_missing(bench.jobs, again, model, bench.ask, tmp_path) == 9
    assert len(model.history) == 17
    assert {path.name for path in tmp_path.glob("*.jsonl")} == {"main.jsonl", "samples.jsonl", "plain.jsonl"}


async def test_what_was_paid_for_is_kept_when_the_key_is_refused(bench: Bench, tmp_path: Path) -> None:
    model = scripted(bench.jobs, gold_level)
    good = await model.complete(bench.builder(bench.jobs[0].order).build(bench.jobs[0].task))
    model.enqueue(good, good, Denied("the key was refused"))
    with pytest.raises(Denied):
        await record_missing(bench.jobs, Recordings(), model, bench.ask, tmp_path, concurrency=1)
    assert len(Recordings.load(tmp_path)) == 2
