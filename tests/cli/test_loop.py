"""`coach loop` as a script drives it: whole loops through a pipe, left anywhere and taken up again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coach.schema.grade import Grade, GradeError, GradeTask
from coach.store.database import Database
from coach.store.history import History
from coach.store.loops import Loops
from tests.cli.conftest import LengthGrader, Piped, Result

ANSWER = (
    "I would cut the threshold to 30% because a false alarm costs 15 dollars and a miss costs 2,000. " * 2
)
START = ("loop", "start", "general", "--short", "--json")
# Follow-ups of each round of the general loop, in its order.
FOLLOW_UPS = (3, 2, 3, 2, 2)


def blocks(*answers: str) -> str:
    return "\n---\n".join(answers) + "\n---\n"


def whole_loop(answer: str = ANSWER) -> str:
    return blocks(*[answer] * sum(1 + n for n in FOLLOW_UPS))


def loop_id(home: Path) -> str:
    database = Database(home / "coach.db")
    try:
        return Loops(database).all()[0].id
    finally:
        database.close()


def debrief(piped: Piped, *more: str) -> dict[str, Any]:
    result = piped("loop", "debrief", "--json", *more)
    data: dict[str, Any] = json.loads(result.out)
    return data


def test_a_whole_loop_through_a_pipe(piped: Piped, local: LengthGrader) -> None:
    result = piped(*START, given=whole_loop())
    assert result.code == 0, result.err
    assert [item["round"] for item in result.objects] == [
        "system-design",
        "product-sense",
        "deep-dive",
        "leadership",
        "behaviour",
    ]
    assert [(len(item["turns"]) - 1) // 2 for item in result.objects] == list(FOLLOW_UPS)
    questions = [item["question_id"] for item in result.objects]
    assert len(set(questions)) == 5
    assert "All rounds that count are done" in " ".join(result.err.split())
    found = debrief(piped)
    assert [item["state"] for item in found["rounds"]] == ["graded"] * 5
    assert found["decision"]["outcome"] == "hire"
    status = json.loads(piped("loop", "status", "--json").out)
    assert (status["done"], status["next"]) == (True, None)


def test_rounds_are_taken_up_wherever_they_were_left(
    piped: Piped, local: LengthGrader, clean_environment: Path
) -> None:
    answers = [f"{ANSWER} Number {n}." for n in range(12)]
    piped("loop", "start", "start-up", "--short", "--json", given="")
    for text in answers:
        result = piped("loop", "continue", "--json", given=f"{text}\n---\n/quit")
        assert result.code == 0, result.err
    over = piped("loop", "continue", given="More.")
    assert over.code == 2
    assert "Every round of" in over.err
    database = Database(clean_environment / "coach.db")
    rounds = Loops(database).all()[0].rounds
    sessions = [History(database).get(item.session_id) for item in rounds]
    database.close()
    said = [t.text for s in sessions for a in s.attempts for t in a.turns if t.role == "candidate"]
    assert said == answers
    assert all(session.setup.kind == "loop" for session in sessions)
    assert debrief(piped)["decision"]["outcome"] == "hire"


class Killed(BaseException):
    """The process dies at this very statement."""


# The first two writes make the tables and the loop itself.
@pytest.mark.parametrize("step", range(2, 26))
def test_a_kill_between_any_two_writes_loses_nothing(
    piped: Piped, local: LengthGrader, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The process dies before its n-th write; the loop is then carried to its end."""
    written, write = 0, Database.write

    def dying(self: Database) -> Any:
        nonlocal written
        written += 1
        if written > step:
            raise Killed
        return write(self)

    start = ("loop", "start", "start-up", "--short", "--json")
    answers = [f"{ANSWER} Number {n}." for n in range(12)]
    with monkeypatch.context() as patched:
        patched.setattr(Database, "write", dying)
        with pytest.raises(Killed):
            piped(*start, given=blocks(*answers))
    result = piped("loop", "continue", "--json", given=blocks(*answers))
    assert result.code == 0, result.err
    status = json.loads(piped("loop", "status", "--json").out)
    assert status["done"]
    assert [item["answered"] for item in status["rounds"]] == [1] * 4


def test_nothing_is_given_away_before_the_debrief_in_mock_mode(piped: Piped, local: LengthGrader) -> None:
    told = blocks(ANSWER, "/hint", "/example", "/mark 3", "/retry", "/next", ANSWER)
    result = piped("loop", "start", "large-search", "--short", given=told)
    text = " ".join((result.out + result.err).split())
    assert "Mark " not in text
    assert "Criterion by criterion" not in text
    assert text.count("In a mock interview nobody helps") == 2
    assert "Marks wait for the debrief" in text
    assert text.count("In a loop every question is asked once") == 2
    early = piped("loop", "debrief")
    assert early.code == 2
    assert "Still to come: Hiring manager, Technical on-site, Product on-site" in early.err
    assert debrief(piped, "--now")["decision"]["outcome"] == "undecided"


