"""The rubric that a row brings or names. A row is a stranger's: it opens no file that nobody meant it to."""

from __future__ import annotations

import json
import os
from pathlib import Path, PureWindowsPath
from typing import Any

from pydantic import ValidationError

from coach.errors import CoachError, RowError
from coach.guides.corpus import load_rubric
from coach.schema.rubric import Rubric

_SUFFIXES = (".yaml", ".yml", ".json")


def read_row_rubric(given: str, folder: Path | None) -> Rubric:
    """A rubric written as JSON, or the file of that name in `folder`; raises RowError that says why not."""
    try:
        if given.lstrip().startswith("{"):
            rubric: Rubric = Rubric.model_validate({"name": "row", **json.loads(given)})
            return rubric
        return load_rubric(_allowed(given, folder))
    except RowError:
        raise
    except CoachError as error:
        raise RowError("bad_row", f"rubric: {error}") from error
    except OSError as error:
        raise RowError("bad_row", f"rubric: the file cannot be read: {error.strerror}.") from error
    except (ValidationError, ValueError) as error:
        first: Any = error.errors()[0] if isinstance(error, ValidationError) else {"msg": error}
        raise RowError("bad_row", f"rubric: {first['msg']}") from error


def _allowed(given: str, folder: Path | None) -> Path:
    """The file, where it lies in the folder once every link is followed; raises RowError elsewhere."""
    if folder is None:
        raise RowError(
            "bad_row",
            "rubric: a row that comes from no folder may name no file. Say with --rubric-dir where they lie,"
            " or put the rubric into the row.",
        )
    shown = given if len(given) <= 100 else f"{given[:100]}..."
    windows = PureWindowsPath(given)  # which takes / and \ for separators, and knows drives
    path = folder / windows.as_posix()
    if (
        (windows.drive and os.name != "nt")
        or ".." in windows.parts
        or windows.suffix.lower() not in _SUFFIXES
        or not path.resolve().is_relative_to(folder.resolve())
    ):
        raise RowError(
            "bad_row",
            f"rubric: {shown!r} is not opened. A row may name a .yaml or .json file in its input's folder"
            " (the current one for standard input), or in the one that --rubric-dir names.",
        )
    if not path.is_file():
        raise RowError("bad_row", f"rubric: there is no file {shown!r} beside the input.")
    return path
