"""`coach drill list` and `coach drill incident` through a pipe: replies, resume, JSON, errors."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.cli.conftest import Piped
from tests.loopback import LoopbackServer, Say, completion

WHOLE = "\n---\n".join(
    (
        "When did it begin, hour by hour?",
        "Split the complaints by app version.",
        "Turn the new input field off by remote config. Tell support what to say.",
        "Compare the text as typed with what the model received.",
        "The cause is the parser: it cuts the request at the line break that iOS 7.2 sends.",
        "Normalise line breaks before parsing, watch complaints, alert on request length by client.",
    )
)
NAME = "complaints-overnight"


def test_list_names_incidents_without_their_causes(piped: Piped) -> None:
    result = piped("drill", "list", "incident")
    assert result.code == 0
    rows = [line.split("\t") for line in result.out.splitlines()]
    assert len(rows) >= 14
    assert {row[0] for row in rows} == {"incident"}
    assert all(len(row) == 4 and row[3] for row in rows)
    assert "parser" not in result.out and "drift" not in result.out


def test_list_as_json_has_the_last_mark(piped: Piped) -> None:
    piped("drill", "incident", NAME, given=WHOLE)
    rows = {row["name"]: row for row in json.loads(piped("drill", "list", "incident", "--json").out)}
    assert rows[NAME]["last_mark"] == 4
    assert rows["late-dinners"]["last_mark"] is None


def test_unknown_kind_names_the_known(piped: Piped) -> None:
    result = piped("drill", "list", "cooking")
    assert result.code == 2
    assert "incident" in result.err


def test_whole_run_through_a_pipe(piped: Piped) -> None:
    result = piped("drill", "incident", NAME, given=WHOLE)
    assert result.code == 0
    assert "Twice as many complaints" in result.out
    assert "> Split the complaints by app version." in result.out
    assert "231 complaints in 5,900 sessions" in result.out
    assert "Problem decomposition: 4 of 4, clear yes" in result.out
    assert "The shortest good path" in result.out
    assert "Debrief: complaints doubled overnight" in result.out
    assert max(len(line) for line in result.out.splitlines()) <= 100


def test_no_scores_keeps_the_words(piped: Piped) -> None:
    result = piped("drill", "incident", NAME, "--no-scores", given=WHOLE)
    assert "Problem decomposition: clear yes" in result.out
    assert "4 of 4" not in result.out


def test_json_is_one_object_with_moves_grade_and_figures(piped: Piped) -> None:
    result = piped("drill", "incident", NAME, "--json", given=WHOLE)
    told = json.loads(result.out)
    assert (told["status"], told["name"], told["grade"]["overall"]) == ("done", NAME, 4)
    assert [move["role"] for move in told["moves"][:2]] == ["candidate", "coach"]
    assert told["moves"][0]["data"]["events"][0]["id"] == "by-the-hour"
    assert told["details"]["best_minutes"] == 65
    verdict = told["grade"]["criteria"][0]
    for piece in verdict["evidence"]:
        assert told["moves"][piece["turn"]]["text"][piece["start"] : piece["end"]] == piece["quote"]


def test_run_goes_on_where_the_input_ended(piped: Piped) -> None:
    first, second = WHOLE.split("\n---\n", 1)
    begun = piped("drill", "incident", NAME, given=first)
    assert "stays open" in begun.err
    went_on = piped("drill", "incident", "--continue", given=second)
    assert "Known so far" in went_on.out
    assert "4 of 4" in went_on.out
    assert piped("drill", "incident", "--continue", given="").code == 2


def test_notes_hint_and_giving_up(piped: Piped) -> None:
    result = piped(
        "drill", "incident", NAME, given="/hint\n---\nSplit by app version\n---\n/notes\n---\n/give-up"
    )
    assert "15 min" in result.out
    assert "- Complaints by platform and version:" in result.out
    assert "2 of 4" in result.out
    assert "The cause" in result.out


def test_commands_state_cause_and_fix(piped: Piped) -> None:
    given = "Split by app version\n---\n/cause the parser cuts line breaks\n---\n/fix normalise line breaks"
    result = piped("drill", "incident", NAME, given=given)
    assert "3 of 4" in result.out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("/dance", "no command /dance"),
        ("/cause", "/cause and your words"),
        (" \n---\n", "what you would look at"),
    ],
)
def test_slip_is_told_and_the_run_goes_on(piped: Piped, given: str, told: str) -> None:
    result = piped("drill", "incident", NAME, given=given)
    assert result.code == 0
    assert told in result.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["late-diners"], "late-dinners"),
        (["horoscope"], "coach drill list incident"),
        ([NAME, "--continue"], "name for a new run"),
        (["--continue"], "no incident to continue"),
    ],
)
def test_wrong_command_line_says_what_to_do(piped: Piped, arguments: list[str], told: str) -> None:
    result = piped("drill", "incident", *arguments)
    assert result.code == 2
    assert told in result.err


def test_unknown_session_is_a_set_up_error(piped: Piped) -> None:
    result = piped("drill", "incident", "--session", "d1")
    assert result.code == 3
    assert "no drill d1" in result.err


def test_without_a_name_one_that_is_new_comes_first(piped: Piped) -> None:
    names = [line.split("\t")[1] for line in piped("drill", "list", "incident").out.splitlines()]
    first = json.loads(piped("drill", "incident", "--json", given="/give-up").out)
    second = json.loads(piped("drill", "incident", "--json", given="/give-up").out)
    assert [first["name"], second["name"]] == names[:2]


def test_control_sequences_of_a_message_never_reach_the_screen(piped: Piped) -> None:
    result = piped("drill", "incident", NAME, given="Split \x1b[31mby app version\x1b]0;x\x07")
    assert "\x1b" not in result.out + result.err
    assert "231 complaints" in result.out


def test_off_a_terminal_no_model_is_asked_unless_it_is_named(
    piped: Piped, monkeypatch: pytest.MonkeyPatch, loopback: LoopbackServer
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    piped("drill", "incident", NAME, given="Split by app version")
    assert loopback.seen == []


def test_model_reads_moves_and_the_words_stay_those_of_the_corpus(
    piped: Piped, monkeypatch: pytest.MonkeyPatch, loopback: LoopbackServer
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("COACH_MODEL", "some-model")
    chosen = {"intents": [{"kind": "fact", "id": "by-client", "text": "Apple people or everybody"}]}
    loopback.say(Say(body=completion(json.dumps(chosen))))
    result = piped("drill", "incident", NAME, "--grader", "llm", given="Is it Apple people or everybody?")
    assert "231 complaints in 5,900 sessions" in result.out
    assert "a model reads your words" in result.err
    assert len(loopback.seen) == 1
    assert "5,900" not in loopback.seen[0].prompt


def test_llm_without_a_server_is_a_set_up_error(piped: Piped) -> None:
    result = piped("drill", "incident", NAME, "--grader", "llm", given="Split by app version")
    assert result.code == 3
    assert "OPENAI_API_KEY" in result.err


def test_starting_a_drill_loads_nothing_heavy() -> None:
    code = (
        "import sys; from coach.cli.app import run; run(['drill', 'list']);"
        "print([m for m in ('chromadb','langchain','openai','sklearn','matplotlib','prompt_toolkit','numpy')"
        " if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"
