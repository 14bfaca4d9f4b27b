"""Whatever was practised, an export brings it into any other folder whole, and only once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from coach.store.archive import write_archive
from coach.store.database import Database
from coach.store.history import History
from coach.store.listing import list_sessions
from coach.store.merge import merge_archive
from coach.store.records import SessionRecord, Setup, SpokenTurn
from coach.store.sessions import Sessions
from tests.store.filled import CHURN, FRAUD, Tick, grade

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
STEP = st.tuples(st.sampled_from(["ask", "retry", "answer", "draft", "grade", "label", "rate", "skip"]), TEXT)
HISTORY = st.lists(st.lists(STEP, max_size=7), max_size=3)


def live(database: Database, history: list[list[tuple[str, str]]]) -> None:
    """Do the steps of every session; those that make no sense at their place are left out."""
    sessions = Sessions(database)
    for steps in history:
        session, attempt, turns, kept = sessions.start(Setup()), 0, 0, 0
        for step, text in steps:
            if step == "ask" or (step == "retry" and attempt):
                before = attempt if step == "retry" else None
                attempt = sessions.open_attempt(session, CHURN if text else FRAUD, retry_of=before)
                turns = kept = 0
            elif attempt and step == "answer":
                sessions.add_turn(attempt, turns, SpokenTurn(role="candidate", text=text, seconds=1.5))
                turns += 1
            elif attempt and step == "draft":
                sessions.save_draft(attempt, text)
            elif attempt and step == "grade":
                kept = sessions.add_grade(attempt, grade(len(text) % 4 + 1, quote=text))
            elif kept and step == "label":
                sessions.add_label(kept, 2, note=text)
            elif attempt and step == "rate":
                sessions.rate_self(attempt, len(text) % 4 + 1)
            elif attempt and step == "skip":
                sessions.skip(attempt)


def sessions_of(database: Database) -> dict[str, SessionRecord]:
    """Every session with its numbers told from where it begins, as they differ from folder to folder."""
    history = History(database)
    return {line.id: _renumbered(history.get(line.id)) for line in list_sessions(database)}


def _renumbered(record: SessionRecord) -> SessionRecord:
    first = record.attempts[0].id if record.attempts else 0
    attempts = tuple(
        attempt.model_copy(
            update={
                "id": attempt.id - first,
                "retry_of": None if attempt.retry_of is None else attempt.retry_of - first,
                "grades": tuple(kept.model_copy(update={"id": 0}) for kept in attempt.grades),
            }
        )
        for attempt in record.attempts
    )
    return record.model_copy(update={"attempts": attempts})


@settings(max_examples=15)
@given(HISTORY, HISTORY)
def test_two_folders_exchange_what_they_hold(
    mine: list[list[tuple[str, str]]], theirs: list[list[tuple[str, str]]]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Database(Path(folder) / "a.db", clock=Tick()) as one,
        Database(Path(folder) / "b.db", clock=Tick()) as other,
    ):
        live(one, mine)
        live(other, theirs)
        whole = {**sessions_of(one), **sessions_of(other)}
        for source, target in ((one, other), (other, one), (one, other)):
            merge_archive(target, enumerate(list(write_archive(source)), start=1), "file")
        assert sessions_of(one) == whole
        assert sessions_of(other) == whole
        again = merge_archive(one, enumerate(list(write_archive(other)), start=1), "file")
        assert (again.added, again.updated, again.kept) == ({}, {}, {})
