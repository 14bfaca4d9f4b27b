"""Model replies in a journal: kept ones of rows that are not finished, and those that are being imported."""

from __future__ import annotations

from dataclasses import dataclass

from coach.batch.journal_file import JournalFile

HALF = "half:"  # starts the names of replies that belong to rows which are not finished yet
SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (name TEXT PRIMARY KEY, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TEMP TABLE incoming (name TEXT PRIMARY KEY, reply TEXT, why TEXT NOT NULL, used INTEGER NOT NULL)
    WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A reply that is being imported, as JSON; None where the request failed, with the reason in `why`."""

    reply: str | None
    why: str


class Replies:
    """Replies by their request's name. Every method raises SetupError where the disk does not play along."""

    def __init__(self, file: JournalFile) -> None:
        self._file = file

    def keep(self, name: str, reply: str) -> None:
        """Keep one reply for good."""
        self._file.keep("INSERT OR REPLACE INTO main.replies VALUES (?, ?)", (name, reply))

    def find(self, name: str) -> str | None:
        found = self._file.row("SELECT reply FROM main.replies WHERE name = ?", (name,))
        return found[0] if found else None

    def drop(self, prefix: str) -> None:
        """Forget the kept replies whose names start so."""
        self._file.write("DELETE FROM main.replies WHERE substr(name, 1, ?) = ?", (len(prefix), prefix))

    def any(self) -> bool:
        return self._file.row("SELECT 1 FROM main.replies LIMIT 1") is not None

    def add_incoming(self, name: str, reply: str | None, why: str) -> None:
        """Take note of a reply that is being imported, instead of an earlier failure of that name."""
        self._file.write("INSERT OR REPLACE INTO temp.incoming VALUES (?, ?, ?, 0)", (name, reply, why))

    def incoming(self, name: str) -> Incoming | None:
        found = self._file.row("SELECT reply, why FROM temp.incoming WHERE name = ?", (name,))
        return Incoming(*found) if found else None

    def drop_incoming(self) -> None:
        """Forget what was being imported, failures with their reasons included."""
        self._file.write("DELETE FROM temp.incoming")

    def use_incoming(self, name: str) -> None:
        """Mark that a row of this run asks for that reply."""
        self._file.write("UPDATE temp.incoming SET used = 1 WHERE name = ?", (name,))

    def stranger(self) -> str | None:
        """A name that was imported although no row asks for it, and none did before."""
        found = self._file.row(
            "SELECT name FROM temp.incoming WHERE NOT used"
            " AND name NOT IN (SELECT name FROM main.replies) LIMIT 1"
        )
        return found[0] if found else None

    def keep_incoming(self) -> None:
        """Keep the imported replies for good."""
        self._file.keep(
            "INSERT OR IGNORE INTO main.replies SELECT name, reply FROM temp.incoming WHERE reply IS NOT NULL"
        )
