"""Every incident of the corpus can be played to its end, well and badly."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.drills.incident_match import Matcher
from coach.drills.incident_play import deed_of
from coach.guides.incidents import Incident, incident_names
from coach.resources import corpus_dir
from tests.drills.incident_help import MOVES, begin, incident, level, path_of, say

NAMES = incident_names(corpus_dir())


def order_of(chosen: Incident, kind: str) -> str:
    """Words that order the first act of a kind: its first own phrasing, or its title."""
    action = max(
        (item for item in chosen.actions if deed_of(chosen, MOVES, item.id).kind == kind),
        key=lambda item: item.reduces,
    )
    return action.asks[0] if action.asks else deed_of(chosen, MOVES, action.id).title


@pytest.mark.parametrize("name", NAMES)
def test_good_path_in_the_words_of_its_titles_is_level_four(tmp_path: Path, name: str) -> None:
    chosen = incident(name)
    run = begin(tmp_path, name)
    say(run, *(f"Check {chosen.fact(fact).title}" for fact in chosen.best))
    say(run, f"Please {order_of(chosen, 'limit')}.")
    say(run, f"The cause is this: {chosen.cause.text}")
    assert run.standing.facts[: len(chosen.best)] == list(chosen.best)
    assert run.standing.limited >= 0.5
    assert path_of(run).named == (chosen.cause.id,)
    say(run, f"{order_of(chosen, 'fix').capitalize()}, watch the figure, and set an alarm.")
    assert run.ended
    assert level(run) == (4, [])


@pytest.mark.parametrize("name", NAMES)
async def test_guess_and_retraining_are_level_one(tmp_path: Path, name: str) -> None:
    chosen = incident(name)
    run = begin(tmp_path, name)
    rival = next(item for item in chosen.hypotheses if not item.cause)
    await run.state_cause(rival.text)
    await run.state_fix("Buy a bigger model and collect more data.")
    assert chosen.cause.id not in path_of(run).named
    assert level(run)[0] == 1


@pytest.mark.parametrize("name", NAMES)
def test_title_of_each_check_finds_it(name: str) -> None:
    chosen = incident(name)
    matcher = Matcher(chosen, MOVES)
    for fact in chosen.facts:
        match = matcher.best(fact.title, ("fact", "absent"))
        assert (match.target.id, match.found) == (fact.id, True)
