"""Tables that came later: loops, drills, stories, the plan, marks as columns, what exercises saw."""

from __future__ import annotations

LOOPS: tuple[str, ...] = (
    """
    CREATE TABLE loops (
        id TEXT PRIMARY KEY,
        plan TEXT NOT NULL,
        setup TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE loop_rounds (
        loop_id TEXT NOT NULL REFERENCES loops(id) ON DELETE CASCADE,
        round_id TEXT NOT NULL,
        session_id TEXT NOT NULL UNIQUE REFERENCES sessions(id) ON DELETE CASCADE,
        clock REAL NOT NULL,
        ended TEXT,
        PRIMARY KEY (loop_id, round_id)
    )
    """,
    """
    CREATE TABLE loop_cases (
        session_id TEXT PRIMARY KEY REFERENCES sessions(id) ON DELETE CASCADE,
        basis TEXT NOT NULL,
        text TEXT NOT NULL,
        model TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    # Marks of a person who held a mock interview; no attempt means the whole round.
    """
    CREATE TABLE human_marks (
        id INTEGER PRIMARY KEY,
        session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE,
        attempt_id INTEGER REFERENCES attempts(id) ON DELETE CASCADE,
        criterion TEXT,
        mark INTEGER NOT NULL,
        note TEXT NOT NULL,
        person TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX human_marks_session ON human_marks(session_id)",
)
DRILLS: tuple[str, ...] = (
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
STORIES: tuple[str, ...] = (
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
PLAN: tuple[str, ...] = (
    """
    CREATE TABLE plans (
        id TEXT PRIMARY KEY,
        body TEXT NOT NULL,
        made_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        ended_at TEXT
    )
    """,
    """
    CREATE TABLE plan_items (
        plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        body TEXT NOT NULL,
        day TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
        closed_by TEXT,
        closed_at TEXT,
        PRIMARY KEY (plan_id, number)
    )
    """,
    # What was done ticks one item of a plan, never two.
    "CREATE UNIQUE INDEX plan_items_deed ON plan_items(plan_id, closed_by) WHERE closed_by LIKE '%:%'",
    """
    CREATE TABLE plan_notes (
        plan_id TEXT NOT NULL REFERENCES plans(id) ON DELETE CASCADE,
        day TEXT NOT NULL,
        text TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE plan_reviews (
        attempt_id INTEGER NOT NULL REFERENCES attempts(id) ON DELETE CASCADE,
        card TEXT NOT NULL,
        mark INTEGER NOT NULL,
        day TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (attempt_id, card)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX plan_reviews_card ON plan_reviews(card, at, attempt_id)",
    """
    CREATE TABLE plan_cards (
        card TEXT PRIMARY KEY,
        times INTEGER NOT NULL,
        mark INTEGER NOT NULL,
        last_at TEXT NOT NULL,
        last_day TEXT NOT NULL,
        stability REAL,
        difficulty REAL,
        due TEXT
    ) WITHOUT ROWID
    """,
)
# What a grade says, as columns: kept by a trigger, so that thousands of grades are read without their JSON.
HISTORY: tuple[str, ...] = (
    """
    CREATE TABLE marks (
        grade_id INTEGER PRIMARY KEY REFERENCES grades(id) ON DELETE CASCADE,
        prompt TEXT NOT NULL,
        rubric TEXT NOT NULL,
        guides TEXT NOT NULL,
        low INTEGER,
        high INTEGER
    )
    """,
    """
    CREATE TABLE verdicts (
        grade_id INTEGER NOT NULL REFERENCES grades(id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        criterion TEXT NOT NULL,
        score INTEGER,
        PRIMARY KEY (grade_id, ordinal)
    ) WITHOUT ROWID
    """,
    """
    CREATE TRIGGER grades_spread AFTER INSERT ON grades BEGIN
        INSERT INTO marks VALUES (
            new.id,
            coalesce(json_extract(new.grade, '$.grader.prompt'), ''),
            coalesce(json_extract(new.grade, '$.grader.rubric'), ''),
            coalesce(json_extract(new.grade, '$.grader.guides'), ''),
            json_extract(new.grade, '$.range[0]'),
            json_extract(new.grade, '$.range[1]')
        );
        INSERT INTO verdicts
        SELECT new.id, item.key, json_extract(item.value, '$.id'), json_extract(item.value, '$.score')
        FROM json_each(new.grade, '$.criteria') AS item;
    END
    """,
    """
    INSERT INTO marks
    SELECT
        id,
        coalesce(json_extract(grade, '$.grader.prompt'), ''),
        coalesce(json_extract(grade, '$.grader.rubric'), ''),
        coalesce(json_extract(grade, '$.grader.guides'), ''),
        json_extract(grade, '$.range[0]'),
        json_extract(grade, '$.range[1]')
    FROM grades WHERE json_valid(grade)
    """,
    """
    INSERT INTO verdicts
    SELECT g.id, item.key, json_extract(item.value, '$.id'), json_extract(item.value, '$.score')
    FROM grades AS g, json_each(g.grade, '$.criteria') AS item WHERE json_valid(g.grade)
    """,
    "CREATE INDEX sessions_updated ON sessions(updated_at)",
)

# What an exercise saw in an answer, beside the grade.
REPORTS: tuple[str, ...] = (
    """
    CREATE TABLE exercise_reports (
        attempt_id INTEGER PRIMARY KEY REFERENCES attempts(id) ON DELETE CASCADE,
        report TEXT NOT NULL,
        created_at TEXT NOT NULL
    )
    """,
)
