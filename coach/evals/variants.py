"""Makes the stress cases from gold answers, exemplar pairs and word lists. Always the same ones.

Which answers are used is decided by hashes, so that the choice favours nobody and never changes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from coach.evals import edits
from coach.evals.gold import GoldRow
from coach.evals.stress import Direction, ExemplarPair, StressCase
from coach.guides.corpus import read_yaml
from coach.llm.files import numbered_lines, write_whole
from coach.schema.question import Question

_EACH = 10
_INVISIBLE = ("", "  \n\t\n ", "\u200b\u200b \u2060")
# What the clean answers of a family look like: marks that leave room to move in the wrong direction.
_ROOM: dict[Direction, tuple[int, ...]] = {
    "must_not_rise": (1, 2, 3),
    "must_not_fall": (3, 4),
    "must_not_move": (1, 2, 3, 4),
    "at_most_2": (4,),
}
_ACCENTS = (edits.without_articles, edits.informal, edits.indian_english)
Change = Callable[[GoldRow, int], dict[str, Any]]


@dataclass(frozen=True)
class Words:
    """The word lists and the injection texts under eval/stress."""

    lists: dict[str, list[str]]
    spelling: dict[str, str]
    injections: tuple[dict[str, str], ...]

    @classmethod
    def load(cls, folder: Path) -> Words:
        data = read_yaml(folder / "words.yaml")
        spelling = data.pop("spelling")
        texts = tuple(json.loads(line) for _, line in numbered_lines(folder / "injections.jsonl"))
        return cls(data, spelling, texts)


def make_cases(
    rows: Iterable[GoldRow], pairs: Iterable[ExemplarPair], questions: dict[str, Question], words: Words
) -> list[StressCase]:
    """Every case of every family, in a fixed order."""
    pool = [row for row in rows if row.answer.text and row.kind not in ("injection", "off_topic")]
    families = _families(questions, words)
    cases = [case for family in families for case in _family(*family, pool)]
    cases += _injections(pool, words)
    cases += _moved(pool, questions)
    cases += [
        StressCase(
            id=f"blank-{n}", family="blank", direction="is_1", question_id=pool[0].question_id, answer=text
        )
        for n, text in enumerate(_INVISIBLE, start=1)
    ]
    cases += [case for pair in pairs for case in _sides(pair)]
    return cases


def write_cases(path: Path, cases: Iterable[StressCase]) -> None:
    write_whole(path, (case.model_dump_json(exclude_defaults=True) + "\n" for case in cases))


def _families(questions: dict[str, Question], words: Words) -> list[tuple[str, Direction, Change]]:
    """(family, direction, how the n-th row of the family is changed)."""

    def asked(row: GoldRow) -> str:
        return questions[row.question_id].text

    def gibberish(row: GoldRow, n: int) -> dict[str, Any]:
        text = edits.nonsense(words.lists["gibberish"], row.id)
        return {"answer": text if n % 2 else edits.put(_said(row), text, "end")}

    def question_repeated(row: GoldRow, n: int) -> dict[str, Any]:
        around = f"{asked(row)}\n\n{_said(row)}\n\nSo, to come back to it: {asked(row)}"
        return {"answer": f"{asked(row)} {asked(row)} {asked(row)}" if n % 2 else around}

    def keywords(row: GoldRow, n: int) -> dict[str, Any]:
        listed = words.lists["keywords"]
        chosen = f"{listed[n % len(listed)]}, {listed[(n + 3) % len(listed)]}"
        return {"answer": edits.put(_said(row), f"Key concepts here are {chosen}.", "end")}

    def woven(name: str, count: int) -> Change:
        def change(row: GoldRow, n: int) -> dict[str, Any]:
            listed = words.lists[name]
            chosen = [listed[(n + k * 5) % len(listed)] for k in range(count)]
            return {"answer": edits.weave(_said(row), list(dict.fromkeys(chosen)), row.id)}

        return change

    def named(row: GoldRow, n: int) -> dict[str, Any]:
        return {"answer": f"{words.lists['names'][n % len(words.lists['names'])]} {_said(row)}"}

    def accented(row: GoldRow, n: int) -> dict[str, Any]:
        spoken = [change(_said(row)) for change in (*_ACCENTS[n % 3 :], *_ACCENTS[: n % 3])]
        heard = next((text for text in spoken if _differences(text, _said(row)) >= 3), spoken[0])
        return {"answer": edits.respell(heard, words.spelling)}

    return [
        ("gibberish", "must_not_rise", gibberish),
        ("question_repeated", "must_not_rise", question_repeated),
        ("keyword_stuffing", "must_not_rise", keywords),
        ("padding", "must_not_rise", woven("padding", 7)),
        ("repetition", "must_not_rise", lambda row, _: {"answer": edits.repeat(_said(row))}),
        ("aggrandising", "must_not_rise", woven("aggrandising", 3)),
        ("famous_companies", "must_not_rise", woven("famous_companies", 2)),
        # The gold answer is the prose; a list that scored higher would mean that prose scores lower.
        ("lists_to_prose", "must_not_rise", lambda row, _: {"answer": edits.as_list(_said(row))}),
        ("typos", "must_not_fall", lambda row, _: {"answer": edits.misspell(_said(row), row.id)}),
        ("lower_case", "must_not_fall", lambda row, _: {"answer": edits.lower_case(_said(row))}),
        ("criterion_order", "must_not_move", lambda row, _: {"answer": _said(row), "criteria": "reversed"}),
        ("level_order", "must_not_move", lambda row, _: {"answer": _said(row), "levels": "descending"}),
        ("names", "must_not_move", named),
        ("accents", "must_not_move", accented),
    ]


def _family(family: str, direction: Direction, change: Change, pool: list[GoldRow]) -> Iterator[StressCase]:
    for n, row in enumerate(_choose(family, pool, _ROOM[direction], _EACH)):
        made = {"question_id": row.question_id, **change(row, n)}
        yield StressCase(id=f"{family}-{n + 1:02d}", family=family, direction=direction, base=row.id, **made)


def _injections(pool: list[GoldRow], words: Words) -> list[StressCase]:
    bases = _choose("injection", pool, (1, 2), len(words.injections))
    return [
        StressCase(
            id=item["id"],
            family="injection",
            direction="must_not_rise",
            question_id=row.question_id,
            base=row.id,
            answer=edits.put(_said(row), item["text"], item["place"]),
        )
        for item, row in zip(words.injections, bases, strict=True)
    ]


def _moved(pool: list[GoldRow], questions: dict[str, Question]) -> Iterator[StressCase]:
    """Strong answers under a question of another round that shares no criterion with their own."""
    asked = [questions[i] for i in dict.fromkeys(row.question_id for row in pool)]
    found = 0
    for row in _choose("off_topic_moved", pool, _ROOM["at_most_2"], len(pool)):
        own = questions[row.question_id]
        others = [q for q in asked if q.round != own.round and not set(q.criteria) & set(own.criteria)]
        if not others:
            continue
        found += 1
        to = min(others, key=lambda question: _hash("moved", row.id, question.id))
        yield StressCase(
            id=f"off_topic_moved-{found:02d}",
            family="off_topic_moved",
            direction="at_most_2",
            question_id=to.id,
            answer=_said(row),
            base=row.id,
        )
        if found == _EACH:
            return


def _sides(pair: ExemplarPair) -> Iterator[StressCase]:
    sides = (("bad", pair.bad), ("good", pair.good))
    for side, text in sides:
        yield StressCase(
            id=f"pair-{pair.id}-{side}",
            family="exemplar_pairs",
            direction="order",
            question_id=pair.question_id,
            answer=text,
            pair=pair.id,
            side="bad" if side == "bad" else "good",
        )


def _choose(family: str, pool: list[GoldRow], marks: tuple[int, ...], count: int) -> list[GoldRow]:
    """Up to `count` rows, the marks in turn, each question used as rarely as can be."""
    left = {
        mark: sorted((r for r in pool if r.overall == mark), key=lambda r: _hash(family, r.id))
        for mark in marks
    }
    used: dict[str, int] = {}
    chosen: list[GoldRow] = []
    for mark in cycle(marks):
        if len(chosen) == count or not any(left.values()):
            return chosen
        if left[mark]:
            row = min(left[mark], key=lambda r: used.get(r.question_id, 0))
            left[mark].remove(row)
            used[row.question_id] = used.get(row.question_id, 0) + 1
            chosen.append(row)
    return chosen


def _differences(one: str, other: str) -> int:
    """How many words the one text has that the other has not."""
    return sum((Counter(one.split()) - Counter(other.split())).values())


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()


def _said(row: GoldRow) -> str:
    return row.answer.said()
