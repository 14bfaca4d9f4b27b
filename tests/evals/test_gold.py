"""Gold: the committed sets, and what a user's own file may look like."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from coach.errors import DatasetError, SetupError
from coach.evals.gold import load_gold
from coach.guides.corpus import Corpus
from coach.resources import eval_dir
from coach.schema.rubric import Rubric

THREE = Rubric.model_validate(
    {
        "name": "three",
        "criteria": [
            {"id": "clarity", "title": "Clarity", "levels": {"weak": "a", "fair": "b", "strong": "c"}}
        ],
    }
)


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "count"), [("dev", 160), ("hard-dev", 64)])
def test_committed_sets_are_whole(corpus: Corpus, name: str, count: int) -> None:
    gold = load_gold(eval_dir() / "gold" / f"{name}.jsonl", corpus.rubric)
    assert len(gold.rows) == count
    assert len({row.question_id for row in gold.rows}) == 16
    assert all(row.overall and len(row.criteria_scores) == 4 and len(row.labels) == 3 for row in gold.rows)
    assert all(corpus.questions[row.question_id].text == row.question for row in gold.rows)
    assert set(Counter(row.overall for row in gold.rows)) == {1, 2, 3, 4}


def test_named_levels_and_transcripts(tmp_path: Path) -> None:
    turns = [{"role": "interviewer", "text": "Why?"}, {"role": "candidate", "text": "Because."}]
    path = write(
        tmp_path / "g.jsonl",
        {
            "id": 7,
            "question": "Why?",
            "answer": turns,
            "overall": "Strong",
            "criteria_scores": {"clarity": 2},
        },
        {"question": "Why?", "answer": "So.", "criteria_scores": {"clarity": "weak"}},
    )
    first, second = load_gold(path, THREE).rows
    assert (first.id, first.overall, first.criteria_scores) == ("7", 3, {"clarity": 2})
    assert first.answer.said() == "Because."
    assert (second.id, second.overall, second.criteria_scores) == ("row-2", None, {"clarity": 1})


def test_csv_with_score_columns(tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text(
        '\ufeffid,question,answer,overall,score.clarity,note\na,Why?,"One,\ntwo",fair,strong,x\nb,Why?,[odd,1,,\n',
        encoding="utf-8",
    )
    first, second = load_gold(path, THREE).rows
    assert (first.overall, first.criteria_scores, first.answer.said()) == (2, {"clarity": 3}, "One,\ntwo")
    assert second.answer.said() == "[odd"
    assert second.criteria_scores == {}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "question": "q", "answer": "x", "overall": 5}, "5 is not on the scale"),
        ({"id": "a", "question": "q", "answer": "x", "overall": 2.5}, "2.5 is not on the scale"),
        ({"id": "a", "question": "q", "answer": "x", "overall": True}, "True is not on the scale"),
        ({"id": "a", "question": "q", "answer": "x"}, "needs overall or criteria_scores"),
        ({"id": "a", "answer": "x", "overall": 1}, "needs question_id or question"),
        ({"id": "a", "question": "q", "answer": 3, "overall": 1}, "answer must be text"),
        ({"id": "a", "question": "q", "answer": [{"role": "x"}], "overall": 1}, "role and text"),
        ({"id": "a", "question": "q", "answer": "x", "criteria_scores": {"no": 1}}, "no criterion no"),
    ],
)
def test_wrong_rows_are_named_with_file_and_line(tmp_path: Path, row: object, said: str) -> None:
    good = {"id": "ok", "question": "q", "answer": "x", "overall": 1}
    path = write(tmp_path / "g.jsonl", good, row)
    with pytest.raises(DatasetError) as error:
        load_gold(path, THREE)
    assert said in str(error.value) and f"{path}:2" in str(error.value)


def test_repeated_id_and_missing_file(tmp_path: Path) -> None:
    row = {"id": "a", "question": "q", "answer": "x", "overall": 1}
    with pytest.raises(DatasetError, match="used on line 1"):
        load_gold(write(tmp_path / "g.jsonl", row, row), THREE)
    with pytest.raises(SetupError, match="does not exist"):
        load_gold(tmp_path / "none.jsonl", THREE)
