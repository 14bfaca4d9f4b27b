from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.batch.context import Asked, Contexts
from coach.batch.files import find_inputs
from coach.batch.records import Record
from coach.batch.rows import ANSWER_LIMIT, Columns, Row, RowReader
from coach.guides.corpus import Corpus
from coach.schema.passage import Guide, Passage
from coach.schema.question import Question
from tests.batch.conftest import read, write_rows

_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ("id", "answer", "question_id", "question", "criteria", "rubric", "candidate")


def one(contexts: Contexts, tmp_path: Path, **fields: Any) -> Row:
    path = write_rows(tmp_path / "rows.jsonl", {"question_id": "cheap", "answer": "We route.", **fields})
    [row] = read(contexts, path)
    return row


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(fields=st.dictionaries(st.sampled_from(_FIELDS), _json))
def test_wrong_types_fail_their_row_and_nothing_else(
    contexts: Contexts, tmp_path: Path, fields: dict[str, Any]
) -> None:
    path = write_rows(tmp_path / "rows.jsonl", fields)
    [row] = read(contexts, path)
    assert (row.error is None) == (row.context is not None and row.answer is not None)
    assert row.id


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"answer": 3}, "bad_row"),
        ({"answer": {"text": "x"}}, "bad_row"),
        ({"answer": None}, "no_answer"),
        ({"answer": [{"role": "judge", "text": "x"}]}, "bad_row"),
        ({"answer": ["x"]}, "bad_row"),
        ({"answer": "x" * (ANSWER_LIMIT + 1)}, "too_long"),
        ({"answer": "half \ud800"}, "bad_row"),
        ({"id": ["a"]}, "bad_row"),
        ({"question_id": "nix"}, "unknown_question"),
        ({"question_id": None}, "unknown_question"),
        ({"question_id": None, "question": "Something else?"}, "no_criteria"),
        ({"criteria": ["nix"]}, "no_criteria"),
        ({"criteria": 3}, "bad_row"),
        ({"rubric": "nowhere.yaml"}, "bad_row"),
        ({"rubric": {"criteria": []}}, "bad_row"),
    ],
)
def test_each_fault_has_its_kind(
    contexts: Contexts, tmp_path: Path, fields: dict[str, Any], kind: str
) -> None:
    row = one(contexts, tmp_path, **fields)
    assert row.error is not None
    assert row.error.kind == kind
    assert (row.file, row.line) == (str(tmp_path / "rows.jsonl"), 1)


def test_a_row_without_an_answer_field_says_what_it_has(contexts: Contexts, tmp_path: Path) -> None:
    [row] = read(contexts, write_rows(tmp_path / "rows.jsonl", {"reply": "x", "question_id": "cheap"}))
    assert row.error is not None
    assert row.error.kind == "no_answer"
    assert "reply, question_id" in row.error.message


def test_a_longest_answer_is_still_graded(contexts: Contexts, tmp_path: Path) -> None:
    assert one(contexts, tmp_path, answer="x" * ANSWER_LIMIT).error is None


def test_what_is_extra_comes_back_unchanged_and_what_is_used_does_not(
    contexts: Contexts, tmp_path: Path
) -> None:
    extra = {"cohort": "B", "n": 1.50, "deep": {"a": [None, True]}, "": "x", "candidate": "Ann"}
    row = one(contexts, tmp_path, id=7, criteria=["risk"], **extra)
    assert (row.id, row.candidate, row.extra) == ("7", "Ann", extra)
    assert row.context is not None
    assert [item.id for item in row.context.criteria] == ["risk"]


def test_a_conversation_keeps_its_turns(contexts: Contexts, tmp_path: Path) -> None:
    turns = [{"role": "candidate", "text": "A"}, {"role": "interviewer", "text": "B?"}]
    row = one(contexts, tmp_path, answer=turns)
    assert row.answer is not None
    assert [turn.model_dump() for turn in row.answer.turns] == turns


