"""Writes whole files or none: a crash or a full disk leaves the old file as it was."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from coach.errors import SetupError


def write_whole(path: Path, pieces: Iterable[str], *, mode: int = 0o644) -> None:
    """Write `pieces` to `path` as UTF-8, through a temporary file beside it that is then renamed.

    `mode` is who may read it. Raises SetupError that names the file when the disk or the permissions
    do not allow it.
    """
    with replacing(path, mode=mode) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


@contextmanager
def replacing(path: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """A temporary file beside `path` to be written, which takes its place when all went well and is on disk.

    Raises SetupError that names `path` when the disk or the permissions do not allow it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        temporary = Path(name)
        try:
            try:
                yield temporary
                os.fsync(handle)
            finally:
                os.close(handle)
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SetupError(
            f"{path} cannot be written: {error.strerror}. Free some space, or choose another folder."
        ) from error


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (1-based line number, text) of the lines of `path` that are not blank.

    Lines end at a line feed alone, so that JSON text may hold other line separators. Raises SetupError
    when the file cannot be read or is no UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is not UTF-8 text.") from error
