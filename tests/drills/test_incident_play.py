"""How an incident answers: only what was asked for, at its cost, and nothing that gives the cause away."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.drills.incident_run import Run
from coach.errors import UsageError
from coach.store.database import Database
from coach.store.drills import Drills
from tests.drills.incident_help import MOVES, begin, incident, reader_of, say


def test_check_shows_its_own_result_and_costs_its_minutes(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(run, "Split the complaints by app version")
    fact = incident().fact("by-client")
    assert answer == f"{fact.shows} [20 min of an analyst]"
    assert run.standing.minutes == 20


def test_repeated_check_costs_nothing(tmp_path: Path) -> None:
    run = begin(tmp_path)
    _, again = say(run, "Split the complaints by app version", "by platform and version please")
    assert again.startswith("You have that already")
    assert run.standing.minutes == 20


def test_check_without_data_says_so_and_costs_nothing(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(run, "Check the null rates of the features")
    assert answer == "Nobody has figures on that here."
    assert run.standing.minutes == 0


@pytest.mark.parametrize("text", ["check the data", "investigate everything", "what is the problem?", "???"])
def test_vague_request_reveals_nothing(tmp_path: Path, text: str) -> None:
    run = begin(tmp_path)
    [answer] = say(run, text)
    assert run.standing.facts == []
    assert not any(fact.shows in answer or fact.title in answer for fact in incident().facts)


def test_check_that_needs_another_first_is_not_shown(tmp_path: Path) -> None:
    run = begin(tmp_path)
    early, _, late = say(
        run,
        "Send the same request from the old and the new app",
        "Split the complaints by app version",
        "Send the same request from the old and the new app",
    )
    assert early == incident().fact("replay").early
    assert late.startswith(incident().fact("replay").shows)


def test_several_checks_in_one_message_are_answered_in_order(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "1. When did it begin?\n2. What was released around then?")
    assert run.standing.facts == ["by-the-hour", "change-log"]


def test_list_read_out_is_cut_short(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(
        run,
        "When did it begin? What was released? Split by app version. Split by country."
        " Check latency and timeouts. Run the frozen test set. Is the fare data fresh?",
    )
    assert len(run.standing.facts) == 4
    assert "That is a list" in answer


def test_question_about_an_act_does_not_carry_it_out(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(run, "Should we roll back?")
    assert run.standing.deeds == []
    assert "yours to decide" in answer


@pytest.mark.parametrize(
    "text",
    [
        "I would not retrain the model before we know more.",
        "Don't roll back yet.",
        "If only iOS is hit, roll back the app.",
        "That would rule out the model.",
        "The model is fine.",
    ],
)
def test_what_is_declined_or_considered_is_not_done(tmp_path: Path, text: str) -> None:
    run = begin(tmp_path)
    say(run, text)
    assert run.standing.deeds == []
    assert run.standing.facts == []
    assert not run.ended


def test_act_limits_the_harm_from_then_on(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "Turn the new input field off by remote config.")
    assert run.standing.deeds == ["old-input"]
    before = run.standing.harm
    assert before == pytest.approx(46 * 20 / 60)
    say(run, "Split the complaints by app version")
    assert run.standing.harm - before == pytest.approx(46 * 20 / 60 * 0.1)


def test_suspicion_ends_nothing_and_confirms_nothing(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(run, "I suspect the parser cuts the line breaks.")
    assert run.standing.cause is None
    assert "Noted as a suspicion" in answer


def test_stated_cause_is_not_judged_before_the_end(tmp_path: Path) -> None:
    run = begin(tmp_path)
    right, wrong = say(run, "The cause is the parser.", "The cause is drift.")
    assert right == wrong
    assert not run.ended
    assert run.standing.cause is not None and run.standing.cause.causes == ("drift",)


def test_thinking_of_a_next_step_is_no_cause(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "I think we should split by app version.", "I think it's worth looking at latency.")
    assert run.standing.cause is None
    assert run.standing.facts == ["by-client", "service"]


def test_cause_and_fix_in_one_message_end_the_run(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(
        run,
        "Split by app version",
        "I think the parser cuts the line breaks of iOS 7.2. Fix the parser and watch the complaints.",
    )
    assert run.ended
    with pytest.raises(UsageError, match="closed"):
        say(run, "when did it begin?")


def test_fix_first_asks_for_the_cause(tmp_path: Path) -> None:
    run = begin(tmp_path)
    [answer] = say(run, "Fix the parser.")
    assert "Which cause does it mend?" in answer
    assert not run.ended


async def test_cause_and_fix_by_command(tmp_path: Path) -> None:
    run = begin(tmp_path)
    await run.state_cause("line breaks are cut by the parser")
    await run.state_fix("normalise line breaks before parsing")
    assert run.ended
    assert run.standing.fix is not None and "normalise" in run.standing.fix.actions


def test_hint_names_a_layer_then_the_check_and_costs(tmp_path: Path) -> None:
    run = begin(tmp_path)
    first, second = run.hint(), run.hint()
    assert "how many, and since when" in first
    assert incident().fact("by-the-hour").title in second
    assert run.standing.minutes == 30
    assert not any(fact.shows in first + second for fact in incident().facts)


def test_run_goes_on_from_its_record(tmp_path: Path) -> None:
    run = begin(tmp_path)
    run.save_draft("split by")
    say(run, "When did it begin?", "Turn the new input field off by remote config.", "I suspect the parser.")
    run.hint()
    chosen = incident()
    again = Run(Drills(Database(tmp_path / "coach.db")), run.id, chosen, MOVES, reader_of(chosen))
    assert again.standing.facts == run.standing.facts
    assert again.standing.deeds == run.standing.deeds
    assert again.standing.minutes == run.standing.minutes
    assert again.standing.harm == run.standing.harm
    assert [said.events for said in again.said] == [said.events for said in run.said]
    say(again, "Split by app version")
    assert again.record.moves[-1].role == "coach"
    assert len(again.record.moves) == 10


def test_fix_after_a_suspicion_takes_it_for_the_cause(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "Split by app version", "The parser cuts the line breaks of iOS 7.2.", "Fix the parser.")
    assert run.ended
    assert run.standing.cause is not None and run.standing.cause.causes == ("parsing",)


def test_telling_people_what_to_do_is_no_handing_over(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "Tell the data scientists to stop the retraining.")
    assert run.standing.deeds == ["tell"]


def test_suspicion_after_a_fix_answers_for_which_cause(tmp_path: Path) -> None:
    run = begin(tmp_path)
    say(run, "Fix the parser.", "The parser cuts the line breaks of iOS 7.2.")
    assert run.ended
    assert run.standing.cause is not None and run.standing.cause.causes == ("parsing",)
