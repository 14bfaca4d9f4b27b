"""What holds a mark: the level, its reason, the words shown, the advice that is left, the mark over all."""

from __future__ import annotations

from coach.drills.content import Content, read_content
from coach.drills.hold import Hold, held
from coach.drills.subject import Subjects, copied, listed, runs_copied
from coach.schema.answer import Answer
from coach.schema.grade import Evidence, Grade, GraderId, GradeTask, Verdict
from tests.drills.exercise_eval import corpus, shelf

QUESTION = shelf("tradeoff").drill("faster-model").question
CRITERIA = corpus().criteria_of(QUESTION.criteria)
NAMES = [criterion.id for criterion in CRITERIA]
TASK = GradeTask(question=QUESTION, criteria=CRITERIA, answer=Answer.of("It costs 20 ms."))
MAKER = GraderId(kind="local", model="m", prompt="", rubric="", guides="")
WORDS = Evidence(quote="It costs 20 ms.", start=0, end=15, found=True)
OTHER = Evidence(quote="We wait.", start=20, end=28, found=True)


def grade(*scores: int, advice: str = "") -> Grade:
    verdicts = tuple(
        Verdict(id=name, status="graded", score=score, advice=advice, reason="As the grader says.")
        for name, score in zip(NAMES, scores, strict=True)
    )
    return Grade(status="graded", overall=max(scores), range=(2, 4), criteria=verdicts, grader=MAKER)


def signs(name: str, *chosen: int) -> Content:
    criterion = next(item for item in CRITERIA if item.id == name)
    places = (WORDS, OTHER)
    return Content(signs={criterion.signs.good[n].id: places[n % 2] for n in chosen})


FULL = {name: signs(name, 0, 1) for name in NAMES}


def test_a_hold_lowers_what_is_above_it_and_nothing_else() -> None:
    after = held(grade(4, 2, 3), TASK, [Hold(most=2, why="it is bare.", advice="Say more.")], FULL)
    assert [verdict.score for verdict in after.criteria] == [2, 2, 2]
    assert (
        after.criteria[0].reason == "Held at 2 of 4: it is bare." and after.criteria[0].advice == "Say more."
    )
    assert after.criteria[1].reason == "As the grader says."
    assert after.overall == 2 and after.range == (2, 2)


def test_a_hold_on_one_criterion_holds_the_mark_as_well() -> None:
    after = held(grade(4, 4, 4), TASK, [Hold(most=3, why="no flip.", criterion=NAMES[0])], FULL)
    assert [verdict.score for verdict in after.criteria] == [3, 4, 4] and after.overall == 3


def test_without_holds_a_grade_with_content_stays_and_shows_the_content() -> None:
    after = held(grade(4, 4, 4), TASK, [], FULL)
    assert after.overall == 4 and [verdict.score for verdict in after.criteria] == [4, 4, 4]
    assert all(verdict.evidence == (WORDS, OTHER) for verdict in after.criteria)


def test_a_yes_needs_words_of_the_criterion_and_a_clear_yes_two_things() -> None:
    content = {NAMES[0]: signs(NAMES[0], 0), NAMES[1]: signs(NAMES[1], 0, 1)}
    after = held(grade(4, 4, 4), TASK, [], content)
    assert [verdict.score for verdict in after.criteria] == [3, 4, 2]
    assert "only one thing" in after.criteria[0].reason and "no words of yours" in after.criteria[2].reason
    assert after.criteria[2].evidence == () and after.overall == 3


def test_advice_does_not_ask_for_a_sign_that_was_seen() -> None:
    first, second, third = (sign.text.rstrip(".") for sign in CRITERIA[0].signs.good[:3])
    asked = f"A stronger answer {first[:1].lower()}{first[1:]}; it {third[:1].lower()}{third[1:]}."
    content = {NAMES[0]: signs(NAMES[0], 0), NAMES[1]: Content(signs={}), NAMES[2]: Content(signs={})}
    after = held(grade(2, 2, 2, advice=asked), TASK, [], content)
    assert first[1:] not in after.criteria[0].advice and third[1:] in after.criteria[0].advice
    assert second[1:] in after.criteria[0].advice
    assert after.criteria[1].advice == asked


def test_a_plain_hold_is_the_reason_of_lower_levels_too() -> None:
    after = held(grade(1, 1, 1), TASK, [Hold(most=2, why="it is elsewhere.", advice="Come.", plain=True)], {})
    assert {verdict.reason for verdict in after.criteria} == {"It is elsewhere."}
    assert after.overall == 1


def test_an_answer_belongs_to_the_case_whose_words_it_uses() -> None:
    subjects = Subjects({"a": "search queries embeddings latency", "b": "nurses wards alarms falls"})
    assert subjects.fit("a", "cache the embeddings of search queries").told > 0
    assert not subjects.fit("a", "nurses hear alarms for falls on wards").own
    assert subjects.fit("b", "nurses hear alarms for falls on wards").best_other == 0


def test_copies_and_lists_are_known() -> None:
    given = "The wish is a faster model. Name the price and who pays it."
    assert runs_copied([given], given) == 1 and runs_copied(["I would cache queries."], given) == 0
    assert copied("faster model price", given) == (1.0, 0) and copied("", given) == (0.0, 0)
    assert listed("cache, quantization, latency, p95, router, distillation, users, budget")
    assert not listed("We cache the queries that come most often, and it costs us a day of freshness.")


def test_content_is_found_by_sign_with_its_words() -> None:
    text = "It is late. We lose 3% of clicks when a reader waits."
    found = read_content({"x": {"loss": ("lose* + #share",), "gain": ("win* + #share",)}}, [(None, text)])
    assert set(found["x"].signs) == {"loss"}
    (quote,) = found["x"].quotes
    assert quote.quote == "We lose 3% of clicks when a reader waits." == text[quote.start : quote.end]
