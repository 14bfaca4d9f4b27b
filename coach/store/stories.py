"""The story bank and the audit of shipped features: written the moment a part is given, read back whole."""

from __future__ import annotations

import json
import sqlite3

from coach.errors import StoreError
from coach.schema.story import AuditEntry, Story
from coach.store.database import Database

# Fields that the tables keep beside the body.
_KEPT_BESIDE = {"id", "version", "draft", "created_at", "updated_at"}


class Stories:
    """Stories by id; every change of a finished one is a new version, and the old ones stay."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, story: Story) -> Story:
        """Keep a new story, a draft included, and return it with its id."""
        now = self._database.now()
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO story_bank (draft, created_at, updated_at) VALUES (?, ?, ?)",
                (int(story.draft), now, now),
            )
            number = int(cursor.lastrowid or 0)
            self._insert(connection, number, 1, story, now)
        return self.get(number)

    def save(self, story: Story) -> Story:
        """Keep a changed story: a draft in place, a finished one as a new version.

        Nothing is written where nothing changed. Raises StoreError where there is no such story.
        """
        before = self.get(story.id)
        same = _body(before) == _body(story)
        if same and before.draft == story.draft:
            return before
        now = self._database.now()
        with self._database.write() as connection:
            if before.draft:
                connection.execute(
                    "UPDATE story_versions SET body = ?, created_at = ? WHERE story_id = ? AND version = ?",
                    (_body(story), now, story.id, before.version),
                )
            elif not same:
                self._insert(connection, story.id, before.version + 1, story, now)
            connection.execute(
                "UPDATE story_bank SET draft = ?, updated_at = ? WHERE id = ?",
                (int(story.draft), now, story.id),
            )
        return self.get(story.id)

    def get(self, number: int, version: int | None = None) -> Story:
        """A story in its latest version or the one named; StoreError where there is none."""
        for story in self._read("WHERE s.id = ?", (number,), latest=version is None):
            if version is None or story.version == version:
                return story
        which = f" in version {version}" if version is not None else ""
        raise StoreError(f"There is no story {number}{which}. `coach story list` shows them.")

    def all(self, *, drafts: bool = True) -> list[Story]:
        """Every story in its latest version, oldest first."""
        return self._read("" if drafts else "WHERE s.draft = 0", ())

    def versions(self, number: int) -> list[Story]:
        """Every version of a story, oldest first; empty where there is no such story."""
        return self._read("WHERE s.id = ?", (number,), latest=False)

    def delete(self, number: int) -> None:
        """Remove a story with all its versions; StoreError where there is none."""
        self.get(number)
        with self._database.write() as connection:
            connection.execute("DELETE FROM story_bank WHERE id = ?", (number,))

    def _insert(
        self, connection: sqlite3.Connection, number: int, version: int, story: Story, now: str
    ) -> None:
        connection.execute(
            "INSERT INTO story_versions VALUES (?, ?, ?, ?)", (number, version, _body(story), now)
        )

    def _read(self, where: str, values: tuple[int, ...], *, latest: bool = True) -> list[Story]:
        newest = "v.version = (SELECT max(version) FROM story_versions w WHERE w.story_id = s.id)"
        condition = f"{where} {'AND' if where else 'WHERE'} {newest}" if latest else where
        rows = self._database.read(
            "SELECT s.id, s.draft, s.created_at, v.version, v.body, v.created_at AS updated_at"
            f" FROM story_bank s JOIN story_versions v ON v.story_id = s.id {condition}"
            " ORDER BY s.id, v.version",
            values,
        )
        return [Story.model_validate_json(row["body"]).model_copy(update=_beside(row)) for row in rows]


class Audits:
    """Audited features by id; a change takes the place of what was there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, entry: AuditEntry) -> AuditEntry:
        """Keep a new entry, a draft included, and return it with its id."""
        now = self._database.now()
        with self._database.write() as connection:
            cursor = connection.execute(
                "INSERT INTO audits (draft, body, created_at, updated_at) VALUES (?, ?, ?, ?)",
                (int(entry.draft), _body(entry), now, now),
            )
        return self.get(int(cursor.lastrowid or 0))

    def save(self, entry: AuditEntry) -> AuditEntry:
        """Keep a changed entry; StoreError where there is no such entry."""
        self.get(entry.id)
        with self._database.write() as connection:
            connection.execute(
                "UPDATE audits SET draft = ?, body = ?, updated_at = ? WHERE id = ?",
                (int(entry.draft), _body(entry), self._database.now(), entry.id),
            )
        return self.get(entry.id)

    def get(self, number: int) -> AuditEntry:
        """One entry; StoreError where there is none."""
        found = self._read("WHERE id = ?", (number,))
        if not found:
            raise StoreError(f"There is no audited feature {number}. `coach audit list` shows them.")
        return found[0]

    def all(self, *, drafts: bool = True) -> list[AuditEntry]:
        """Every entry, oldest first."""
        return self._read("" if drafts else "WHERE draft = 0", ())

    def delete(self, number: int) -> None:
        self.get(number)
        with self._database.write() as connection:
            connection.execute("DELETE FROM audits WHERE id = ?", (number,))

    def _read(self, where: str, values: tuple[int, ...]) -> list[AuditEntry]:
        rows = self._database.read(f"SELECT * FROM audits {where} ORDER BY id", values)
        return [AuditEntry.model_validate_json(row["body"]).model_copy(update=_beside(row)) for row in rows]


def _body(noun: Story | AuditEntry) -> str:
    text = json.dumps(noun.model_dump(mode="python", exclude=_KEPT_BESIDE), ensure_ascii=False)
    # A lone surrogate, as a broken paste may bring, becomes a question mark: UTF-8 cannot hold it.
    return text.encode("utf-8", "replace").decode("utf-8")


def _beside(row: sqlite3.Row) -> dict[str, object]:
    names = [name for name in row.keys() if name in _KEPT_BESIDE]  # noqa: SIM118 (iterating over a Row gives its values)
    return {name: bool(row[name]) if name == "draft" else row[name] for name in names}
