"""Fits the local grader's model from eval/gold and writes model.json, deterministically.

    python -m bench.local_model [--check] [--sentences FOLDER]

With --check nothing is written: the exit code says whether a new fit gives the file that is there. What is
fitted with a sentence embedder is kept as it is, unless the folder of one (all-MiniLM-L6-v2) is given.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# More threads sum in another order, which moves last digits, and take twice the processor time.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

from coach.grading.local.labelled import gold_files, recording_files
from coach.grading.local.model import FILE
from coach.grading.local.modelfile import fit_sentences, render, train
from coach.grading.local.sentences import SentenceNearness
from coach.guides.corpus import Corpus, load_corpus
from coach.guides.embed import SENTENCE, open_sentence_model
from coach.resources import corpus_dir, eval_dir

KEPT = "relevance_by_sentences"


def nearness(corpus: Corpus, folder: str) -> SentenceNearness:
    asked = [question.text for question in corpus.questions.values()]
    return SentenceNearness(open_sentence_model(SENTENCE + folder).embed, asked)


def sentence_block(arguments: Sequence[str], gold: Sequence[Path], corpus: Corpus) -> dict[str, Any]:
    if "--sentences" in arguments:
        folder = arguments[arguments.index("--sentences") + 1]
        return {KEPT: fit_sentences(gold, corpus, nearness(corpus, folder))}
    known = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    return {KEPT: known[KEPT]} if KEPT in known else {}


def main(arguments: Sequence[str]) -> int:
    gold, recordings = gold_files(eval_dir() / "gold"), recording_files(eval_dir() / "recordings")
    corpus = load_corpus(corpus_dir())
    data = train(gold, recordings, corpus) | sentence_block(arguments, gold, corpus)
    text = render(data)
    if "--check" in arguments:
        same = FILE.exists() and FILE.read_text(encoding="utf-8") == text
        print("model.json is what eval/gold gives." if same else "model.json differs: run `make model`.")
        return 0 if same else 1
    FILE.write_text(text, encoding="utf-8")
    print(json.dumps({**data["figures"], "pointing": data["pointing"]["figures"]}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
