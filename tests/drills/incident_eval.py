"""Measures how requests in plain words find the checks of incidents, without a model.

`python -m tests.drills.incident_eval [FILE...]` prints figures and misses for files of rows
{"incident", "text", "target": id, list of ids, or null}; eval/incidents*.jsonl unless files are named. A row
may name the check shown before it (`after`) and the voice in which it is said.

Rows of eval/incidents.jsonl were written by somebody who never saw the words of the corpus. Of its
incidents, sorted by name, the first, the third and so on are the tuning half: only their rows were read while
matcher and phrasings were made better. The others are the held-out half; of these only figures are printed.
Rows of incidents-voices*.jsonl were written before the matcher's code was read; a third of each voice is
incidents-voices.jsonl, held out, and of it too only figures are printed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coach.drills.incident_intent import Intent, RuleReader
from coach.drills.incident_match import Matcher
from coach.grading.local.near import Nearness
from coach.resources import eval_dir
from tests.drills.incident_help import MOVES, incident

OUTSIDE = "incidents.jsonl"
# Of the rows and not of the corpus: an incident without rows yet moves no other to the other half.
_ROWS = (eval_dir() / OUTSIDE).read_text(encoding="utf-8").splitlines()
NAMES = sorted({json.loads(row)["incident"] for row in _ROWS})
TUNING, HELD_OUT = NAMES[::2], NAMES[1::2]
VOICES, VOICES_DEV = "incidents-voices.jsonl", "incidents-voices-dev.jsonl"


@dataclass
class Measured:
    """Counts over one file. `asked` rows have a target, or several of which all are wanted.

    found: just what was wanted was shown. part: a part of it. offered: nothing was shown, and "do you mean
    a or b?" names what was wanted. wrong: something else, or something more, was shown. missed: neither.
    revealed: of the `nulls`, rows that got a fact or an act; doubted: those that were asked what they mean.
    """

    asked: int = 0
    found: int = 0
    part: int = 0
    offered: int = 0
    wrong: int = 0
    missed: int = 0
    nulls: int = 0
    revealed: int = 0
    doubted: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"shown {self.found}/{self.asked} = {self.found / self.asked:.3f},"
            f" a part of it {self.part / self.asked:.3f}, offered {self.offered / self.asked:.3f},"
            f" something else shown {self.wrong / self.asked:.3f},"
            f" not understood {self.missed / self.asked:.3f};"
            f" of {self.nulls} that ask for nothing here {self.revealed / self.nulls:.3f} got something,"
            f" {self.doubted / self.nulls:.3f} were asked what they mean"
        )

    def add(self, wanted: set[str], intents: list[Intent]) -> bool:
        """Counts one row; True where all is as it should be."""
        got = {item.id for item in intents if item.kind in ("fact", "act")}
        offers = {name for item in intents for name in item.options}
        if not wanted:
            self.nulls += 1
            self.revealed += bool(got)
            self.doubted += bool(offers) and not got
            return not got
        self.asked += 1
        self.found += got == wanted
        self.wrong += bool(got - wanted)
        self.part += bool(got) and got < wanted
        self.offered += not got and bool(offers & wanted)
        self.missed += not got and not offers & wanted
        return got == wanted


@cache
def _nearness() -> Nearness:
    return Nearness()


@cache
def _reader(name: str) -> RuleReader:
    chosen = incident(name)
    return RuleReader(Matcher(chosen, MOVES, _nearness()), {item.id: item.says for item in chosen.hypotheses})


def measure(path: Path, *, every: int = 1, names: Collection[str] = NAMES) -> Measured:
    """Figures for one file: of all rows, or of each `every`th; of the incidents named."""
    measured = Measured()
    for line in path.read_text(encoding="utf-8").splitlines()[::every]:
        row = json.loads(line)
        if row["incident"] not in names:
            continue
        reading = _reader(row["incident"]).read(row["text"], row.get("after", ""))
        intents = asyncio.run(reading)
        target = row["target"]
        wanted = set() if target is None else {target} if isinstance(target, str) else set(target)
        if not measured.add(wanted, intents):
            got = [(item.kind, item.id or item.options) for item in intents]
            measured.failures.append(f"{row['incident']}: {row['text']!r} wants {target}, got {got}")
    return measured


def main(files: list[str]) -> int:
    for path in [Path(name) for name in files] or sorted(eval_dir().glob("incidents*.jsonl")):
        tuned = {OUTSIDE: TUNING, VOICES: []}.get(path.name, NAMES)
        if tuned:
            measured = measure(path, names=tuned)
            print(f"{path.name}: {measured}")
            print("\n".join(f"  {text}" for text in measured.failures))
        if tuned is not NAMES:
            print(f"{path.name}, held out: {measure(path, names=HELD_OUT if tuned else NAMES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
