"""What a run will take, before it is started: rows, tokens, cost, time. Asks no model."""

from __future__ import annotations

from collections.abc import Iterable

from coach.batch.files import STDIN, InputFile

_CHUNK = 2**20


def count_rows(files: Iterable[InputFile], limit: int | None = None) -> int | None:
    """About how many rows there are, by their line feeds; None where only reading would tell."""
    total = 0
    for file in files:
        if file.kind == "text":
            total += 1
        elif file.name == STDIN or file.packing or file.kind == "xlsx" or not file.path.is_file():
            return None
        else:
            total += _lines(file) - (file.kind == "csv")
    return total if limit is None else min(total, limit)


def _lines(file: InputFile) -> int:
    lines = 0
    last = b"\n"
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")
