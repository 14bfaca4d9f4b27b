from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest
import zstandard

from coach.batch import files
from coach.batch.files import DamagedFile, find_inputs
from coach.errors import DatasetError, SetupError, UsageError


def test_a_folder_is_its_files_in_order_but_not_hidden_ones_or_the_output(tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for name in ("b.md", "a.txt", "sub/c.jsonl", ".hidden.md", "notes.pdf", "out.jsonl", "out.jsonl.journal"):
        (tmp_path / "in" / name).write_text("x")
    found = find_inputs([str(tmp_path / "in")], leave_out=[tmp_path / "in" / "out.jsonl"])
    assert [file.path.name for file in found] == ["a.txt", "b.md", "c.jsonl"]


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_packed_files_are_read_and_a_missing_end_is_noticed(tmp_path: Path, packing: str) -> None:
    text = b"".join(b'{"id": "%d"}\n' % n for n in range(20_000))
    packed = gzip.compress(text) if packing == "gz" else zstandard.compress(text)
    path = tmp_path / f"rows.jsonl.{packing}"
    path.write_bytes(packed)
    with find_inputs([str(path)])[0].open() as stream:
        assert stream.read() == text
    path.write_bytes(packed[: len(packed) // 2])
    with find_inputs([str(path)])[0].open() as stream, pytest.raises(DamagedFile, match="ends too early"):
        stream.read()


def test_several_zstd_frames_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.zst"
    path.write_bytes(zstandard.compress(b"one\n") + zstandard.compress(b"two\n"))
    with find_inputs([str(path)])[0].open() as stream:
        assert stream.read() == b"one\ntwo\n"


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    monkeypatch.setattr(files, "_TRUSTED_SIZE", 2**20)
    bomb = bytes(2**24)
    path = tmp_path / f"rows.jsonl.{packing}"
    path.write_bytes(gzip.compress(bomb) if packing == "gz" else zstandard.compress(bomb))
    with find_inputs([str(path)])[0].open() as stream, pytest.raises(DamagedFile, match="without bound"):
        while stream.read(2**16):
            pass


def test_a_workbook_that_is_a_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_TRUSTED_SIZE", 2**20)
    path = tmp_path / "rows.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(2**23))
    with pytest.raises(DamagedFile, match="no honest workbook"):
        find_inputs([str(path)])


@pytest.mark.parametrize("name", ["rows.jsonl.gz", "rows.csv.zst", "rows.xlsx"])
def test_a_file_that_is_not_what_its_name_says_is_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("plain text")
    with pytest.raises(DatasetError):
        find_inputs([str(tmp_path / name)])


def test_missing_unknown_and_no_files_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "rows.pdf").write_text("x")
    with pytest.raises(SetupError, match="does not exist"):
        find_inputs([str(tmp_path / "rows.jsonl")])
    with pytest.raises(UsageError, match="what kind"):
        find_inputs([str(tmp_path / "rows.pdf")])
    with pytest.raises(UsageError, match="nothing to grade"):
        find_inputs([str(tmp_path)])