@pytest.mark.parametrize("text", ["How do you keep it cheap?", "  how do\nYOU keep it  cheap? ", "cheap"])
def test_a_text_that_is_a_corpus_question_is_that_question(
    contexts: Contexts, tmp_path: Path, text: str
) -> None:
    row = one(contexts, tmp_path, question_id=None, question=text)
    assert row.context is not None
    assert row.context.question.id == "cheap"


def test_another_question_is_graded_on_the_criteria_or_the_rubric_that_the_row_gives(
    contexts: Contexts, tmp_path: Path
) -> None:
    rubric = {"criteria": [{"id": "tone", "title": "Tone", "levels": {"low": "rude", "high": "kind"}}]}
    by_criteria = one(contexts, tmp_path, question_id="own", question="Why us?", criteria="cost; risk")
    by_rubric = one(contexts, tmp_path, question_id=None, question="Why us?", rubric=rubric)
    assert by_criteria.context is not None
    assert by_criteria.context.question.id == "own"
    assert [item.id for item in by_criteria.context.criteria] == ["cost", "risk"]
    assert by_rubric.context is not None
    assert by_rubric.context.question.id.startswith("q-")
    assert [item.id for item in by_rubric.context.criteria] == ["tone"]


def test_a_rubric_file_is_found_beside_the_rows(contexts: Contexts, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    text = "criteria: [{id: tone, title: Tone, bad: [rude], good: [kind]}]"
    (tmp_path / "in" / "own.yaml").write_text(text)
    fields = {"question": "Why us?", "answer": "x", "rubric": "own.yaml"}
    [row] = read(contexts, write_rows(tmp_path / "in" / "rows.jsonl", fields))
    assert row.context is not None
    assert row.context.rubric.name == "own"


OWN = "criteria: [{id: tone, title: Tone, bad: [rude], good: [kind]}]"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.yaml",
        "sub/../../secret.yaml",
        "..\\secret.yaml",
        "{outside}/secret.yaml",
        "C:\\secret.yaml",
        "\\\\server\\share\\secret.yaml",
        "~/secret.yaml",
        "link.yaml",
        "linked/secret.yaml",
        "notes.txt",
        "fifo.yaml",
        "nul\x00.yaml",
        "x" * 5000 + ".yaml",
        "",
    ],
)
def test_a_row_opens_no_file_outside_its_folder(contexts: Contexts, tmp_path: Path, name: str) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text(OWN)
    (tmp_path / "in" / "notes.txt").write_text("password: hunter2")
    (tmp_path / "in" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "in" / "linked").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "in" / "fifo.yaml")
    named = name.replace("{outside}", str(tmp_path))
    rows = write_rows(
        tmp_path / "in" / "rows.jsonl", {"question": "Why us?", "answer": "x", "rubric": named or "../in"}
    )
    [row] = read(contexts, rows)
    assert row.error is not None
    assert row.error.kind == "bad_row"
    assert row.error.message.startswith("rubric: ")
    assert "hunter2" not in row.error.message
    assert len(row.error.message) < 400


