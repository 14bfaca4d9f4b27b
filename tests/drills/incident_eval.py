"""Measures how requests in plain words find the checks of incidents, without a model.

`python -m tests.drills.incident_eval [FILE...]` prints figures and misses for files of rows
{"incident", "text", "target": id or null}; eval/incidents*.jsonl unless files are named.

Rows of eval/incidents.jsonl were written by somebody who never saw the words of the corpus. Of its
incidents, sorted by name, the first, the third and so on are the tuning half: only their rows were read while
matcher and phrasings were made better. The others are the held-out half; of these only figures are printed.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from coach.drills.incident_intent import RuleReader
from coach.drills.incident_match import Matcher
from coach.grading.local.near import Nearness
from coach.guides.incidents import incident_names
from coach.resources import corpus_dir, eval_dir
from tests.drills.incident_help import MOVES, incident

NAMES = incident_names(corpus_dir())
TUNING, HELD_OUT = NAMES[::2], NAMES[1::2]
OUTSIDE = "incidents.jsonl"


@dataclass
class Measured:
    """Counts over one file. `found`, `wrong` and `missed` are of `asked` rows with a target.

    wrong: something else, or something more, was shown. revealed: of the `nulls`, rows that got a fact or
    an act.
    """

    asked: int = 0
    found: int = 0
    wrong: int = 0
    missed: int = 0
    nulls: int = 0
    revealed: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"top-1 {self.found}/{self.asked} = {self.found / self.asked:.3f},"
            f" something else shown {self.wrong / self.asked:.3f},"
            f" not understood {self.missed / self.asked:.3f};"
            f" of {self.nulls} that ask for nothing here {self.revealed / self.nulls:.3f} got something"
        )


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
        intents = asyncio.run(_reader(row["incident"]).read(row["text"]))
        got = [item.id for item in intents if item.kind in ("fact", "act")]
        target = row["target"]
        if target is None:
            measured.nulls += 1
            measured.revealed += bool(got)
        else:
            measured.asked += 1
            measured.found += got == [target]
            measured.wrong += bool(got) and got != [target]
            measured.missed += not got
        if got != ([target] if target else []):
            measured.failures.append(f"{row['incident']}: {row['text']!r} wants {target}, got {got}")
    return measured


def main(files: list[str]) -> int:
    for path in [Path(name) for name in files] or sorted(eval_dir().glob("incidents*.jsonl")):
        tuned = TUNING if path.name == OUTSIDE else NAMES
        measured = measure(path, names=tuned)
        print(f"{path.name}: {measured}")
        print("\n".join(f"  {text}" for text in measured.failures))
        if tuned is TUNING:
            print(f"{path.name}, held out: {measure(path, names=HELD_OUT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
