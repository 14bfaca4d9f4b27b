"""What is said to change a decision does change it under the same rules, or it is said that it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coach.guides.corpus import load_corpus
from coach.guides.loops import load_loops
from coach.loops.decision import ORDER, decide
from coach.loops.findings import AnswerFinding, CriterionFinding, RoundFinding
from coach.loops.marks import YES
from coach.loops.rounds import vote_of
from coach.loops.turning import THINGS, Bench, beyond, turn
from coach.resources import corpus_dir
from coach.schema.grade import GraderId

CORPUS = load_corpus(corpus_dir())
BOOK = load_loops(corpus_dir(), CORPUS)
SOFTER = frozenset(BOOK.softer["pm"])
NAMES = ("ownership", "responsible_ai", "technical_fluency", "evaluation_metrics")
GRADER = GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g")


@st.composite
def rounds(draw: st.DrawFn) -> dict[str, RoundFinding]:
    found = {}
    for number in range(draw(st.integers(1, 6))):
        mark = draw(st.one_of(st.none(), st.integers(1, 4)))
        high = draw(st.integers(mark or 1, 4))
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
        points = tuple(
            CriterionFinding(
                id=name,
                title=CORPUS.rubric.by_id()[name].title,
                level=draw(st.integers(1, 4)),
                weight=draw(st.integers(1, 3)),
                reason="r",
                advice="a",
            )
            for name in names
        )
        answer = AnswerFinding(
            question_id="q",
            question="Q?",
            overall=mark,
            range=None,
            flags=(),
            grader=GRADER,
            criteria=points if mark else (),
        )
        found[f"r{number}"] = RoundFinding(
            id=f"r{number}",
            title=f"Round {number}",
            role="R",
            cares="c",
            counts=True,
            minutes=30,
            seconds=0,
            state="graded" if mark else "waiting",
            mark=mark,
            range=(mark, high) if mark else None,
            fatal=bool(mark) and draw(st.integers(0, 9)) == 0,
            answers=(answer,),
        )
    return found


@given(rounds(), st.sampled_from([None, SOFTER]), st.booleans())
def test_changes_hold_what_they_promise(
    found: dict[str, RoundFinding], softer: frozenset[str] | None, scores: bool
) -> None:
    bench = Bench(found, [vote_of(item) for item in found.values()], softer, BOOK.words, scores)
    changes = turn(bench)
    left = beyond(bench, changes)
    assert 1 <= len(changes) <= THINGS
    if bench.outcome in ("no_hire", "lower"):
        after = changes[-1].outcome
        whole = all(item.mark for item in found.values())
        assert bool(left) == (after == bench.outcome and whole) or not whole
        if whole and not left:
            assert ORDER.index(after) > ORDER.index(bench.outcome)
    if bench.outcome == "hire":
        assert all(item.outcome != "hire" for item in changes)
    if not scores:
        assert not any(f"({mark})" in item.text for item in changes for mark in range(1, 5))


@given(rounds())
def test_a_decision_for_a_loop_without_weak_rounds_is_a_hire(found: dict[str, RoundFinding]) -> None:
    votes = [vote_of(item) for item in found.values()]
    strong = all((vote.mark or 0) >= YES and not vote.fatal for vote in votes)
    assert (decide(votes, SOFTER).outcome == "hire") == strong