def test_learn_mode_gives_feedback_after_each_answer(piped: Piped, local: LengthGrader) -> None:
    start = ("loop", "start", "large-search", "--short", "--mode", "learn")
    result = piped(*start, given=blocks("/hint", ANSWER, ANSWER))
    assert "So far." in result.out
    assert "Mark 4 of 4" in result.out
    assert "Evidence from experience: Is there one real episode" in " ".join(result.out.split())


def test_no_scores_keeps_words_on_screen(piped: Piped, local: LengthGrader) -> None:
    start = ("loop", "start", "large-search", "--short", "--no-scores", "--mode", "learn")
    result = piped(*start, given=blocks(ANSWER, ANSWER))
    assert "Mark 4" not in result.out
    assert "Clear yes" in result.out
    page = piped("loop", "debrief", "--now", "--full")
    assert "●" not in page.out
    assert "clear yes" in page.out
    assert "(4)" not in page.out
    assert "(2)" not in page.out
    assert debrief(piped, "--now")["rounds"][0]["mark"] == 4


def test_the_screen_fits_80_columns_and_is_not_coloured(
    piped: Piped, local: LengthGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    piped("loop", "start", "large-search", "--short", given=blocks(ANSWER, ANSWER, *["Not sure."] * 9))
    for command in (
        ("loop",),
        ("loop", "list"),
        ("loop", "list", "retailer"),
        ("loop", "status"),
        ("loop", "debrief"),
        ("loop", "debrief", "--full"),
    ):
        result = piped(*command)
        assert result.code == 0, result.err
        assert max(map(len, result.out.splitlines())) <= 80, command
        assert "\x1b" not in result.out + result.err


def test_marks_of_a_person(piped: Piped, local: LengthGrader, clean_environment: Path) -> None:
    piped("loop", "start", "large-search", "--short", given=blocks(*[ANSWER] * 12))
    name = loop_id(clean_environment)
    assert piped("loop", "mark", name, "technical", "--mark", "1", "--note", "no \x1b[31mrollback").code == 0
    given = ("--mark", "3", "--criterion", "ownership", "--by", "Ana")
    assert piped("loop", "mark", name, "hiring-manager", *given).code == 0
    text = " ".join(piped("loop", "debrief").out.split())
    assert "A person: the round, clear no (1). no rollback" in text
    assert "Ana: Ownership, lean yes (3)" in text
    assert "The decision: Hire" in text
    assert "With the marks of the people who interviewed you: no hire" in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("loop", "start", "nothing"), 2, "There is no loop 'nothing'"),
        (("loop", "start", "general", "--rounds", "8"), 2, "The loop general has 5 to 7 rounds"),
        (("loop", "start", "retailer", "--rounds", "4"), 2, "The loop retailer has 5 rounds"),
        (("loop", "continue"), 2, "There is no loop yet"),
        (("loop", "continue", "loop-1"), 3, "There is no loop loop-1"),
        (("loop", "debrief"), 2, "There is no loop yet"),
        (("loop", "mark", "loop-1", "x", "--mark", "5"), 2, "Invalid value for '--mark'"),
    ],
)
def test_what_cannot_be_done_is_told(
    piped: Piped, local: LengthGrader, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = piped(*arguments)
    assert result.code == code
    assert message in " ".join(result.err.split())
    assert "Traceback" not in result.err


def test_marks_for_unknown_things_are_refused(
    piped: Piped, local: LengthGrader, clean_environment: Path
) -> None:
    piped("loop", "start", "large-search", "--short", given=blocks(ANSWER, ANSWER))
    name = loop_id(clean_environment)
    for arguments, message in (
        (("nothing", "--mark", "2"), "has no round 'nothing'"),
        (("product", "--mark", "2"), "was not held yet"),
        (("recruiter", "--mark", "2", "--criterion", "charm"), "There is no criterion charm"),
    ):
        result = piped("loop", "mark", name, *arguments)
        assert result.code == 2
        assert message in " ".join(result.err.split())


def test_a_round_out_of_its_order_and_one_that_is_done(piped: Piped, local: LengthGrader) -> None:
    piped("loop", "start", "large-search", "--short", given="")
    result = piped("loop", "continue", "--round", "product", "--json", given=blocks(*[ANSWER] * 3))
    assert [item["round"] for item in result.objects] == ["product"]
    again = piped("loop", "continue", "--round", "product", given=blocks(ANSWER))
    assert again.code == 2
    assert "The round product is done" in again.err


def test_a_round_of_a_loop_is_not_gone_on_with_as_practice(
    piped: Piped, local: LengthGrader, clean_environment: Path
) -> None:
    piped("loop", "start", "large-search", "--short", given=blocks(ANSWER))
    session = json.loads(piped("loop", "status", "--json").out)["rounds"][0]["session"]
    result = piped("practice", "--session", session, given="More.")
    assert result.code == 2
    assert "coach loop continue" in " ".join(result.err.split())


def test_the_level_of_the_loop_reaches_the_grader(piped: Piped, local: LengthGrader) -> None:
    piped("loop", "start", "general", "--short", "--level", "pm", given=blocks(*[ANSWER] * 4))
    assert "System constraints:" in local.tasks[-1].level_note


def test_more_rounds_where_the_mix_allows_it(piped: Piped, local: LengthGrader) -> None:
    piped("loop", "start", "general", "--rounds", "7", given="")
    rounds = json.loads(piped("loop", "status", "--json").out)["rounds"]
    assert len(rounds) == 7


def test_a_skipped_question_is_replaced_and_noted(piped: Piped, local: LengthGrader) -> None:
    result = piped(
        "loop", "start", "large-search", "--short", "--json", given=blocks("/skip", ANSWER, ANSWER)
    )
    assert len(result.objects) == 1
    assert debrief(piped, "--now")["rounds"][0]["passed_over"] == 1


class FailingGrader(LengthGrader):
    """A grader whose server is away until `back` is set."""

    back = False

    async def grade(self, task: GradeTask) -> Grade:
        grade = await super().grade(task)
        if self.back:
            return grade
        error = GradeError(kind="unavailable", message="The server did not answer.")
        blank = {"status": "ungraded", "score": None}
        criteria = tuple(item.model_copy(update=blank) for item in grade.criteria)
        changed = {"status": "ungraded", "overall": None, "range": None, "criteria": criteria, "error": error}
        return grade.model_copy(update=changed)


def test_what_was_not_graded_is_graded_again(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    grader = FailingGrader()
    monkeypatch.setattr("coach.cli.wiring.Rooms.local_grader", lambda self: grader)
    result = piped("loop", "start", "large-search", "--short", given=blocks(ANSWER, ANSWER))
    assert result.code == 1
    assert "That answer is not graded: The server did not answer." in " ".join(result.err.split())
    held = piped("loop", "debrief", "--now")
    assert held.code == 1
    assert "not graded" in held.out
    assert piped("loop", "grade").code == 1
    grader.back = True
    assert "1 graded, 0 still without a mark" in piped("loop", "grade").err
    assert debrief(piped, "--now")["rounds"][0]["mark"] == 4


def test_the_debrief_as_markdown(piped: Piped, local: LengthGrader, tmp_path: Path) -> None:
    hostile = f"{ANSWER} <script>alert(1)</script> # not a heading"
    piped("loop", "start", "large-search", "--short", given=blocks(*[hostile] * 12))
    page = tmp_path / "debrief.md"
    result = piped("loop", "debrief", "--markdown", str(page))
    assert result.code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Debrief: A large search company\n")
    assert "## Hire" in text
    assert "> I would cut" in text
    assert "<script" not in text
    missing = piped("loop", "debrief", "--markdown", str(tmp_path / "no" / "debrief.md"))
    assert missing.code == 3


def test_the_installed_program_starts_lean() -> None:
    script = (
        "import sys, coach.cli.app as app; app.run(['loop']);"
        "print([m for m in ('chromadb','langchain','openai','sklearn','matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.rstrip().endswith("[]")


def shown(result: Result) -> str:
    return " ".join(result.out.split())


def test_home_says_what_comes_next(piped: Piped, local: LengthGrader) -> None:
    first = piped("loop")
    assert "large-search A large search company" in shown(first)
    assert "coach loop start" in first.err
    piped("loop", "start", "large-search", "--short", given=blocks(ANSWER, ANSWER))
    second = piped("loop")
    assert "● Recruiter call done" in shown(second)
    assert "Next: Hiring manager, 45 min" in " ".join(second.err.split())


@pytest.mark.parametrize("name", ["startup", "Start Up", "start"])
def test_a_near_spelling_of_a_loop_is_understood(piped: Piped, local: LengthGrader, name: str) -> None:
    assert piped("loop", "list", name).out == piped("loop", "list", "start-up").out


def test_a_far_spelling_of_a_loop_is_asked_about(piped: Piped, local: LengthGrader) -> None:
    result = piped("loop", "start", "retialer")
    assert result.code == 2
    assert "Did you mean retailer?" in " ".join(result.err.split())


def test_a_round_without_an_answer_is_closed_without_thanks_for_one(
    piped: Piped, local: LengthGrader
) -> None:
    silent = blocks(*["I don't know.", "idk"])
    shown = piped("loop", "start", "large-search", "--short", given=silent).out
    assert "I have nothing in your own words to pass on" in " ".join(shown.split())
    assert debrief(piped, "--now")["rounds"][0]["mark"] == 1
