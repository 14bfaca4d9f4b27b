from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

import pytest

from coach.batch import journal_file
from coach.batch.journal import Journal
from coach.errors import SetupError, UsageError

KEY = b"k" * 16


def row(number: int, candidate: str = "") -> tuple[int, str, str, int, str, str]:
    return (number, f"r{number}", "f", number, candidate, "cheap")


def test_what_was_recorded_is_there_after_a_run_that_never_closed(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as first:
        maker = first.maker({"model": "m"})
        first.record(KEY, maker, '{"overall": 3}')
        for name in ("j", "j-wal"):  # as a killed process leaves them: no close, no checkpoint
            shutil.copy(tmp_path / name, tmp_path / name.replace("j", "k", 1))
    with Journal(tmp_path / "k") as again:
        assert again.has_grade(KEY, again.maker({"model": "m"}))


def test_a_second_run_on_one_output_is_refused_until_the_first_is_over(tmp_path: Path) -> None:
    with Journal(tmp_path / "out.jsonl.journal"), pytest.raises(UsageError, match=r"out\.jsonl\. Wait"):
        Journal(tmp_path / "out.jsonl.journal")
    Journal(tmp_path / "out.jsonl.journal").close()


def test_a_grade_made_otherwise_does_not_count_and_it_is_said_why(tmp_path: Path) -> None:
    old = {"grader": "llm", "model": "a", "prompt": "p", "rubric": "r"}
    with Journal(tmp_path / "j") as journal:
        journal.record(KEY, journal.maker(old), "{}")
    with Journal(tmp_path / "j") as journal:
        assert not journal.has_grade(KEY, journal.maker({**old, "model": "b", "prompt": "q"}))
        assert not journal.has_grade(KEY, journal.maker({**old, "rubric": "s"}))
        assert not journal.has_grade(b"other" + KEY, journal.maker(old))
        assert journal.stale == {"model (a to b), prompt": 1, "rubric": 1}


def test_forgetting_drops_grades_and_replies(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        journal.record(KEY, maker, "{}")
        journal.replies.keep("a", "{}")
    with Journal(tmp_path / "j") as journal:
        journal.forget()
        assert not journal.has_grade(KEY, maker)
        assert not journal.replies.any()


def test_failures_and_rows_are_of_one_run_alone(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        journal.add_row(row(1), (KEY, maker))
        journal.record_failure(KEY, maker, '{"status": "failed"}')
        assert [item.grade for item in journal.rows()] == ['{"status": "failed"}']
    with Journal(tmp_path / "j") as journal:
        assert list(journal.rows()) == []
        assert not journal.has_grade(KEY, maker)


def test_rows_come_in_input_order_with_their_grades(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        for number in (2, 1, 3):
            journal.add_row(row(number), (bytes([number]) * 16, maker))
        journal.record(bytes([3]) * 16, maker, "three")
        assert [(item.row, item.grade) for item in journal.rows()] == [(1, None), (2, None), (3, "three")]


def test_totals_for_each_candidate(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        for number, (who, grade) in enumerate(
            [("Bob", '{"overall":2}'), ("Ann", '{"overall":4}'), ("Bob", '{"overall":null}'), ("", "{}")]
        ):
            key = bytes([number]) * 16
            journal.add_row(row(number, who), (key, maker))
            journal.record(key, maker, grade)
        totals = [(t.candidate, t.rows, t.marked, t.mean, t.lowest) for t in journal.totals()]
        assert totals == [("Bob", 2, 1, 2.0, 2), ("Ann", 1, 1, 4.0, 4)]
        assert list(journal.candidates()) == ["Bob", "Ann"]
        assert [item.row for item in journal.rows_of("Bob")] == [0, 2]


def test_a_transaction_that_fails_keeps_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})

        def fail() -> None:
            with journal.writing():
                journal.record(KEY, maker, "{}")
                raise LookupError

        with pytest.raises(LookupError):
            fail()
    with Journal(tmp_path / "j") as journal:
        assert not journal.has_grade(KEY, maker)


def test_a_full_disk_is_told_and_costs_nothing_that_was_recorded(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        journal.record(KEY, maker, "{}")
        pages = journal._file.row("PRAGMA page_count")[0]
        journal._file.row(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(SetupError, match="free some space"):
            for number in range(100):
                journal.record(bytes([number]) * 16, maker, "x" * 5000)
    with Journal(tmp_path / "j") as journal:
        assert journal.has_grade(KEY, maker)


def test_files_that_are_no_journal_of_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a text that is long enough to be taken for a database\n" * 50)
    with pytest.raises(SetupError, match="no journal"):
        Journal(tmp_path / "text")
    other = sqlite3.connect(tmp_path / "newer")
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(SetupError, match="another version"):
        Journal(tmp_path / "newer")


def test_what_the_disk_may_not_have_yet_is_counted_until_it_is_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(
        journal_file, "_flush", lambda handle: flushed.append(Path(f"/proc/self/fd/{handle}").readlink().name)
    )
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        journal.record(KEY, maker, "{}")
        journal.replies.keep("half:a", "{}")
        journal.record_failure(KEY, maker, "{}")
        assert journal.unsynced == 2
        journal.sync()
        assert (journal.unsynced, flushed) == (0, ["j-wal"])


def test_a_disk_that_fails_to_sync_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(journal_file, "_flush", fail)
    with Journal(tmp_path / "j") as journal:
        journal.record(KEY, journal.maker({}), "{}")
        with pytest.raises(SetupError, match="another disk"):
            journal.sync()


def test_a_reader_may_outlive_the_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        for number in (1, 2):
            journal.add_row(row(number), None)
        rows = journal.rows()
        assert next(rows).row == 1
    rows.close()  # type: ignore[attr-defined]  # Iterator hides that it is a generator


def test_a_place_without_room_for_a_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / "j").mkdir()
    with pytest.raises(SetupError, match="Choose an -o in a folder"):
        Journal(tmp_path / "j")


def test_an_id_and_a_key_are_claimed_once_until_the_input_is_begun_again(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        for _ in range(2):
            maker = journal.maker({"model": "m"})
            assert [journal.claim_id(id) for id in ("a", "a", "b")] == [True, False, True]
            assert [journal.claim_key(KEY, maker) for _ in range(2)] == [True, False]
            assert journal.claim_key(KEY, journal.maker({"model": "n"}))
            journal.add_row(row(1), (KEY, maker))
            journal.record_failure(KEY, maker, "{}")
            assert [item.grade for item in journal.rows()] == ["{}"]
            journal.begin_again()
            assert list(journal.rows()) == []
        journal.add_row(row(1), (KEY, maker))
        assert [item.grade for item in journal.rows()] == [None]


def test_beginning_again_keeps_what_was_graded(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        maker = journal.maker({})
        journal.record(KEY, maker, "{}")
        journal.begin_again()
        journal.add_row(row(1), (KEY, maker))
        assert [item.grade for item in journal.rows()] == ["{}"]


def test_of_several_older_grades_the_one_with_the_smallest_change_is_told(tmp_path: Path) -> None:
    old = {"grader": "llm", "model": "a", "prompt": "p", "rubric": "r"}
    with Journal(tmp_path / "j") as journal:
        for made_of in (old, {**old, "model": "b", "rubric": "s"}):
            journal.record(KEY, journal.maker(made_of), "{}")
            journal.record(b"other" + KEY, journal.maker(made_of), "{}")
    with Journal(tmp_path / "j") as journal:
        now = journal.maker({**old, "model": "b"})
        assert not journal.has_grade(KEY, now)
        assert not journal.has_grade(b"other" + KEY, now)
        assert journal.stale == {"rubric": 2}


def test_what_only_one_of_two_grades_was_made_with_is_a_change(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.record(KEY, journal.maker({"grader": "llm", "samples": 3}), "{}")
    with Journal(tmp_path / "j") as journal:
        assert not journal.has_grade(KEY, journal.maker({"grader": "offline", "rubric": "r"}))
        assert journal.stale == {"grader (llm to offline), rubric, samples (3 to None)": 1}


def test_a_journal_makes_its_folders_says_its_version_and_may_be_closed_twice(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "j"
    with Journal(path) as journal:
        journal.sync()
        journal.close()
    plain = sqlite3.connect(path)
    assert plain.execute("PRAGMA user_version").fetchone() == (1,)
    plain.close()


def test_a_place_below_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SetupError, match=r"cannot be made: (File exists|Not a directory)\."):
        Journal(tmp_path / "file" / "j")


def test_a_disk_that_turned_read_only_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal._file.row("PRAGMA query_only = 1")
        with pytest.raises(SetupError, match="Choose an -o in a folder"):
            journal.record(KEY, 1, "{}")


def test_what_goes_wrong_while_reading_is_told(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal._file.write("DROP TABLE temp.rows")
        with pytest.raises(SetupError, match="no such table"):
            list(journal.rows())
        with pytest.raises(SetupError, match="no such table"):
            journal._file.row("SELECT 1 FROM temp.rows")


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    asked: list[int] = []

    def refuse(handle: int) -> None:
        asked.append(handle)
        raise OSError(code, "not there")

    monkeypatch.setattr(journal_file, "_flush", refuse)
    with Journal(tmp_path / "j") as journal:
        for _ in range(2):
            journal.record(KEY, journal.maker({}), "{}")
            journal.sync()
            assert journal.unsynced == 0
    assert len(asked) == 2 and asked[0] == asked[1]


def test_nothing_to_sync_is_no_failure(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        (tmp_path / "j-wal").unlink()
        journal.sync()


def test_what_made_a_grade_is_the_same_in_any_order(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        assert journal.maker({"model": "m", "prompt": "p"}) == journal.maker({"prompt": "p", "model": "m"})


def test_a_row_is_its_own_and_has_nothing_extra_unless_told(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.add_row(row(1), None)
        journal.add_row(row(2), None, copy=True, error="e", extra='{"a": 1}', record="r")
        told = [(bool(item.copy), item.error, item.extra, item.record) for item in journal.rows()]
        assert told == [(False, None, "{}", None), (True, "e", '{"a": 1}', "r")]
