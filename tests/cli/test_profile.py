"""`coach profile`: shown, set piece by piece, and checked."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from tests.cli.conftest import Piped

SOON = (date.today() + timedelta(days=10)).isoformat()


def test_what_is_set_is_shown_and_the_rest_stays(piped: Piped) -> None:
    assert "not told" in piped("profile").out
    piped("profile", "set", "--company", "Acme", "--company", "B\x1b[31molt", "--interview-date", SOON)
    shown = piped("profile", "set", "--experience", "[bold]6 years[/]", "--hours-a-week", "4.5")
    assert "Acme, Bolt" in shown.out
    assert f"{SOON}, in 10 days" in shown.out
    assert "[bold]6 years[/]" in shown.out
    data = json.loads(piped("profile", "show", "--json").out)
    assert data["hours_per_week"] == 4.5
    assert data["level"] is None
    assert "Acme" not in piped("profile", "set", "--clear", "--level", "pm").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--interview-date", "2020-01-01"), "has passed"),
        (("--interview-date", "soon"), "Write it year first, as 2026-12-11."),
        (("--hours-a-week", "0"), "'--hours-a-week': Input should be greater"),
        (("--level", "king"), "Invalid value for '--level': 'king' is not one of"),
    ],
)
def test_nonsense_is_refused(piped: Piped, arguments: tuple[str, str], message: str) -> None:
    result = piped("profile", "set", *arguments)
    assert result.code == 2
    assert message in " ".join(result.err.split())
    assert json.loads(piped("profile", "show", "--json").out)["interview_date"] is None


def test_a_wrong_word_names_the_commands_that_there_are(piped: Piped) -> None:
    result = piped("profile", "look")
    assert result.code == 2
    assert "No such command 'look'. There are: show, set." in result.err
