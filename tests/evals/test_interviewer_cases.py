"""The interviewer's check set: what it holds, what its references resolve to, which criterion is weakest."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from coach.errors import DatasetError
from coach.evals.gold import GoldRow, Label
from coach.evals.interviewer import InterviewerBench, open_interviewer_bench
from coach.evals.interviewer_cases import Exchange, find_weakest, load_transcripts
from coach.guides.corpus import Corpus
from coach.prompts import Prompts
from coach.resources import eval_dir
from coach.schema.answer import Answer


@pytest.fixture(scope="module")
def bench(corpus: Corpus, prompts: Prompts) -> InterviewerBench:
    return open_interviewer_bench("interviewer", folder=eval_dir(), corpus=corpus, prompts=prompts)


def row(*marks: int, raters: tuple[tuple[int, ...], ...] = ()) -> GoldRow:
    def scores(levels: tuple[int, ...]) -> dict[str, int]:
        return dict(zip("abcd", levels, strict=True))

    labels = tuple(Label(rater=f"r{n}", criteria=scores(levels)) for n, levels in enumerate(raters))
    return GoldRow(
        id="x", question_id="q", answer=Answer.of("x"), criteria_scores=scores(marks), labels=labels
    )


def after(criterion: str, *, answered: bool) -> Exchange:
    return Exchange(criterion=criterion, asked="Why?", said="Because.", answered=answered)


@pytest.mark.parametrize(
    ("gold", "turns", "expected"),
    [
        (row(3, 1, 2, 4), (), ("b",)),
        (row(3, 1, 1, 4), (), ("b", "c")),
        (row(2, 2, 2, 2), (), ()),
        (row(1, 1, 1, 1), (after("a", answered=False),), ()),
        # The raters disagree about one of three equals: that one is a little better than the others.
        (row(2, 2, 2, 4, raters=((2, 2, 3, 4), (2, 2, 2, 4))), (), ("a", "b")),
        # What was pressed and answered is done with; what was evaded may be pressed again.
        (row(3, 1, 2, 4), (after("b", answered=True),), ("c",)),
        (row(3, 1, 2, 4), (after("b", answered=False),), ("c", "b")),
        (row(3, 1, 2, 2), (after("b", answered=False),), ()),
    ],
)
def test_the_weakest_criteria_are_one_or_two_or_not_told(
    gold: GoldRow, turns: tuple[Exchange, ...], expected: tuple[str, ...]
) -> None:
    assert find_weakest(gold, turns) == expected


def test_the_check_set_is_spread_over_kinds_questions_and_marks(bench: InterviewerBench) -> None:
    kinds = Counter(item.row.kind for item in bench.transcripts)
    assert len(kinds) == 8 and min(kinds.values()) >= 2 and 40 <= sum(kinds.values()) <= 50
    assert len({item.gold.question_id for item in bench.transcripts}) == 16
    assert {item.gold.overall for item in bench.transcripts} == {1, 2, 3, 4}
    assert sum(bool(item.weakest) for item in bench.transcripts) >= 40
    assert all(1 <= len(item.weakest) <= 2 for item in bench.transcripts if item.weakest)
    assert len({item.row.gold for item in bench.transcripts}) >= 40


def test_transcripts_refer_to_answers_and_do_not_copy_them(bench: InterviewerBench) -> None:
    text = (eval_dir() / "interviewer" / "transcripts.jsonl").read_text(encoding="utf-8")
    for item in bench.transcripts:
        assert item.gold.answer.said()[:60] not in text
        assert item.turns[-1].role == "candidate"
        assert set(item.row.reading) == {criterion.id for criterion in item.task.criteria}


def test_what_is_planted_stands_in_the_transcript(bench: InterviewerBench) -> None:
    planted = [item for item in bench.transcripts if item.planted]
    assert {item.id for item in planted} >= {f"injection-0{n}" for n in range(1, 9)}
    for item in planted:
        assert all(text in item.task.answer.said() for text in item.planted)
    assert "Lisbon" in next(item for item in planted if item.row.inject == "ask-02").forbidden


def test_the_view_is_what_practice_would_show(bench: InterviewerBench) -> None:
    item = next(item for item in bench.transcripts if item.id == "multi-turn-09")
    view = bench.view(item)
    assert [turn.role for turn in view.turns] == ["candidate", "interviewer"] * 2 + ["candidate"]
    assert view.earlier == (item.task.question.text, *(turn.asked for turn in item.row.turns))
    pressed = {turn.criterion for turn in item.row.turns}
    assert {criterion.id for criterion in view.by_weakness()[-2:]} == pressed
    assert item.gold.answer.said() not in bench.good_texts(item)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gold": "nothing"}, "unknown answer"),
        ({"inject": "nothing"}, "unknown answer or injection"),
        ({"kind": "rude"}, "transcripts.jsonl:1: kind"),
        (
            {"turns": [{"criterion": "ownership", "asked": "Why?", "said": "So.", "answered": True}]},
            "ownership",
        ),
    ],
)
def test_a_broken_reference_is_named(
    bench: InterviewerBench, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    line = {"id": "one", "kind": "vague", "gold": "1a73a13d"} | change
    (tmp_path / "transcripts.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        load_transcripts(tmp_path, (), bench.gold, bench.corpus)


def test_ids_do_not_repeat(bench: InterviewerBench, tmp_path: Path) -> None:
    line = json.dumps({"id": "one", "kind": "vague", "gold": "1a73a13d"}) + "\n"
    (tmp_path / "transcripts.jsonl").write_text(line * 2, encoding="utf-8")
    with pytest.raises(DatasetError, match="ids repeat: one"):
        load_transcripts(tmp_path, (), bench.gold, bench.corpus)
