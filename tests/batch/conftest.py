"""A small corpus of two questions, and a model that grades whatever it is asked about."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from coach.batch.context import Contexts
from coach.batch.files import InputFile, find_inputs
from coach.batch.rows import Columns, Row, RowReader
from coach.guides.corpus import Corpus
from coach.schema.chat import ChatRequest
from coach.schema.question import Question
from coach.schema.rubric import Criterion, Rubric

_ASKED = re.compile(r"Report on these criteria, in this order: ([a-z_, ]+)\.")


def criterion(id: str) -> Criterion:
    levels = {1: "absent", 2: "generic", 3: "specific", 4: "owned"}
    return Criterion.model_validate({"id": id, "title": id.title(), "asks": f"Say {id}.", "levels": levels})


@pytest.fixture
def corpus() -> Corpus:
    questions = (
        Question(id="cheap", text="How do you keep it cheap?", criteria=("cost", "risk")),
        Question(id="safe", text="How do you keep it safe?", criteria=("risk",)),
    )
    rubric = Rubric(name="small", criteria=(criterion("cost"), criterion("risk")))
    return Corpus(
        rubric=rubric, questions={item.id: item for item in questions}, guides=(), grounding={}, levels={}
    )


@pytest.fixture
def contexts(corpus: Corpus) -> Contexts:
    return Contexts(corpus)


def report(request: ChatRequest, level: int = 3) -> dict[str, Any]:
    """A usable report on the criteria that a grading request names."""
    found = _ASKED.search(request.messages[1].content)
    assert found is not None
    rows: list[dict[str, Any]] = [
        {
            "id": name,
            "signs": [],
            "quotes": [],
            "missing": "",
            "level": level,
            "why_not_higher": "not owned",
            "why_not_lower": "specific",
            "lean": "firm",
            "fault": "none",
            "passages": [],
            "advice": f"Say more of {name}.",
        }
        for name in found[1].split(", ")
    ]
    return {"speaks_to_grader": False, "serves_question": "yes", "fatal": [], "criteria": rows}


def write_rows(path: Path, *rows: object) -> Path:
    """JSON Lines; a str is written as it is."""
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(
    contexts: Contexts, *paths: Path, columns: Columns | None = None, question: str = "", said: Any = None
) -> list[Row]:
    """The rows of files; `said`, a list, takes the warnings."""
    files: list[InputFile] = find_inputs(str(path) for path in paths)
    say = said.append if said is not None else (lambda text: None)
    return list(RowReader(contexts, columns or Columns(), question=question, say=say).read(files))
