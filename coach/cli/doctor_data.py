"""Checks of what belongs to the user: folders, disk, database, search index. Changes none of them."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from shlex import quote

from coach.cli.doctor_finding import Finding, fail, ok, warn
from coach.store.migrations import MIGRATIONS

_LITTLE, _TOO_LITTLE = 500 * 2**20, 50 * 2**20


def check_folder(name: str, folder: Path) -> Finding:
    """The folder, or the one above it where it is yet to be made, takes a file."""
    there = _nearest(folder)
    shown = quote(str(there))
    if not there.is_dir():
        return fail(name, f"{there} is a file, not a folder.", f"mv {shown} {shown}.old")
    if not os.access(there, os.W_OK | os.X_OK) or not _takes_a_file(there):
        return fail(name, f"{there} cannot be written.", f"chmod u+rwx {shown}")
    return ok(name, str(folder) if there == folder else f"{folder} (made when it is needed)")


def _nearest(path: Path) -> Path:
    """The path, or the nearest one above it that exists."""
    return next(above for above in (path, *path.absolute().parents) if above.exists())


def _takes_a_file(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"coach")
    except OSError:
        return False
    return True


def check_disk(folder: Path, free: int | None = None) -> Finding:
    """There is room to save answers; `free` is in bytes, measured where it is not given."""
    there = _nearest(folder)
    left = shutil.disk_usage(there).free if free is None else free
    shown = f"{left / 2**30:.1f} GiB free"
    if left < _TOO_LITTLE:
        return fail("disk", f"{shown} at {there}: answers may not be saved.", f"du -sh {quote(str(there))}/*")
    if left < _LITTLE:
        return warn("disk", f"{shown} at {there}.", f"du -sh {quote(str(there))}/*")
    return ok("disk", shown)


def check_database(path: Path) -> Finding:
    """The history has a schema that this program knows, and is whole. Opened for reading alone."""
    if not path.exists():
        return ok("database", "none yet; made with your first answer")
    shown = quote(str(path))
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=1.0)
        ) as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            attempts = _count(connection)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            return warn("database", f"{path} is in use by another program.", "coach doctor")
        return fail("database", f"{path} cannot be read ({error}).", _bring_back(path))
    if version > len(MIGRATIONS):
        return fail(
            "database",
            f"{path} was written by a newer coach (schema {version}, this one knows {len(MIGRATIONS)}).",
            "git pull && make install",
        )
    if said != "ok":
        return fail("database", f"{path} is damaged: {said}.", _bring_back(path))
    if not os.access(path, os.W_OK):
        return fail("database", f"{path} is read-only.", f"chmod u+rw {shown}")
    if version < len(MIGRATIONS):
        return ok(
            "database", f"schema {version}, brought to {len(MIGRATIONS)} at the next use (with a backup)"
        )
    return ok("database", f"schema {version}, whole, {attempts:,} answers")


def _count(connection: sqlite3.Connection) -> int:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'attempts'").fetchone()
    return int(connection.execute("SELECT count(*) FROM attempts").fetchone()[0]) if known else 0


def _bring_back(path: Path) -> str:
    """Moves the file aside, and the newest backup into its place where there is one."""
    shown, aside = quote(str(path)), quote(f"{path}.damaged")
    backups = sorted(path.parent.glob(f"{path.name}.*.backup"))
    again = f" && cp {quote(str(backups[-1]))} {shown}" if backups else ""
    return f"mv {shown} {aside}{again}"
