"""The incidents of the corpus hold together, and the checks of them find what does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from coach.errors import DatasetError, SetupError
from coach.guides.corpus import load_corpus
from coach.guides.incident_check import holds, incident_faults
from coach.guides.incidents import Incident, incident_names, load_incident, load_incidents, load_moves
from coach.resources import corpus_dir

MOVES = load_moves(corpus_dir())
NAME = "complaints-overnight"


@pytest.fixture(scope="module")
def passages() -> set[str]:
    return set(load_corpus(corpus_dir()).passages)


@pytest.fixture
def data() -> Any:
    """One incident as plain data, to be broken."""
    return load_incident(corpus_dir(), NAME, MOVES).model_dump(mode="json")


def test_there_are_at_least_fourteen_patterns() -> None:
    patterns = [item.pattern for item in load_incidents(corpus_dir(), MOVES)]
    assert len(set(patterns)) == len(patterns) >= 14


@pytest.mark.parametrize("name", incident_names(corpus_dir()))
def test_incident_has_no_fault(name: str, passages: set[str]) -> None:
    assert incident_faults(load_incident(corpus_dir(), name, MOVES), passages) == []


@pytest.mark.parametrize("name", incident_names(corpus_dir()))
def test_every_layer_of_the_order_has_a_check(name: str) -> None:
    checks = [MOVES.check(fact.check) for fact in load_incident(corpus_dir(), name, MOVES).facts]
    layers = {check.layer for check in checks if check}
    assert {"symptom", "change", "confirm"} <= layers
    assert len(layers) >= 6


def _leak_in_opening(data: Any) -> None:
    data["opening"] += " Perhaps the parser?"


def _leak_in_title(data: Any) -> None:
    data["facts"][0]["title"] = "How the parser cuts"


def _leak_in_result(data: Any) -> None:
    data["facts"][0]["shows"] += " The parser was not looked at."


def _wrong_sum(data: Any) -> None:
    data["holds"].append("231 + 180 == 412")


def _strange_figures(data: Any) -> None:
    data["holds"].append("1,234 + 4,321 == 5,555")


def _no_relation(data: Any) -> None:
    data["holds"].append("__import__('os')")


def _unconfirmed_path(data: Any) -> None:
    data["best"] = ["by-the-hour", "change-log", "by-client"]


def _too_soon(data: Any) -> None:
    data["best"] = ["by-the-hour", "change-log", "replay"]


def _out_of_reach(data: Any) -> None:
    data["facts"][3]["after"], data["facts"][3]["early"] = ["replay"], "Not yet."


def _nothing_rules_out(data: Any) -> None:
    for fact in data["facts"]:
        fact["excludes"] = [name for name in fact["excludes"] if name != "fares"]


def _excludes_the_cause(data: Any) -> None:
    data["facts"][0]["excludes"] = ["parsing"]


def _no_fix(data: Any) -> None:
    for action in data["actions"]:
        action["kind"] = "neutral"


def _no_passage(data: Any) -> None:
    data["passages"] = ["debugging-and-decomposition#nowhere"]


def _mute_hypothesis(data: Any) -> None:
    data["hypotheses"][2]["says"] = ["zebra"]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_leak_in_opening, "the opening gives the cause away"),
        (_leak_in_title, "the title of counting gives the cause away"),
        (_leak_in_result, "what counting shows gives the cause away"),
        (_wrong_sum, "is false"),
        (_strange_figures, "figures that the texts do not name"),
        (_no_relation, "cannot be computed"),
        (_unconfirmed_path, "does not end with a check that confirms"),
        (_too_soon, "asks for replay too soon"),
        (_out_of_reach, "can never be asked for"),
        (_nothing_rules_out, "nothing rules fares out"),
        (_excludes_the_cause, "counting excludes the cause"),
        (_no_fix, "no action is the fix"),
        (_no_passage, "passage debugging-and-decomposition#nowhere does not exist"),
        (_mute_hypothesis, "drift.says does not recognise its own text"),
    ],
)
def test_fault_is_found(data: Any, passages: set[str], spoil: Callable[[Any], None], complaint: str) -> None:
    spoil(data)
    faults = incident_faults(Incident.model_validate(data), passages)
    assert any(complaint in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("relation", "true"),
    [
        ("231 + 181 == 412", True),
        ("412 / 31,200 > 0.0125", True),
        ("2 * 3 == 7", False),
        ("5 - 1 <= 3", False),
    ],
)
def test_relation_is_computed(relation: str, true: bool) -> None:
    assert holds(relation) is true


@pytest.mark.parametrize("relation", ["1 + 1", "1 < 2 < 3", "len('a') == 1", "2 ** 9 == 512"])
def test_what_is_no_relation_is_refused(relation: str) -> None:
    with pytest.raises(ValueError, match=r"compar|numbers"):
        holds(relation)


def _folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / f"{NAME}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("id", "another", "id: another is not the file's name"),
        ("harm", {"what": "x"}, "harm.per_hour"),
        ("best", ["nowhere", "raw", "replay"], "best and also: nowhere does not exist"),
        ("colour", "red", "colour"),
        ("hypotheses", [], "hypotheses"),
    ],
)
def test_broken_file_names_file_and_key(
    tmp_path: Path, data: Any, key: str, value: Any, complaint: str
) -> None:
    folder = _folder(tmp_path, yaml.safe_dump({**data, key: value}))
    with pytest.raises(DatasetError) as caught:
        load_incident(folder, NAME, MOVES)
    assert f"{NAME}.yaml" in str(caught.value)
    assert complaint in str(caught.value)


def test_unknown_check_is_named(tmp_path: Path, data: Any) -> None:
    data["facts"][0]["check"] = "horoscope"
    with pytest.raises(DatasetError, match=r"facts\.counting\.check: horoscope is not in incident_moves"):
        load_incident(_folder(tmp_path, yaml.safe_dump(data)), NAME, MOVES)


def test_missing_files_are_set_up_errors(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"incident_moves\.yaml cannot be read"):
        load_moves(tmp_path)
    with pytest.raises(SetupError, match="holds no incident"):
        load_incidents(tmp_path, MOVES)
