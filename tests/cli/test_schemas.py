"""Real outputs of `--json` against docs/schemas, the files that scripts are written by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from coach.resources import eval_dir
from docs.generate import FOLDER
from docs.shapes import SHAPES
from tests.cli.conftest import LengthGrader, Piped
from tests.cli.test_story import STORIES
from tests.store.filled import fill

ANSWER = (
    "I would cut the threshold to 30% because a false alarm costs 15 dollars and a miss costs 2,000. " * 2
)
AUDIT = """\
# Ticket routing

## Metric
Time to first answer.
"""
FILES = {
    "principles.txt": "Customer first: start with the customer.\nSpeed: decide within a day.\n",
    "gold.jsonl": json.dumps({"id": "a", "question_id": "fraud-realtime", "answer": ANSWER}) + "\n",
    "gold.jsonl.labels.jsonl": "".join(
        json.dumps({"id": "a", "rater": rater, "overall": mark, "criteria": {"tradeoff_articulation": 2}})
        + "\n"
        for rater, mark in (("ana", 2), ("kim", 3))
    ),
    "cv.txt": "- Cut the bill from 9 to 4 cents\n- Responsible for search\n",
}
# Group -> schema, command line, standard input.
COMMANDS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "practice": (
        (
            "practice",
            ("practice", "--question", "fraud-realtime", "--follow-ups", "1", "--json"),
            f"{ANSWER}\n---\nMore.",
        ),
        ("practice", ("practice", "--question", "fraud-realtime", "--json"), "/skip"),
        ("history-list", ("history", "list", "--json"), ""),
        ("history-search", ("history", "search", "threshold", "--json"), ""),
        ("history-show", ("history", "show", "--json"), ""),
        ("progress", ("progress", "--json"), ""),
        ("profile", ("profile", "show", "--json"), ""),
        ("doctor", ("doctor", "--json"), ""),
    ),
    "loop": (
        ("loop-start", ("loop", "start", "general", "--short", "--json"), ANSWER),
        ("loop", ("loop", "status", "--json"), ""),
        ("loop", ("loop", "--json"), ""),
        ("loop-list", ("loop", "list", "--json"), ""),
        ("loop-list", ("loop", "list", "general", "--json"), ""),
        ("loop-debrief", ("loop", "debrief", "--now", "--json"), ""),
    ),
    "drill": (
        ("drill-exercise", ("drill", "code", "--json"), ANSWER),
        ("drill-exercise", ("drill", "which-when", "--json"), ANSWER),
        ("drill-exercise", ("drill", "audiences", "--json"), ANSWER),
        (
            "drill-incident",
            ("drill", "incident", "small-payments", "--json"),
            "the logs\n---\n/give-up",
        ),
        ("drill-list", ("drill", "list", "--json"), ""),
    ),
    "story": (
        ("story", ("story", "list", "--json"), ""),
        ("story", ("story", "show", "1", "--json"), ""),
        ("story-review", ("story", "review", "--json"), ""),
        ("story-review", ("story", "review", "1", "--json"), ""),
        ("story-coverage", ("story", "coverage", "--json"), ""),
        ("story-match", ("story", "match", "fraud-realtime", "--json"), ""),
        ("story-principles", ("story", "match", "--principles", "principles.txt", "--json"), ""),
        ("story-cv", ("story", "cv", "cv.txt", "--json"), ""),
        ("audit", ("audit", "list", "--json"), ""),
    ),
    "guides": (
        ("questions-list", ("questions", "list", "--json"), ""),
        ("questions-show", ("questions", "show", "fraud-realtime", "--json"), ""),
        ("guides-list", ("guides", "list", "--json"), ""),
        ("guides-search", ("guides", "search", "latency", "--json"), ""),
        ("ask", ("ask", "how is technical depth scored", "--json"), ""),
        ("ask", ("ask", "how do I repair a bicycle", "--json"), ""),
    ),
    "index": (
        ("guides-build", ("guides", "build", "--json"), ""),
        ("guides-check", ("guides", "check", "--json"), ""),
    ),
    "retrieval": (("guides-measure", ("guides", "measure", "--json"), ""),),
    "comparison": (("eval-compare", ("eval", "compare", "local", "llm", "--json"), ""),),
    "stress": (("eval-stress", ("eval", "stress", "llm", "--only", "family:names", "--json"), ""),),
    "labels": (("eval-label", ("eval", "label", "gold.jsonl", "--agreement", "--json"), ""),),
    "plan": (
        ("plan", ("plan", "make", "--days", "10", "--json"), ""),
        ("plan", ("plan", "--json"), ""),
        ("plan", ("plan", "today", "--json"), ""),
        ("plan-memory", ("plan", "memory", "--json"), ""),
    ),
}
ELSEWHERE = {"grade", "guides-add", "eval-summary"}


def wrong(name: str, value: Any) -> list[str]:
    schema = json.loads((FOLDER / "schemas" / f"{name}.json").read_text("utf-8"))
    found = Draft202012Validator(schema).iter_errors(value)
    return [f"{name}: {item.json_path}: {item.message[:200]}" for item in found]


def values(text: str) -> list[Any]:
    """One value over many lines, or one value on each line."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("group", COMMANDS)
def test_what_commands_print_is_what_the_schemas_say(
    piped: Piped, local: LengthGrader, built_index: Path, group: str
) -> None:
    fill(built_index / "coach.db")[0].close()
    if group == "story":
        assert piped("story", "add", given=STORIES).code == 0
        assert piped("audit", given=AUDIT).code == 0
    for name, text in FILES.items():
        (built_index / name).write_text(text, encoding="utf-8")
    problems: list[str] = []
    for name, arguments, given in COMMANDS[group]:
        result = piped(*(str(built_index / one) if one in FILES else one for one in arguments), given=given)
        found = values(result.out)
        assert found, (arguments, result.err)
        problems += [problem for value in found for problem in wrong(name, value)]
    assert problems == []


def test_every_schema_is_tried() -> None:
    assert set(SHAPES) == {name for group in COMMANDS.values() for name, _, _ in group} | ELSEWHERE


def test_a_summary_of_an_eval_is_what_the_schema_says() -> None:
    summaries = [
        json.loads(path.read_text("utf-8")) for path in (eval_dir() / "baselines").glob("*/summary.json")
    ]
    assert summaries
    assert [wrong("eval-summary", value) for value in summaries] == [[]] * len(summaries)


def test_files_and_rows_are_what_the_schemas_say(piped: Piped, tmp_path: Path) -> None:
    rows = [
        {"id": "a", "answer": ANSWER, "question_id": "fraud-realtime", "note": 1},
        {"answer": "", "question_id": "fraud-realtime"},
        {"answer": "x", "question_id": "nowhere"},
    ]
    given = "\n".join(map(json.dumps, rows))
    graded = piped("grade", "-", "--grader", "local", given=given)
    assert [wrong("grade", row) for row in graded.objects] == [[]] * 3
    document = tmp_path / "guide.md"
    document.write_text("# Notes\n\nBAD: It depends.\n\nGOOD: I would choose the smaller model, for 20 ms.\n")
    (tmp_path / "broken.pdf").write_bytes(b"no pdf")
    added = piped("guides", "add", str(document), str(tmp_path / "broken.pdf"), "--json")
    assert added.code == 1
    assert wrong("guides-add", json.loads(added.out)) == []


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(json.loads((FOLDER / "schemas" / f"{name}.json").read_text("utf-8")))
