"""Tables of the first schema: profile, sessions, answers, grades. The step is released and never edited."""

from __future__ import annotations

PRACTICE = (
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
