from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.batch import records
from coach.batch.files import find_inputs
from coach.batch.records import Header, Record, name_columns, read_records
from coach.errors import UsageError

_tmp = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
_cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


def records_of(path: Path, header: Header | None = None) -> tuple[list[Record], list[str]]:
    said: list[str] = []
    [file] = find_inputs([str(path)])
    return list(read_records(file, header or Header(), said.append)), said


@_tmp
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_faults_never_a_crash(tmp_path: Path, data: bytes) -> None:
    for name in ("rows.jsonl", "rows.csv", "rows.txt"):
        (tmp_path / name).write_bytes(data)
        found, _ = records_of(tmp_path / name)
        assert all(record.line >= 1 for record in found)


@_tmp
@given(st.lists(st.dictionaries(_cells, st.one_of(_cells, st.integers(), st.none())), max_size=8))
def test_every_json_line_comes_back_with_its_line(tmp_path: Path, rows: list[dict[str, object]]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n\n" for row in rows), encoding="utf-8")
    found, _ = records_of(path)
    assert [record.fields for record in found] == rows
    assert [record.line for record in found] == [1 + 2 * n for n in range(len(rows))]


@_tmp
@given(st.lists(st.tuples(_cells, _cells), max_size=8))
def test_every_csv_row_comes_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("id", "answer"), *rows])
    path = tmp_path / "rows.csv"
    path.write_bytes(out.getvalue().encode())
    found, _ = records_of(path)
    assert [(record.fields["id"], record.fields["answer"]) for record in found] == rows


def test_faults_name_the_line_and_the_rows_around_them_are_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    lines = [
        b'{"id": "a"}',
        b"nonsense",
        b"[1, 2]",
        b'{"n": NaN}',
        b'{"t": "\xff"}',
        b"[" * 100_000,
        b'{"id": "b"}',
    ]
    path.write_bytes(b"\r\n".join(lines))
    found, _ = records_of(path)
    assert [record.line for record in found if record.fault] == [2, 3, 4, 5, 6]
    assert [record.fields["id"] for record in found if not record.fault] == ["a", "b"]
    assert {record.fault[0] for record in found if record.fault} == {"bad_row"}


def test_a_line_that_is_far_too_long_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LINE_LIMIT", 100)
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"id": "x" * 1000}) + '\n{"id": "b"}\n')
    found, _ = records_of(path)
    assert [(record.line, bool(record.fault)) for record in found] == [(1, True), (2, False)]
    assert found[0].fault is not None
    assert found[0].fault[0] == "too_long"


@pytest.mark.parametrize(
    ("encoding", "warned"), [("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("latin-1", 1), ("cp1252", 1)]
)
def test_csv_in_many_encodings(tmp_path: Path, encoding: str, warned: int) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes('id,answer\n1,"Café, naïve\nsecond line"\n2,x\n'.encode(encoding))
    found, said = records_of(path)
    assert [(item.line, item.fields["answer"]) for item in found] == [
        (2, "Café, naïve\nsecond line"),
        (4, "x"),
    ]
    assert len(said) == warned
    assert all("Latin-1" in text for text in said)


def test_curly_quotes_of_windows_are_read_as_such(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("id,answer\n1,“so” it is\n".encode("cp1252"))
    found, _ = records_of(path)
    assert found[0].fields["answer"] == "“so” it is"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_other_delimiters(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"id{delimiter}answer\n1{delimiter}x\n")
    assert records_of(path)[0][0].fields == {"id": "1", "answer": "x"}


def test_a_csv_row_with_too_many_cells_is_a_fault_and_half_an_answer_is_never_graded(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,answer\n1,we would, of course, measure\n2,x,,\n3\n")
    found, _ = records_of(path)
    assert [record.fault is not None for record in found] == [True, False, False]
    assert "answer" not in found[2].fields


def test_an_unknown_column_is_a_wrong_command_that_lists_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,reply\n1,x\n")
    with pytest.raises(UsageError, match="id, reply"):
        records_of(path, Header(("answer",)))


def test_a_workbook_gives_its_rows_with_their_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["id", "answer", "when"], [1, "long\ntext", 2.5], [None] * 3, [2.0, None, None]):
        sheet.append(row)
    book.save(tmp_path / "rows.xlsx")
    found, said = records_of(tmp_path / "rows.xlsx")
    assert said == []
    assert {item.file for item in found} == {str(tmp_path / "rows.xlsx")}
    assert [(item.line, item.fields) for item in found] == [
        (2, {"id": 1, "answer": "long\ntext", "when": 2.5}),
        (4, {"id": 2, "answer": "", "when": ""}),
    ]


def test_a_damaged_file_keeps_the_rows_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    packed = gzip.compress(b"".join(b'{"id": "%d", "x": "%d"}\n' % (n, n * n) for n in range(100_000)))
    path.write_bytes(packed[:-1000])
    found, said = records_of(path)
    assert len(found) > 1000
    assert [record.fault is None for record in found[-2:]] == [True, False]
    assert "ends too early" in said[0]


def test_columns_get_distinct_names() -> None:
    assert name_columns(["a", "a", "", " b "]) == ("a", "a (2)", "column 3", "b")


def test_a_quote_that_is_never_closed_swallows_no_rows_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,answer\na,fine\nb,"open\nc,fine\n')
    found, _ = records_of(path)
    assert [record.fault is None for record in found] == [True, False]
    assert (found[1].line, found[1].fault) == (
        3,
        ("bad_row", "Not CSV: a quote is never closed, so that lines 3 to 4 would be one cell."),
    )
