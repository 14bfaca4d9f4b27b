"""Practice through a pipe, as scripts read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.cli.practice_pipe import read_blocks
from coach.schema.answer import Answer
from tests.cli.conftest import LengthGrader, Piped

ANSWER = "I would track accuracy of the fraud model every week. The engineers decide about the launch date."
FRAUD = ("practice", "--question", "fraud-realtime")


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("a\nb\n", [("a\nb", False)]),
        ("a\n---\nb", [("a", True), ("b", False)]),
        ("a\n---\n", [("a", True)]),
        ("a\r\n---\r\n\r\nb\r\n", [("a", True), ("b", False)]),
        ("---\na", [("", True), ("a", False)]),
        ("a\n--- b\n ---\n----\n", [("a\n--- b\n ---\n----", False)]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_blocks(text: str, blocks: list[tuple[str, bool]]) -> None:
    assert list(read_blocks(text.splitlines(keepends=True))) == blocks


def test_one_answer_is_graded_at_once(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--json", given=ANSWER)
    assert result.code == 0
    (data,) = result.objects
    assert list(data) == ["question", "question_id", "turns", "grade"]
    assert data["question"] == "Design a real-time fraud model for card payments. Where would you start?"
    assert data["question_id"] == "fraud-realtime"
    assert data["turns"] == [{"role": "candidate", "text": ANSWER, "criterion": None}]
    assert local.tasks[-1].answer == Answer.of(ANSWER)
    grade = data["grade"]
    assert list(grade)[:7] == ["id", "row", "source", "status", "overall", "range", "criteria"]
    for verdict in grade["criteria"]:
        for piece in verdict["evidence"]:
            assert piece["quote"] == data["turns"][piece["turn"]]["text"][piece["start"] : piece["end"]]


def test_follow_ups_press_and_the_whole_conversation_is_graded(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--json", given=f"{ANSWER}\n---\nIt hides rare fraud.\n---\nI decide that.")
    (data,) = result.objects
    roles = [turn["role"] for turn in data["turns"]]
    assert roles == ["candidate", "interviewer", "candidate", "interviewer", "candidate"]
    pressed = [turn["criterion"] for turn in data["turns"] if turn["role"] == "interviewer"]
    assert len(set(pressed)) == 2
    assert set(pressed) <= {verdict["id"] for verdict in data["grade"]["criteria"]}
    asked = [turn["text"] for turn in data["turns"] if turn["role"] == "interviewer"]
    assert all(text.count("?") == 1 and len(text.split()) < 45 for text in asked)
    assert [turn.text for turn in local.tasks[-1].answer.turns] == [turn["text"] for turn in data["turns"]]
    for piece in data["grade"]["criteria"][0]["evidence"]:
        assert piece["quote"] == data["turns"][piece["turn"]]["text"][piece["start"] : piece["end"]]


def test_a_further_block_answers_a_next_question(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--follow-ups", "0", "--json", given=f"{ANSWER}\n---\nSomething else.\n---\n")
    first, second = result.objects
    assert first["question_id"] != second["question_id"]
    assert [turn["text"] for turn in second["turns"]] == ["Something else."]


def test_no_input_grades_an_empty_answer(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--json")
    (data,) = result.objects
    assert (data["turns"], data["grade"]["overall"], data["grade"]["flags"]) == ([], 1, ["empty"])


def test_text_goes_to_stdout_messages_to_stderr_and_nothing_is_coloured(
    piped: Piped, local: LengthGrader
) -> None:
    result = piped(*FRAUD, given=f"{ANSWER}\n---\nIt hides rare fraud.")
    assert "Design a real-time fraud model" in result.out
    assert "Follow-up 1 of at most 2" in result.out
    assert "Graded by the local grader (length)" in result.out
    assert "Session " in result.err
    assert "\x1b" not in result.out + result.err
    assert max(map(len, result.out.splitlines())) <= 100
    assert not any(line.endswith(" ") for line in result.out.splitlines())


def test_commands_between_answers(piped: Piped, local: LengthGrader) -> None:
    blocks = [
        "/hint",
        "/example",
        ANSWER,
        "/skip",
        "/example",
        "/retry",
        ANSWER + " " + ANSWER,
        "/grade",
        "/quit",
    ]
    result = piped(*FRAUD, given="\n---\n".join(blocks))
    assert result.code == 0
    assert "Trade-offs: Does the answer say" in result.out
    assert "A worked answer is shown after the grade" in result.err
    assert "A worked answer" in result.out
    assert "What the retry moved" in result.out
    assert "▲ Overall  1 to 3  better" in result.out
    assert local.tasks[-1].answer.text == ANSWER + " " + ANSWER


def test_skip_before_an_answer_takes_another_question_and_grades_nothing(
    piped: Piped, local: LengthGrader
) -> None:
    result = piped(*FRAUD, "--json", given="/skip\n---\n")
    assert result.objects == [
        {
            "question": "Design a real-time fraud model for card payments. Where would you start?",
            "question_id": "fraud-realtime",
            "turns": [],
            "grade": None,
        }
    ]
    assert local.tasks == []


def test_quit_keeps_what_was_said_and_continue_goes_on_with_it(piped: Piped, local: LengthGrader) -> None:
    left = piped(*FRAUD, "--json", given=f"{ANSWER}\n---\n/quit")
    assert left.objects[0]["grade"] is None
    question = left.objects[0]["turns"][1]
    back = piped("practice", "--continue", "--json", given="It hides rare fraud.")
    (data,) = back.objects
    assert data["turns"][:2] == [{"role": "candidate", "text": ANSWER, "criterion": None}, question]
    assert data["turns"][2]["text"] == "It hides rare fraud."
    assert data["grade"]["status"] == "graded"


def test_an_unknown_command_is_told_and_changes_nothing(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--json", given=f"/frobnicate\n---\n{ANSWER}")
    assert "There is no command /frobnicate" in result.err
    assert result.objects[0]["turns"][0]["text"] == ANSWER


def test_bytes_that_are_not_utf8_do_not_stop_it(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, "--json", given=b"\xef\xbb\xbfcaf\xe9 \x1b[31mred\r\n---\r\n/grade")
    assert result.objects[0]["turns"][0]["text"] == "caf\ufffd \x1b[31mred"


def test_learn_mode_gives_feedback_between(piped: Piped, local: LengthGrader) -> None:
    given = f"{ANSWER}\n---\nNo."
    assert "So far." in piped(*FRAUD, "--mode", "learn", given=given).out
    assert "So far." not in piped(*FRAUD, given=given).out


def test_no_scores_hides_numbers_on_screen_and_keeps_them_in_data(piped: Piped, local: LengthGrader) -> None:
    assert "Mark " not in piped(*FRAUD, "--no-scores", given=ANSWER).out
    assert piped(*FRAUD, "--no-scores", "--json", given=ANSWER).objects[0]["grade"]["overall"] == 1


def test_the_level_changes_what_is_asked_of_the_grader(piped: Piped, local: LengthGrader) -> None:
    piped(*FRAUD, "--level", "pm", given=ANSWER)
    assert "Trade-offs:" in local.tasks[-1].level_note
    piped("profile", "set", "--level", "principal")
    piped(*FRAUD, given=ANSWER)
    principal = local.tasks[-1].level_note
    piped(*FRAUD, "--level", "senior", given=ANSWER)
    assert principal
    assert local.tasks[-1].level_note == ""


def test_a_level_that_the_local_grader_cannot_tell_is_admitted(piped: Piped, local: LengthGrader) -> None:
    limit = "The local grader marks as for a senior"
    assert limit in piped(*FRAUD, "--level", "principal", given=ANSWER).err
    assert limit not in piped(*FRAUD, "--level", "senior", given=ANSWER).err


def test_the_question_practised_least_comes_next(piped: Piped, local: LengthGrader) -> None:
    seen = [piped("practice", "--json", given=ANSWER).objects[0]["question_id"] for _ in range(3)]
    assert len(set(seen)) == 3


def test_a_round_and_a_topic_narrow_the_choice(piped: Piped, local: LengthGrader, built_index: Path) -> None:
    by_round = piped("practice", "--round", "behavioral", given=ANSWER)
    assert by_round.out.startswith("behavioral · ")
    by_topic = piped("practice", "--topic", "face recognition at the office door", "--json", given=ANSWER)
    assert by_topic.objects[0]["question_id"] == "face-access"


def test_a_job_description_narrows_the_choice(
    piped: Piped, local: LengthGrader, tmp_path: Path, built_index: Path
) -> None:
    job = tmp_path / "job.txt"
    job.write_text("We fight payment fraud in real time: card payments, blocking, chargebacks, latency.")
    result = piped("practice", "--job", str(job), "--json", given=ANSWER)
    assert "fraud" in result.objects[0]["question"].casefold()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--question", "fraud"), 2, "Did you mean fraud-realtime"),
        (("--round", "chess"), 2, "Rounds: recruiter_screen"),
        (("--question", "face-access", "--topic", "x"), 2, "leave out --round"),
        (("--continue",), 2, "no session to continue"),
        (("--session", "nope"), 3, "no session nope"),
        (("--job", "missing.txt"), 3, "missing.txt: cannot be read"),
        (("--grader", "llm"), 3, "OPENAI_API_KEY"),
        (("--level", "king"), 2, "king"),
        (("--follow-ups", "-1"), 2, "follow-ups"),
    ],
)
def test_wrong_command_lines(
    piped: Piped, local: LengthGrader, arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = piped("practice", *arguments, given=ANSWER)
    assert (result.code, result.out) == (code, "")
    assert message in " ".join(result.err.split())


def test_a_persons_marks_stand_beside_the_coachs(piped: Piped, local: LengthGrader) -> None:
    given = ["/mark 3 clear enough", "/mark tradeoff_articulation 4", "/mark nothing 2", "/mark 9"]
    blocks = [ANSWER, "/skip", *given]
    result = piped(*FRAUD, given="\n---\n".join(blocks))
    assert result.code == 0
    text = " ".join(result.out.split())
    assert "Overall: 3, lean yes; the coach: 1, clear no clear enough" in text
    assert "Trade-offs: 4, clear yes; the coach: 1, clear no" in text
    assert "This question is not graded on nothing" in result.err
    assert "Give the interviewer's mark from 1 to 4" in " ".join(result.err.split())
    assert "/mark" not in piped(*FRAUD, "--no-scores", given=f"{ANSWER}\n---\n/skip\n---\n/mark 3").err


def test_what_was_left_open_is_said_after_the_grade(piped: Piped, local: LengthGrader) -> None:
    result = piped(*FRAUD, given=f"{ANSWER}\n---\nI do not know.\n---\nAt 2 percent I block the card.")
    shown = result.out[result.out.index("Left open when you were pressed") :]
    assert "Follow-up 1: You had no answer." in shown and "Follow-up 2" not in shown
    assert "Left open" not in piped(*FRAUD, given=ANSWER).out
