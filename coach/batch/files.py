"""Input files: which there are, what they hold, and their bytes, unpacked within bounds. Parses nothing."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from coach.errors import DatasetError, SetupError, UsageError

Kind = Literal["jsonl", "csv", "xlsx", "text"]
Packing = Literal["", "gz", "zst"]

STDIN = "-"
_KINDS: dict[str, Kind] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".md": "text",
    ".markdown": "text",
    ".txt": "text",
}
_PACKINGS: dict[str, Packing] = {".gz": "gz", ".zst": "zst"}
_MAGIC: dict[Packing, bytes] = {"gz": b"\x1f\x8b", "zst": b"\x28\xb5\x2f\xfd"}
_TRUSTED_SIZE = 256 * 2**20  # bytes that any packed file may unpack to
_TRUSTED_RATIO = 200  # beyond that, unpacked to packed; texts reach 5 to 20
_CHUNK = 2**18


class DamagedFile(DatasetError):
    """A file that ends too early, unpacks without bound, or is not what its name says."""


@dataclass(frozen=True)
class InputFile:
    """One input as the user named it (`name` is what rows are told to come from)."""

    name: str
    path: Path
    kind: Kind
    packing: Packing = ""

    def open(self) -> BinaryIO:
        """The unpacked bytes; reading them raises DamagedFile where they cannot be had."""
        if self.name == STDIN:
            return sys.stdin.buffer
        raw = _Counting(self.path)
        if not self.packing:
            return cast(BinaryIO, io.BufferedReader(raw, _CHUNK))
        return cast(BinaryIO, io.BufferedReader(_Unpacked(raw, self.packing, self.name), _CHUNK))


def find_inputs(arguments: Iterable[str], *, leave_out: Iterable[Path] = ()) -> list[InputFile]:
    """The files that the arguments name, folders replaced by what lies in them, in sorted order.

    Hidden files of folders, and `leave_out` (the output and its journal), are no input. Raises
    SetupError for a file that is missing or cannot be read, DatasetError for one of a wrong form,
    UsageError where nothing is left.
    """
    ignored = {path.resolve() for path in leave_out}
    found: list[InputFile] = []
    for argument in arguments:
        path = Path(argument)
        if argument == STDIN:
            found.append(InputFile(STDIN, path, "jsonl"))
        elif path.is_dir():
            found += [item for item in _of_folder(path) if item.path.resolve() not in ignored]
        else:
            found.append(_checked(_input_file(path)))
    if not found:
        raise UsageError("There is nothing to grade: no .jsonl, .csv, .xlsx, .md or .txt file was found.")
    return found


def _of_folder(folder: Path) -> Iterator[InputFile]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and _kind_of(path) is not None:
            yield _checked(_input_file(path))


def _kind_of(path: Path) -> tuple[Kind, Packing] | None:
    packing = _PACKINGS.get(path.suffix.lower(), "")
    inner = path.with_suffix("") if packing else path
    kind = _KINDS.get(inner.suffix.lower())
    if kind is None or (packing and kind == "xlsx"):
        return None
    return kind, packing


def _input_file(path: Path) -> InputFile:
    kinds = _kind_of(path)
    if kinds is None:
        if not path.exists():
            raise SetupError(f"{path} does not exist.")
        # A pipe such as <(command) has no telling name: it is JSON Lines, like standard input.
        if not path.is_file():
            return InputFile(str(path), path, "jsonl")
        raise UsageError(
            f"{path}: what kind of file is this? Give .jsonl, .csv, .xlsx, .md or .txt (the first two and"
            " text also as .gz or .zst)."
        )
    return InputFile(str(path), path, *kinds)


def _checked(file: InputFile) -> InputFile:
    """`file`, where it can be read and starts as its name promises."""
    try:
        if not file.path.is_file():
            if file.path.exists():
                return file
            raise SetupError(f"{file.path} does not exist.")
        with file.path.open("rb") as stream:
            head = stream.read(4)
    except OSError as error:
        raise SetupError(f"{file.path} cannot be read: {error.strerror}.") from error
    if file.packing and not head.startswith(_MAGIC[file.packing]):
        raise DatasetError(f"{file.path} is not packed as its name says (.{file.packing}).")
    if file.kind == "xlsx":
        check_workbook(file.path)
    return file


def check_workbook(path: Path) -> None:
    """Raises DamagedFile for a workbook that is no zip file, or that unpacks without bound."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise DamagedFile(f"{path} is not an .xlsx workbook ({error}).") from error
    if unpacked > max(_TRUSTED_SIZE, _TRUSTED_RATIO * path.stat().st_size):
        raise DamagedFile(f"{path} unpacks to {unpacked:,} bytes; that is no honest workbook.")


class _Counting(io.RawIOBase):
    """A file's raw bytes, and how many of them have been read."""

    def __init__(self, path: Path) -> None:
        try:
            self._fd = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase types it more widely
        data = os.read(self._fd, len(view))
        view[: len(data)] = data
        self.count += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            os.close(self._fd)
        super().close()


class _Unpacked(io.RawIOBase):
    """The bytes inside a gzip or zstd file, as long as they stay in proportion."""

    def __init__(self, raw: _Counting, packing: Packing, name: str) -> None:
        self._raw = raw
        self._name = name
        self._stream = _unpack(raw, packing)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        import zstandard

        view = memoryview(buffer)  # type: ignore[arg-type]  # RawIOBase types it more widely
        try:
            data = self._stream.read(len(view))
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            raise DamagedFile(f"{self._name} is damaged or ends too early ({error}).") from error
        self._count += len(data)
        if self._count > max(_TRUSTED_SIZE, _TRUSTED_RATIO * self._raw.count):
            raise DamagedFile(f"{self._name} unpacks without bound; the rest of it was not read.")
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            with contextlib.suppress(OSError):
                self._stream.close()
            self._raw.close()
        super().close()


def _unpack(raw: _Counting, packing: Packing) -> BinaryIO:
    source = cast(BinaryIO, io.BufferedReader(raw, _CHUNK))
    return cast(BinaryIO, gzip.GzipFile(fileobj=source) if packing == "gz" else _Zstd(source))


class _Zstd:
    """zstd frames, one after the other; unlike the library's own reader it notices a missing end."""

    _STEP = 1024  # packed bytes at a time: even a bomb makes no more than 32 MiB of them

    def __init__(self, source: BinaryIO) -> None:
        import zstandard

        self._make = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj
        self._frame = self._make()
        self._source = source
        self._fed = False  # into the current frame
        self._rest = b""
        self._ready = b""

    def read(self, size: int) -> bytes:
        while not self._ready:
            packed = self._rest or self._source.read(self._STEP)
            self._rest = b""
            if not packed:
                if self._fed:
                    raise EOFError("the last frame has no end")
                return b""
            self._ready = self._frame.decompress(packed)
            self._fed = True
            if self._frame.eof:
                self._rest, self._fed, self._frame = self._frame.unused_data, False, self._make()
        data, self._ready = self._ready[:size], self._ready[size:]
        return data

    def close(self) -> None:
        self._source.close()