def test_a_row_names_rubrics_where_the_command_says_and_nowhere_else(
    contexts: Contexts, tmp_path: Path
) -> None:
    for folder, name in (("in", "near"), ("rubrics", "far"), ("rubrics/team", "deep")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{name}.yaml").write_text(OWN)
    names = ("near.yaml", "far.yaml", "team/deep.yaml")
    rows = write_rows(
        tmp_path / "in" / "rows.jsonl",
        *({"question": "Why?", "answer": "x", "rubric": name} for name in names),
    )
    reader = RowReader(contexts, Columns(), rubrics=tmp_path / "rubrics")
    found = {
        name: row.context and row.context.rubric.name
        for name, row in zip(names, reader.read(find_inputs([str(rows)])), strict=True)
    }
    assert found == {"near.yaml": None, "far.yaml": "far", "team/deep.yaml": "deep"}


def test_a_row_may_name_a_rubric_of_its_folder_by_its_whole_path(contexts: Contexts, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "own.yaml").write_text(OWN)
    (tmp_path / "by-link").symlink_to(tmp_path / "in")
    names = (tmp_path / "in" / "own.yaml", tmp_path / "by-link" / "own.yaml")
    rows = write_rows(
        tmp_path / "in" / "rows.jsonl",
        *({"question": "Why?", "answer": "x", "rubric": str(name)} for name in names),
    )
    assert [row.context and row.context.rubric.name for row in read(contexts, rows)] == ["own", "own"]


def test_rows_of_standard_input_name_rubrics_of_the_current_folder(
    contexts: Contexts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "own.yaml").write_text(OWN)
    (tmp_path / "far.yaml").write_text(OWN)
    monkeypatch.chdir(tmp_path / "here")
    names = ("own.yaml", str(tmp_path / "here" / "own.yaml"), "../far.yaml", str(tmp_path / "far.yaml"))
    lines = [json.dumps({"question": "Why?", "answer": "x", "rubric": name}) for name in names]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
    rows = list(RowReader(contexts, Columns()).read(find_inputs(["-"])))
    assert [row.context and row.context.rubric.name for row in rows] == ["own", "own", None, None]
    assert "standard input" in str(rows[3].error)


def test_a_row_that_comes_from_no_folder_names_no_file(
    contexts: Contexts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(OWN)
    fields = {"question": "Why us?", "answer": "x", "rubric": "own.yaml"}
    [row] = RowReader(contexts, Columns()).take(Record("s3://bucket/rows.parquet", 0, fields, tuple(fields)))
    assert row.error is not None
    assert "--rubric-dir" in row.error.message


def test_every_question_of_the_input_has_its_passages_looked_up(corpus: Corpus) -> None:
    asked: list[str] = []

    def retrieve(question: Question) -> tuple[str, ...]:
        asked.append(question.text)
        return ()

    contexts = Contexts(corpus, retrieve=retrieve)
    criteria = (corpus.rubric.criteria[0].id,)
    for number in range(2500):
        contexts.find(Asked(text=f"Why number {number}?", criteria=criteria))
    contexts.find(Asked(name="again", text="Why number 2499?", criteria=criteria))
    assert asked == [f"Why number {number}?" for number in range(2500)]


def test_ids_that_are_missing_count_the_rows_of_all_files(contexts: Contexts, tmp_path: Path) -> None:
    first = write_rows(tmp_path / "a.jsonl", {"answer": "x"}, "", "broken", {"answer": "x", "id": "own"})
    second = write_rows(tmp_path / "b.jsonl", {"answer": "x", "id": ""})
    rows = read(contexts, first, second)
    assert [(row.number, row.id, row.line) for row in rows] == [
        (1, "row-1", 1),
        (2, "row-2", 3),
        (3, "own", 4),
        (4, "row-4", 1),
    ]


def test_columns_of_other_names_and_cases(contexts: Contexts, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("Email,Reply,Prompt,Team\na@b.c,We route.,How do you keep it safe?,9\n")
    [row] = read(contexts, path, columns=Columns(("Reply",), "Prompt", "Email"))
    assert (row.id, row.extra) == ("a@b.c", {"Team": "9"})
    assert row.context is not None
    assert row.context.question.id == "safe"
    path.write_text("ID,Answer,Question_ID\nx,We route.,safe\n")
    [row] = read(contexts, path)
    assert (row.id, row.error, row.extra) == ("x", None, {})


def test_a_sheet_with_one_question_per_column(contexts: Contexts, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "Name", "How do you keep it cheap?", "safe", "Notes"])
    book.active.append(["a", "Ann", "We route.", None, "late"])
    book.active.append([None, "Bob", 7, "We test.", None])
    book.save(tmp_path / "rows.xlsx")
    rows = read(contexts, tmp_path / "rows.xlsx", columns=Columns(candidate="Name"))
    assert [row.id for row in rows] == ["a:cheap", "a:safe", "row-3", "row-4"]
    assert [row.context.question.id for row in rows if row.context] == ["cheap", "safe", "cheap", "safe"]
    assert [row.answer.text for row in rows if row.answer] == ["We route.", "", "7", "We test."]
    assert [row.candidate for row in rows] == ["Ann", "Ann", "Bob", "Bob"]
    assert rows[0].extra == {"Name": "Ann", "Notes": "late"}


def test_every_sheet_with_answers_is_read_and_others_are_named(contexts: Contexts, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheets = {
        "Notes": [["what", "who"], ["late", "Ann"]],
        "Spring": [["id", "question_id", "answer"], ["a", "cheap", "We route."]],
        "Autumn": [["id", "safe"], ["b", "We test."]],
        "Empty": [],
        "Old": [["id", "answer"], ["x", "We hid."]],
    }
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book["Old"].sheet_state = "hidden"
    del book["Sheet"]
    path = tmp_path / "rows.xlsx"
    book.save(path)
    said: list[str] = []
    found = read(contexts, path, said=said)
    assert [(row.id, row.file, row.line) for row in found] == [
        ("a", f"{path}#Spring", 2),
        ("b:safe", f"{path}#Autumn", 2),
    ]
    assert [text.removeprefix(f"{path}#").split(" has no")[0] for text in said] == ["Notes", "Empty", "Old"]
    assert "what, who" in said[0]
    assert "hidden" in said[2]


def test_a_workbook_without_answers_fails_by_the_rows_of_its_first_sheet(
    contexts: Contexts, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["what"])
    book.active.append(["late"])
    book.create_sheet("Second").append(["who"])
    book.save(tmp_path / "rows.xlsx")
    said: list[str] = []
    [row] = read(contexts, tmp_path / "rows.xlsx", said=said)
    assert row.error is not None
    assert row.error.kind == "no_answer"
    assert "#Second" in said[0]


def test_named_answer_columns_are_questions_of_your_own(corpus: Any, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,Why us?,Why you?\na,x,y\n")
    contexts = Contexts(corpus, corpus.rubric.model_copy(update={"name": "mine"}))
    rows = read(contexts, path, columns=Columns(("Why us?", "Why you?")))
    assert [row.context.question.text for row in rows if row.context] == ["Why us?", "Why you?"]


def test_a_text_file_is_one_answer_to_the_question_given(contexts: Contexts, tmp_path: Path) -> None:
    (tmp_path / "ann.md").write_text("# Plan\r\n\r\nWe route.\n")
    [row] = read(contexts, tmp_path / "ann.md", question="cheap")
    assert (row.id, row.extra, row.error) == ("row-1", {}, None)
    assert row.answer is not None
    assert row.answer.text == "# Plan\n\nWe route.\n"


def test_equal_content_has_one_key_and_any_change_another(contexts: Contexts, tmp_path: Path) -> None:
    def key(**fields: Any) -> bytes:
        return one(contexts, tmp_path, **fields).content

    assert key(id="a", cohort="x") == key(id="b")
    turns = [{"role": "candidate", "text": "We route."}]
    others = [
        key(),
        key(answer="We route!"),
        key(question_id="safe"),
        key(criteria=["risk"]),
        key(answer=turns),
    ]
    assert len(set(others)) == len(others)


def test_extras_that_are_no_unicode_still_come_through(contexts: Contexts, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"question_id": "cheap", "answer": "x", "note": "\\ud800"}\n')
    [row] = read(contexts, path)
    assert json.dumps(row.extra) == '{"note": "\\ud800"}'


def test_passages_for_a_question_of_your_own_are_looked_up_once(corpus: Corpus, tmp_path: Path) -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []
    passage = Passage(id="g#a", guide="g", title="A", text="Say the cost.", digest="d")
    corpus = replace(corpus, guides=(Guide(id="g", title="G", passages=(passage,)),))

    def retrieve(question: Question) -> tuple[str, ...]:
        asked.append((question.text, question.criteria))
        return ("g#a", "gone")

    own = {"question": "Why now?", "answer": "x", "criteria": ["risk"]}
    rows = [own, {**own, "answer": "y"}, {"question_id": "safe", "answer": "x"}]
    path = write_rows(tmp_path / "rows.jsonl", *rows)
    found = read(Contexts(corpus, retrieve=retrieve), path)
    assert asked == [("Why now?", ("risk",))]
    assert [row.context.passages for row in found if row.context] == [(passage,), (passage,), ()]
