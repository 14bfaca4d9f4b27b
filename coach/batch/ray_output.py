"""Writes what a cluster has graded: one JSON Lines file or a folder of Parquet files, local or in a cloud.

Local output appears whole. Needs pyarrow, which comes with Ray Data.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from coach.batch.intake import dump
from coach.errors import SetupError
from coach.llm.files import write_whole

_NAMED_BY_CONTENT = re.compile(r"row-[0-9a-f]{12}")
_FILE = 50_000  # rows of one Parquet file
_GROUP = 2_000  # rows of one row group, which are in memory at once
_COLUMNS = ("id", "row", "status", "overall", "needs_review", "flags", "error", "criteria", "extra")


def is_parquet(output: str) -> bool:
    return output.rstrip("/").endswith(".parquet")


def number_rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows out from their lines, in order and numbered; one with the id of an earlier row has failed."""
    taken: set[bytes] = set()
    for number, line in enumerate(lines, start=1):
        row: dict[str, Any] = json.loads(line)
        row["row"], id = number, row["id"]
        name = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()[:12]
        if name in taken:
            row["id"] = f"{id}#{number}"
            if not _NAMED_BY_CONTENT.fullmatch(id):
                error = {"kind": "bad_row", "message": f"The id {id!r} was used by an earlier row."}
                row |= {"status": "failed", "overall": None, "range": None, "criteria": [], "flags": []}
                row |= {"needs_review": True, "error": error}
        taken.add(name)
        yield row


def write_rows(output: str, rows: Iterator[dict[str, Any]]) -> None:
    """Write them all; raises SetupError where a local disk refuses."""
    if "://" in output:
        system, path = importlib.import_module("pyarrow.fs").FileSystem.from_uri(output)
        if is_parquet(output):
            system.create_dir(path, recursive=True)
            system.delete_dir_contents(path)  # of an earlier run
            _write_tables(system, path, rows)
            return
        with system.open_output_stream(path) as stream:
            for row in rows:
                stream.write(dump(row).encode() + b"\n")
    elif is_parquet(output):
        _write_folder(Path(output), rows)
    else:
        write_whole(Path(output), (f"{dump(row)}\n" for row in rows))


def _write_folder(folder: Path, rows: Iterator[dict[str, Any]]) -> None:
    system = importlib.import_module("pyarrow.fs").LocalFileSystem()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _write_tables(system, str(made), rows)
            made.chmod(0o755)
            if folder.exists():
                shutil.rmtree(folder)
            made.replace(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be written: {error.strerror or error}. Free some space, or choose another -o."
        ) from error


def _write_tables(system: Any, folder: str, rows: Iterator[dict[str, Any]]) -> None:
    arrow = importlib.import_module("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    kinds = {"row": arrow.int64(), "overall": arrow.int64(), "needs_review": arrow.bool_()}
    schema = arrow.schema([(name, kinds.get(name, arrow.string())) for name in _COLUMNS])
    groups = iter(lambda: list(islice(rows, _GROUP)), [])
    more: list[dict[str, Any]] | None = next(groups, [])  # also a table without rows has its columns
    number = 0
    while more is not None:
        with parquet.ParquetWriter(f"{folder}/part-{number:05}.parquet", schema, filesystem=system) as writer:
            for group in chain([more], islice(groups, _FILE // _GROUP - 1)):
                writer.write_table(arrow.Table.from_pylist([_cells(row) for row in group], schema=schema))
        more, number = next(groups, None), number + 1


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """A row as columns: what is nested as JSON, as text."""
    error = row["error"]
    return {
        **{name: row[name] for name in ("id", "row", "status", "overall", "needs_review")},
        "flags": ";".join(row["flags"]),
        "error": f"{error['kind']}: {error['message']}" if error else None,
        "criteria": dump(row["criteria"]),
        "extra": dump(row["extra"]),
    }
