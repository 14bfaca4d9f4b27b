"""The candidate's profile and what they have agreed to send to which server."""

from __future__ import annotations

import json
from datetime import date

from pydantic import Field

from coach.schema.base import Frozen
from coach.store.database import Database


class Profile(Frozen):
    """What the candidate says of themselves; None and empty mean not told."""

    experience: str = ""
    companies: tuple[str, ...] = ()
    level: str | None = None
    interview_date: date | None = None
    hours_per_week: float | None = Field(default=None, gt=0, le=112)

    def days_left(self, today: date) -> int | None:
        """Days until the interview, or None where no date is set or it has passed."""
        if self.interview_date is None or self.interview_date < today:
            return None
        return (self.interview_date - today).days


class Profiles:
    """The one profile of this data folder, and the consents given in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> Profile:
        rows = self._database.read("SELECT name, value FROM profile")
        known = {row["name"]: json.loads(row["value"]) for row in rows if row["name"] in Profile.model_fields}
        return Profile.model_validate(known)

    def save(self, profile: Profile) -> None:
        now = self._database.now()
        with self._database.write() as connection:
            for name, value in profile.model_dump(mode="json").items():
                connection.execute(
                    "INSERT OR REPLACE INTO profile VALUES (?, ?, ?)", (name, json.dumps(value), now)
                )

    def has_consent(self, server: str) -> bool:
        return bool(self._database.read("SELECT 1 FROM consents WHERE server = ?", (server,)))

    def give_consent(self, server: str) -> None:
        with self._database.write() as connection:
            now = self._database.now()
            connection.execute("INSERT OR REPLACE INTO consents VALUES (?, ?)", (server, now))
