"""Text from elsewhere acts on no terminal, names no file, leads out of no folder and unpacks to no giant."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.batch.output import neutral
from coach.batch.pages import safe_name
from coach.errors import DatasetError, GuideError
from coach.guides import docx as docx_reader
from coach.guides.read import read_document
from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.merge import merge_archive
from coach.text.sanitize import for_terminal, has_control
from tests.cli.conftest import LengthGrader, Piped
from tests.fuzz.effort import tries
from tests.guides.documents import docx
from tests.store.filled import fill

ACTS = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u2066\x00\x08"
SHOWN = (
    ("history", "list"),
    ("history", "show"),
    ("history", "search", "evil"),
    ("profile", "show"),
    ("story", "list"),
    ("story", "show", "1"),
    ("story", "review", "1"),
    ("story", "coverage"),
    ("audit", "list"),
    ("audit", "show", "1"),
    ("progress",),
    (),
)


@tries(100)
@given(st.text())
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    clean = for_terminal(text)
    assert not has_control(clean)
    assert for_terminal(clean) == clean


def test_hostile_words_in_every_place_that_shows_words(piped: Piped, local: LengthGrader) -> None:
    Path("evil.md").write_text(
        f"# evil {ACTS}\n\nBAD: evil {ACTS} answer here\n\nGOOD: I cut it {ACTS} by 4%\n"
    )
    story = (
        f"# evil {ACTS}\ntags: {ACTS}a\n\n## Situation\n\nWe {ACTS} lost it.\n\n## Action\n\nI {ACTS} cut.\n"
    )
    audit = f"# evil {ACTS}\n\n## Metric\n\n{ACTS} slow\n"
    Path("bank.md").write_text(story)
    Path("audit.md").write_text(audit)
    for command, words in (
        (("profile", "set", "--experience", f"x{ACTS}", "--company", f"y{ACTS}"), ""),
        (("story", "add", "--file", "bank.md"), ""),
        (("audit", "--file", "audit.md"), ""),
        (
            ("practice", "--question", "fraud-realtime"),
            f"evil {ACTS} answer\n---\nmore {ACTS}\n---\nend{ACTS}",
        ),
        *((shown, "") for shown in SHOWN),
    ):
        result = piped(*command, given=words)
        assert result.code in (0, 1), (command, result.err)
        for line in (result.out + result.err).splitlines():
            assert not has_control(line), (command, line)


@pytest.mark.parametrize("name", ["evil.md", "evil.txt", "evil.html"])
def test_a_guide_is_kept_without_what_acts(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    acts = ACTS.replace("\x00\x08", "")
    path.write_text(
        f"# evil {acts}\n\n{'Plain words. ' * 60}\n\nBAD: evil {acts} answer\n\nGOOD: I cut {acts} 4%\n"
    )
    document = read_document(path)
    assert "evil" in document.lines[0].text
    assert not any(has_control(line.text) for line in document.lines)
    assert not has_control(document.title)


@given(st.text())
def test_a_candidates_name_is_no_path(name: str) -> None:
    safe = safe_name(name)
    assert Path(safe).name == safe
    assert safe.replace("-", "").isalnum()
    assert len(safe) < 64


@given(st.text(min_size=1))
def test_no_cell_starts_a_formula(text: str) -> None:
    cell = neutral(text)
    assert cell[0] not in "=@\t\r" and (cell[0] not in "+-" or cell == text)
    assert cell.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize(
    "command",
    [
        ("questions", "show"),
        ("practice", "--session"),
        ("practice", "--question"),
        ("history", "show"),
        ("loop", "start"),
        ("loop", "status"),
        ("loop", "continue"),
        ("drill", "incident"),
        ("drill", "incident", "--session"),
        ("drill", "code"),
        ("eval", "show", "--suite"),
        ("plan", "read"),
    ],
)
@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "/etc/passwd", "a/../../b"])
def test_an_id_leads_out_of_no_folder(piped: Piped, command: tuple[str, ...], name: str) -> None:
    result = piped(*command, name)
    assert result.code in (2, 3), result
    assert "root:" not in result.out + result.err


@pytest.mark.parametrize("id", ["../../evil", "/tmp/evil", "a/b", "..", "", "a\x00b", "x" * 65])
def test_an_imported_session_is_named_by_no_path(tmp_path: Path, id: str) -> None:
    source, ids = fill(tmp_path / "source.db")
    lines = [line.replace(json.dumps(ids[0]), json.dumps(id)) for line in write_archive(source)]
    source.close()
    with Database(tmp_path / "coach.db") as database:
        with pytest.raises(DatasetError, match="is no id"):
            merge_archive(database, enumerate(lines, start=1), "history.jsonl")
        assert database.read("SELECT 1 FROM sessions") == []


def test_a_word_file_that_unpacks_to_a_giant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_reader, "MAX_PART_BYTES", 2**16)
    path = tmp_path / "bomb.docx"
    path.write_bytes(docx("<w:p/>" * 2**14))
    assert path.stat().st_size < 2**12
    with pytest.raises(GuideError, match="unpacks to more"):
        read_document(path)


def test_a_word_file_with_entities_that_multiply(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(
            "word/document.xml", f'<!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>'.encode()
        )
    with pytest.raises(GuideError, match=r"bomb\.docx"):
        read_document(path)


def test_yaml_makes_values_and_nothing_else(tmp_path: Path, piped: Piped) -> None:
    Path("rows.jsonl").write_text(json.dumps({"question": "Why?", "answer": "So."}))
    Path("evil.yaml").write_text('!!python/object/apply:pathlib.Path.touch ["owned"]')
    result = piped("grade", "rows.jsonl", "--rubric", "evil.yaml", "--grader", "local")
    assert result.code == 3
    assert "evil.yaml" in result.err
    assert not list(tmp_path.rglob("owned"))


def test_a_message_repeats_hostile_words_without_what_acts(piped: Piped) -> None:
    result = piped("questions", "show", f"x{ACTS}")
    assert result.code in (2, 3)
    assert not any(has_control(line) for line in result.err.splitlines())
