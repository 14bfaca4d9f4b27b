"""The sheets of an XLSX workbook as rows of plain values, and rows back into a workbook.

The only place in this room that knows openpyxl.
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from coach.batch.files import DamagedFile

MOST_ROWS = 1_048_576  # of a sheet, its header included
_CELL_LIMIT = 32_767  # characters
# What the library raises over harmed files; it checks little, and XML parsers add errors of their own.
_HARM = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """One sheet: `rows` gives (1-based row number, values) of each row, the empty ones included."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[tuple[int, list[Any]]]]

    def head(self) -> list[Any]:
        """The values of the first row; none for an empty sheet."""
        return next(self.rows(), (1, []))[1]


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Sheet]]:
    """The workbook's sheets in order; their rows can be read, again and again, as long as it is open.

    Raises DamagedFile for a workbook that cannot be read, then or while its rows are.
    """
    from openpyxl import load_workbook

    with ExitStack() as held:
        # What the library warns of is left out of the sheets, and the rows tell what is left.
        held.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        with _harm_told(path):
            # Opened here, because the library keeps the file open where it fails.
            stream = held.enter_context(path.open("rb"))
            book = load_workbook(stream, read_only=True, data_only=True)
            held.callback(book.close)
            sheets = [
                Sheet(sheet.title, sheet.sheet_state != "visible", partial(_rows, sheet, path))
                for sheet in book.worksheets
            ]
        yield sheets


def _rows(sheet: Any, path: Path) -> Iterator[tuple[int, list[Any]]]:
    with _harm_told(path):
        sheet.reset_dimensions()
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, [_plain(value) for value in values]


@contextmanager
def _harm_told(path: Path) -> Iterator[None]:
    try:
        yield
    except _HARM as error:
        raise DamagedFile(f"{path} is a damaged workbook ({type(error).__name__}).") from error


def write_rows(path: Path, sheets: Iterable[tuple[str, Iterable[list[Any]]]]) -> bool:
    """Write a workbook row by row; True where a cell had to be cut to what a sheet can hold."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    cut = False
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        try:
            for row in rows:
                cut |= any(isinstance(value, str) and len(value) > _CELL_LIMIT for value in row)
                sheet.append([_cell(sheet, value) for value in row])
        except BaseException:
            sheet.close()  # it writes as it goes, and must be let go in good order
            raise
    book.save(path)
    return cut


def _cell(sheet: Any, value: Any) -> Any:
    """Text as text, whatever it starts with; anything else as it is."""
    from openpyxl.cell import WriteOnlyCell

    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=_ILLEGAL.sub("\ufffd", value)[:_CELL_LIMIT])
    cell.data_type = "s"  # never a formula
    return cell


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
