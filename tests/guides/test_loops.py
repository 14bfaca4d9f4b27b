"""The loops that ship hold together and say what the guides say; a wrong file is named with its key."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, load_corpus
from coach.guides.loops import load_loops
from coach.resources import corpus_dir
from coach.schema.loop import LoopBook


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="module")
def book(corpus: Corpus) -> LoopBook:
    return load_loops(corpus_dir(), corpus)


def test_published_figures_stand_in_the_passages_that_the_loop_names(book: LoopBook, corpus: Corpus) -> None:
    for preset in book.presets.values():
        words = " ".join(corpus.passages[i].text for i in preset.passages)
        for item in preset.rounds:
            if item.minutes_from == "guides":
                assert f"{item.minutes} minutes" in words or f"for {item.minutes}" in words
        for figure in re.findall(r"\d+ to \d+ weeks", preset.length):
            assert figure in words


def test_the_general_loop_has_the_published_mix(book: LoopBook) -> None:
    general = book.presets["general"]
    for wanted in (5, 6, 7):
        rounds = [item.asks[0].round for item in general.with_rounds(wanted).rounds]
        assert len(rounds) == wanted
        assert 1 <= rounds.count("ml_system_design") <= 2
        assert 1 <= rounds.count("product_sense") <= 2
        assert rounds.count("technical_deep_dive") == 1
        assert 1 <= sum(rounds.count(name) for name in ("hiring_manager", "behavioral")) <= 2


def test_the_search_company_sees_all_its_dimensions_whatever_is_drawn(book: LoopBook, corpus: Corpus) -> None:
    preset = book.presets["large-search"]
    for dimension in preset.dimensions:
        carried = [
            all(
                set(dimension.criteria) & set(corpus.questions[i].criteria)
                for i in slot.questions or ("no list",)
                if i in corpus.questions
            )
            and bool(slot.questions)
            for item in preset.rounds
            if item.counts
            for slot in item.asks
        ]
        assert any(carried), dimension.id


def test_what_a_lower_level_asks_less_of_is_what_its_notes_say(book: LoopBook, corpus: Corpus) -> None:
    for criterion in book.softer["pm"]:
        assert "for 3" in corpus.levels["pm"][criterion], criterion
    stricter = [i for i, note in corpus.levels["principal"].items() if re.search(r"for 3\b|at 2\b", note)]
    assert sorted(book.softer["senior"]) == sorted(stricter)


def test_each_criterion_has_a_challenge(book: LoopBook, corpus: Corpus) -> None:
    challenged = {i for challenge in book.challenges for i in challenge.criteria}
    assert challenged == set(corpus.rubric.by_id())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("interviewer: recruiter", "interviewer: nobody", "no interviewer 'nobody'"),
        ("{star_evidence: 2}", "{star_power: 2}", "no criterion star_power"),
        ("questions: [hm-f1-or-date]", "questions: [hm-none]", "no question hm-none"),
        ("interview-process#google-process", "interview-process#nothing", "no passage"),
        ("    minutes: 30", "    minutes: 3", "recruiter: minutes: Input"),
        ("all_yes: All {count} rounds", "all_yes: All {number} rounds", "words.why.all_yes"),
        ("  - id: retailer", "  - id: general", "used twice"),
        ("moot:", "mute:", "words.why"),
        ("about: Five stages.", "abuot: Five stages.", "about: Field required"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(
    tmp_path: Path, corpus: Corpus, old: str, new: str, message: str
) -> None:
    text = (corpus_dir() / "loops.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "loops.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"loops\.yaml") as raised:
        load_loops(tmp_path, corpus)
    assert message in str(raised.value)
