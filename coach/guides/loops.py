"""Loads corpus/loops.yaml and checks it against the rest of the corpus. Holds no loop."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, read_yaml
from coach.schema.base import Frozen, first_fault
from coach.schema.loop import Challenge, Dimension, LoopBook, Preset, RoundPlan, Style, Words
from coach.schema.pressing import Lead

# The blanks that each sentence of the committee may hold; a sentence that is missing is an error.
_BLANKS: dict[str, dict[str, str]] = {
    "outcome": {"hire": "", "lower": "", "no_hire": "", "undecided": ""},
    "meaning": {"hire": "level", "lower": "level lower", "no_hire": "level", "undecided": ""},
    "why": {
        "all_yes": "count",
        "fatal": "round",
        "clear_no": "round",
        "weak": "round",
        "softer": "round lower",
        "far": "round lower",
        "floor": "round lower criterion",
        "same": "round lower criterion",
        "too_many": "count of allowed",
        "no_lower": "level",
        "missing": "round reason",
        "matters": "best worst",
        "moot": "",
    },
    "change": {
        "raise": "criterion round before after",
        "raise_too": "criterion round before after",
        "raise_round": "criterion round before after",
        "fatal": "round",
        "fall": "round before after",
        "hold": "round",
        "beyond": "count",
        "none": "",
    },
}


class _Interviewer(Frozen):
    role: str
    opens: str
    closes: str
    cares: str
    presses: str
    follow_ups: int
    stays: bool = False
    nothing: str = Field(min_length=1)
    leads: tuple[Lead, ...] = Field(min_length=1)
    says: dict[Literal[1, 2, 3, 4], str] = Field(min_length=4)


class _Committee(Frozen):
    softer: dict[str, tuple[str, ...]]
    challenges: tuple[Challenge, ...] = Field(min_length=2)
    words: Words


class _Loop(Frozen):
    id: str
    title: str
    about: str
    length: str = ""
    passages: tuple[str, ...]
    rounds: tuple[dict[str, Any], ...]
    dimensions: tuple[Dimension, ...] = ()
    shuffled: bool = False


class _File(Frozen):
    interviewers: dict[str, _Interviewer]
    loops: tuple[_Loop, ...] = Field(min_length=1)
    committee: _Committee


def load_loops(folder: Path, corpus: Corpus) -> LoopBook:
    """Read loops.yaml of the corpus in `folder`.

    Raises SetupError where it is missing, DatasetError naming file and key where it is wrong or names
    a criterion, question or passage that the corpus does not hold.
    """
    path = folder / "loops.yaml"
    try:
        book = _book(_File.model_validate(read_yaml(path)), path)
    except ValidationError as error:
        raise DatasetError(f"{path}: {first_fault(error, 'file')}.") from error
    for fault in _faults(book, corpus):
        raise DatasetError(f"{path}: {fault}.")
    return book


def _book(file: _File, path: Path) -> LoopBook:
    styles = {i: Style(id=i, **item.model_dump()) for i, item in file.interviewers.items()}
    presets: dict[str, Preset] = {}
    for loop in file.loops:
        if loop.id in presets:
            raise DatasetError(f"{path}: loops.{loop.id}: the id is used twice.")
        rounds = tuple(_round(item, styles, f"{path}: loops.{loop.id}") for item in loop.rounds)
        presets[loop.id] = Preset(**{**dict(loop), "rounds": rounds})
    committee = file.committee
    return LoopBook(
        presets=presets, challenges=committee.challenges, softer=committee.softer, words=committee.words
    )


def _round(item: dict[str, Any], styles: dict[str, Style], where: str) -> RoundPlan:
    name = item.get("interviewer")
    if name not in styles:
        raise DatasetError(f"{where}.{item.get('id')}: there is no interviewer {name!r}.")
    rest = {key: value for key, value in item.items() if key != "interviewer"}
    try:
        return RoundPlan.model_validate({**rest, "style": styles[str(name)]})
    except ValidationError as error:
        raise DatasetError(f"{where}.{item.get('id')}: {first_fault(error)}.") from error


def _faults(book: LoopBook, corpus: Corpus) -> Iterator[str]:
    for preset in book.presets.values():
        yield from (f"loops.{preset.id}: {fault}" for fault in _preset_faults(preset, corpus))
    for challenge in book.challenges:
        yield from _unknown(f"challenges.{challenge.id}", challenge.criteria, corpus)
        if challenge.passage not in corpus.passages:
            yield f"challenges.{challenge.id}: there is no passage {challenge.passage}"
    for level, criteria in book.softer.items():
        if level not in corpus.levels:
            yield f"softer: there is no level {level}"
        yield from _unknown(f"softer.{level}", criteria, corpus)
    yield from _word_faults(book.words)


def _preset_faults(preset: Preset, corpus: Corpus) -> Iterator[str]:
    ids = [item.id for item in preset.rounds]
    if len(set(ids)) < len(ids):
        yield "a round's id is used twice"
    if not any(item.counts for item in preset.rounds):
        yield "no round counts"
    yield from (f"there is no passage {i}" for i in preset.passages if i not in corpus.passages)
    for dimension in preset.dimensions:
        yield from _unknown(f"dimensions.{dimension.id}", dimension.criteria, corpus)
    for item in preset.rounds:
        yield from _unknown(f"{item.id}.weights", item.weights, corpus)
        if any(weight not in (1, 2, 3) for weight in item.weights.values()):
            yield f"{item.id}.weights: a weight is 1, 2 or 3"
        yield from _slot_faults(item, corpus)


def _slot_faults(item: RoundPlan, corpus: Corpus) -> Iterator[str]:
    for slot in item.asks:
        yield from (
            f"{item.id}: there is no question {i}" for i in slot.questions if i not in corpus.questions
        )
        if not any(question.round == slot.round for question in corpus.questions.values()):
            yield f"{item.id}: no question for the round {slot.round}"


def _unknown(where: str, criteria: object, corpus: Corpus) -> Iterator[str]:
    known = corpus.rubric.by_id()
    wanted = [str(i) for i in criteria] if isinstance(criteria, tuple | dict) else []
    yield from (f"{where}: there is no criterion {i}" for i in wanted if i not in known)


def _word_faults(words: Words) -> Iterator[str]:
    if sorted(words.stance) != [1, 2, 3, 4]:
        yield "words.stance: marks 1 to 4 are needed"
    for name, wanted in _BLANKS.items():
        given: dict[str, str] = getattr(words, name)
        for key in wanted.keys() ^ given.keys():
            yield f"words.{name}: {key} is {'missing' if key in wanted else 'not known'}"
        for key in wanted.keys() & given.keys():
            blanks = {field for _, field, _, _ in string.Formatter().parse(given[key]) if field is not None}
            if blanks != set(wanted[key].split()):
                yield f"words.{name}.{key}: its blanks must be: {wanted[key] or 'none'}"
