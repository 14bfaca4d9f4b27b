"""The steps that bring a database to the current schema. Nothing here runs them.

Step N takes `user_version` from N to N+1. A step that was released is never edited; add another.
"""

from __future__ import annotations

_FIRST = (
    """
    CREATE TABLE profile (
        name TEXT PRIMARY KEY,
        value TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE consents (
        server TEXT PRIMARY KEY,
        given_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        mode TEXT NOT NULL,
        level TEXT NOT NULL,
        grader TEXT NOT NULL,
        follow_ups INTEGER NOT NULL,
        scores INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        question_id TEXT NOT NULL,
        round TEXT,
        question TEXT NOT NULL,
        retry_of INTEGER REFERENCES attempts(id) ON DELETE SET NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'closing', 'graded', 'skipped')),
        created_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX attempts_session ON attempts(session_id)",
    "CREATE INDEX attempts_question ON attempts(question_id)",
    """
    CREATE TABLE turns (
        attempt_id INTEGER NOT NULL REFERENCES attempts(id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('interviewer', 'candidate')),
        text TEXT NOT NULL,
        criterion TEXT,
        author TEXT NOT NULL,
        seconds REAL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (attempt_id, ordinal)
    )
    """,
    """
    CREATE TABLE drafts (
        attempt_id INTEGER PRIMARY KEY REFERENCES attempts(id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE grades (
        id INTEGER PRIMARY KEY,
        attempt_id INTEGER NOT NULL REFERENCES attempts(id) ON DELETE CASCADE,
        status TEXT NOT NULL,
        overall INTEGER,
        grader TEXT NOT NULL,
        model TEXT NOT NULL,
        grade TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX grades_attempt ON grades(attempt_id)",
    """
    CREATE TABLE labels (
        id INTEGER PRIMARY KEY,
        grade_id INTEGER NOT NULL REFERENCES grades(id) ON DELETE CASCADE,
        criterion TEXT,
        score INTEGER NOT NULL,
        note TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE self_ratings (
        attempt_id INTEGER PRIMARY KEY REFERENCES attempts(id) ON DELETE CASCADE,
        overall INTEGER NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
)

# What step 2 adds, by subject.
_LOOPS: tuple[str, ...] = ()
_DRILLS: tuple[str, ...] = (
    """
    CREATE TABLE drills (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('open', 'done', 'given_up')),
        setup TEXT NOT NULL,
        overall INTEGER,
        grade TEXT,
        details TEXT NOT NULL DEFAULT '{}',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX drills_kind ON drills(kind, name)",
    """
    CREATE TABLE drill_moves (
        drill_id TEXT NOT NULL REFERENCES drills(id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        role TEXT NOT NULL CHECK (role IN ('candidate', 'coach')),
        text TEXT NOT NULL,
        data TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (drill_id, ordinal)
    )
    """,
    """
    CREATE TABLE drill_drafts (
        drill_id TEXT PRIMARY KEY REFERENCES drills(id) ON DELETE CASCADE,
        text TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
)
_STORIES: tuple[str, ...] = (
    """
    CREATE TABLE story_bank (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE story_versions (
        story_id INTEGER NOT NULL REFERENCES story_bank(id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        body TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (story_id, version)
    )
    """,
    """
    CREATE TABLE audits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        draft INTEGER NOT NULL,
        body TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
)
_PLAN: tuple[str, ...] = ()
_HISTORY: tuple[str, ...] = ()

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, (*_LOOPS, *_DRILLS, *_STORIES, *_PLAN, *_HISTORY))
