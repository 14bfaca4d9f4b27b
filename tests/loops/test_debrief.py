"""The debrief of a whole loop: cases in the candidate's words, advocate, decision, what turns it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach.guides.corpus import Corpus
from coach.loops.findings import Debrief, Quote
from coach.schema.loop import LoopBook
from coach.store.database import Database
from coach.store.history import History
from coach.store.loops import LoopSetup
from coach.store.records import Setup
from coach.store.sessions import Sessions
from tests.loops.conftest import ANSWER, REPLY, Table

ROUNDS = ("recruiter", "hiring-manager", "technical", "product")


def hold_all(table: Table, mark: int = 3, **others: int) -> None:
    for name in ROUNDS:
        table.hold(name, others.get(name.replace("-", "_"), mark))


def quotes(debrief: Debrief) -> list[Quote]:
    found = [q for r in debrief.rounds for a in r.answers for c in a.criteria for q in c.quotes]
    found += [q for r in debrief.rounds if r.case for c in r.case.speaks_for for q in c.quotes]
    found += [s.quote for d in debrief.dimensions for s in d.seen if s.quote]
    return found + [c.answer for c in debrief.advocate if c.answer]


def test_every_quote_is_the_candidates_to_the_letter(table: Table) -> None:
    hold_all(table, 3, technical=2)
    found = quotes(table.debrief())
    assert len(found) > 10
    for piece in found:
        text = (ANSWER, "And if not?", REPLY)[piece.turn]
        assert text[piece.start : piece.end] == piece.text
        assert piece.follow_up == piece.turn // 2


def test_a_quote_that_is_not_in_the_transcript_is_left_out(table: Table) -> None:
    session_id = table.hold("recruiter", 3)
    record = History(table.database).get(session_id).attempts[0]
    grade = record.grades[-1].grade
    forged = grade.criteria[0].evidence[0].model_copy(update={"quote": "I led 40 people", "end": 15})
    wrong = grade.criteria[0].model_copy(update={"evidence": (forged,)})
    forged_grade = grade.model_copy(update={"criteria": (wrong, *grade.criteria[1:])})
    Sessions(table.database).add_grade(record.id, forged_grade)
    assert "I led 40 people" not in table.debrief().model_dump_json()


def test_strong_rounds_are_a_hire_with_the_two_rounds_that_could_turn_it(table: Table) -> None:
    hold_all(table, 4, technical=3)
    decision = table.debrief().decision
    assert (decision.outcome, decision.title) == ("hire", "Hire")
    assert decision.reasons == ("All 4 rounds that count are a lean yes or better.",)
    assert len(decision.changes) == 2
    assert decision.changes[0].text.startswith('"Technical on-site" at lean no')
    assert all(item.outcome == "no_hire" and not item.on_top for item in decision.changes)


def test_a_weak_round_is_not_averaged_away(table: Table) -> None:
    hold_all(table, 4, product=2)
    decision = table.debrief().decision
    assert decision.outcome == "no_hire"
    assert decision.reasons[0].startswith('"Product on-site" is a lean no. Strong rounds do not average')
    assert "not close to the border" in decision.reasons[1]
    first, second = decision.changes
    assert first.outcome == "no_hire"
    assert (second.outcome, second.on_top) == ("hire", True)
    assert first.advice == "Name the price and who pays it."


def test_a_lean_no_near_the_border_can_be_a_lower_level(table: Table) -> None:
    for name in ROUNDS[:3]:
        table.hold(name, 4)
    levels = {"ai_native_design": 2, "system_constraints": 2, "evaluation_metrics": 3, "responsible_ai": 3}
    table.hold("product", 2, levels, high=3, question="support-assistant")
    decision = table.debrief().decision
    assert (decision.outcome, decision.lower) == ("lower", "pm")
    assert decision.meaning == "The committee would offer the level of pm in place of senior."
    assert "asked less of at the level of pm" in decision.reasons[1]
    assert decision.changes[-1].outcome == "hire"


def test_what_both_levels_ask_for_alike_is_named(table: Table) -> None:
    for name in ROUNDS[:3]:
        table.hold(name, 4)
    table.hold("product", 2, {"responsible_ai": 2}, high=3, question="support-assistant")
    decision = table.debrief().decision
    assert decision.outcome == "no_hire"
    assert "is asked of both levels alike" in decision.reasons[1]


def test_two_changes_that_are_not_enough_say_so(table: Table) -> None:
    hold_all(table, 1)
    decision = table.debrief().decision
    assert [item.outcome for item in decision.changes] == ["no_hire", "no_hire"]
    assert decision.beyond == "Both together would not be enough. Weak rounds left: 2."


def test_a_fatal_sign_is_never_a_hire_and_is_the_first_thing_to_mend(table: Table) -> None:
    for name in ROUNDS:
        table.hold(name, 4, flags=("fatal",) if name == "product" else ())
    decision = table.debrief().decision
    assert decision.outcome == "no_hire"
    assert "decides its question by itself" in decision.reasons[0]
    assert decision.changes[0].text.startswith("The fault in ")
    assert decision.changes[0].outcome == "hire"


def test_an_ungraded_round_is_said_to_be_ungraded_and_leaves_it_undecided(table: Table) -> None:
    for name in ROUNDS:
        table.hold(name, None if name == "technical" else 4)
    debrief = table.debrief()
    found = debrief.rounds[2]
    assert (found.state, found.mark, found.case) == ("ungraded", None, None)
    decision = debrief.decision
    assert decision.outcome == "undecided"
    assert '"Technical on-site" has no mark. pf-what-broke is ungraded' in decision.reasons[0]
    assert decision.reasons[1] == 'With the best marks there it would be "hire", with the worst "no hire".'
    assert decision.changes[0].text == 'A mark for "Technical on-site"'
    assert decision.changes[0].outcome == "hire"


def test_an_ungraded_round_that_cannot_matter_is_said_not_to(table: Table) -> None:
    for name in ROUNDS:
        table.hold(name, {"technical": None, "product": 1}.get(name, 4))
    decision = table.debrief().decision
    assert decision.outcome == "no_hire"
    assert decision.reasons[-1] == "Whatever came of it, the decision would stay the same."


def test_rounds_that_were_not_held_are_not_made_up(table: Table) -> None:
    table.hold("recruiter", 3)
    debrief = table.debrief()
    assert [item.state for item in debrief.rounds] == ["graded", "waiting", "waiting", "waiting", "waiting"]
    assert debrief.decision.outcome == "undecided"
    assert all(item.round == "Recruiter call" for item in debrief.advocate)


def test_the_talk_after_the_offer_changes_nothing(table: Table) -> None:
    hold_all(table, 4)
    table.hold("matching", 1)
    debrief = table.debrief()
    assert debrief.decision.outcome == "hire"
    assert (debrief.rounds[-1].counts, debrief.rounds[-1].mark) == (False, 1)
    assert all("matching" not in item.round.lower() for item in debrief.advocate)


def test_an_interviewer_holds_the_mark_to_what_they_care_about_most(table: Table) -> None:
    table.hold("hiring-manager", 3, {"ownership": 1}, question="hm-f1-or-date")
    table.hold("recruiter", 3, {"product_strategy": 1}, question="rs-why-ai-pm")
    debrief = table.debrief()
    marks = {item.id: item.mark for item in debrief.rounds}
    assert (marks["hiring-manager"], marks["recruiter"]) == (2, 3)


def test_credit_is_set_apart(table: Table) -> None:
    table.hold("hiring-manager", 3, question="hm-f1-or-date")
    criteria = table.debrief().rounds[1].answers[0].criteria
    assert [item.credit for item in criteria] == ["unprompted", "prompted", "unprompted", "prompted"]


def test_the_dimensions_are_reported_with_the_words_that_show_them(table: Table) -> None:
    table.hold("hiring-manager", 3, {"tradeoff_articulation": 2}, question="hm-f1-or-date")
    table.hold("technical", 3, question="wrong-answers-overnight")
    by_id = {item.id: item for item in table.debrief().dimensions}
    assert by_id["trade-offs"].level == 2
    assert [item.level for item in by_id["realism"].seen] == [3, 3]
    assert by_id["decomposition"].seen[0].round == "Technical on-site"


def test_the_advocate_asks_what_the_weakest_round_lacked(table: Table) -> None:
    table.hold("recruiter", 4)
    table.hold("hiring-manager", 2, {"ownership": 1, "tradeoff_articulation": 2}, question="hm-f1-or-date")
    table.hold("product", 4, question="support-assistant")
    found = table.debrief().advocate
    assert found[0].id == "own-part"
    assert found[0].round == "Hiring manager"
    assert found[1].id == "who-pays"
    assert found[1].answer is None
    assert len({item.id for item in found}) == len(found) <= 3


def test_a_flawless_loop_is_challenged_too(table: Table) -> None:
    hold_all(table, 4)
    assert len(table.debrief().advocate) == 2


def test_marks_of_a_person_stand_beside_and_change_no_mark(table: Table) -> None:
    for name in ROUNDS:
        session_id = table.hold(name, 4)
    table.mark(session_id, 2)
    table.mark(session_id, 2, "ai_native_design")
    debrief = table.debrief()
    assert debrief.rounds[3].mark == 4
    assert [item.mark for item in debrief.rounds[3].human] == [2, 2]
    assert (debrief.decision.outcome, debrief.decision.with_human) == ("hire", "no_hire")


def test_several_graders_are_all_named(table: Table) -> None:
    table.hold("recruiter", 3, model="one")
    table.hold("product", 3, model="two")
    assert [item.model for item in table.debrief().graders] == ["one", "two"]


@pytest.mark.parametrize("level", ["pm", "senior", "principal"])
def test_there_is_no_level_below_the_lowest(
    tmp_path: Path, corpus: Corpus, book: LoopBook, level: str
) -> None:
    table = Table(tmp_path, corpus, book, LoopSetup(level=level), "large-search")
    for name in ROUNDS[:3]:
        table.hold(name, 4)
    levels = {"product_strategy": 2, "ai_native_design": 3, "responsible_ai": 3, "evaluation_metrics": 3}
    table.hold("product", 2, levels, high=3, question="ps-voice-banking")
    decision = table.debrief().decision
    assert decision.outcome == ("no_hire" if level == "pm" else "lower")
    assert decision.lower == {"pm": "", "senior": "pm", "principal": "senior"}[level]


def test_a_round_that_ran_out_of_time_before_an_answer_has_no_mark(table: Table) -> None:
    sessions = Sessions(table.database)
    table.loops.begin_round(table.loop_id, "recruiter", sessions.start(Setup(kind="loop")))
    table.loops.end_round(table.loop_id, "recruiter", "time")
    found = table.debrief().rounds[0]
    assert (found.state, found.cut_short) == ("ungraded", True)


def test_a_database_that_is_opened_again_gives_the_same_debrief(table: Table, tmp_path: Path) -> None:
    hold_all(table, 3)
    before = table.debrief()
    table.database.close()
    table.database = Database(tmp_path / "coach.db")
    table.loops = type(table.loops)(table.database)
    assert table.debrief() == before
