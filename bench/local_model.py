"""Fits the local grader's model from eval/gold and writes model.json, deterministically.

    python -m bench.local_model [--check]

With --check nothing is written: the exit code says whether a new fit gives the file that is there.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from coach.grading.local.labelled import gold_files, recording_files
from coach.grading.local.model import FILE
from coach.grading.local.modelfile import render, train
from coach.guides.corpus import load_corpus
from coach.resources import corpus_dir, eval_dir


def main(arguments: Sequence[str]) -> int:
    gold, recordings = gold_files(eval_dir() / "gold"), recording_files(eval_dir() / "recordings")
    text = render(train(gold, recordings, load_corpus(corpus_dir())))
    if "--check" in arguments:
        same = FILE.exists() and FILE.read_text(encoding="utf-8") == text
        print("model.json is what eval/gold gives." if same else "model.json differs: run `make model`.")
        return 0 if same else 1
    FILE.write_text(text, encoding="utf-8")
    data = json.loads(text)
    print(json.dumps({**data["figures"], "pointing": data["pointing"]["figures"]}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
