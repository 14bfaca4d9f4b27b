"""The steps that bring a database to the current schema. Nothing here runs them.

Step N takes `user_version` from N to N+1. A step that was released is never edited; add another.
"""

from __future__ import annotations

from coach.store.tables_practice import PRACTICE
from coach.store.tables_preparation import DRILLS, HISTORY, LOOPS, PLAN, REPORTS, STORIES

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    PRACTICE,
    (*LOOPS, *DRILLS, *STORIES, *PLAN, *HISTORY),
    REPORTS,
)
