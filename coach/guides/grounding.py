"""Retrieves, once, the passages that ground each corpus question, and reports drift from them.

The result is committed as corpus/grounding.json so that a grade is the same on every machine. The
user's own guides never enter it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from coach.guides.corpus import Corpus
from coach.guides.search import Searcher
from coach.llm.files import write_whole
from coach.schema.question import Question

AT_LEAST = 5
AT_MOST = 6
_DEPTH = 50


@dataclass(frozen=True)
class Drift:
    """A question whose passages, retrieved again, are not the committed ones."""

    question: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]


def ground_questions(corpus: Corpus, searcher: Searcher) -> dict[str, tuple[str, ...]]:
    """Passage ids for every question of the corpus, in the order of questions.yaml."""
    return {name: ground_question(question, corpus, searcher) for name, question in corpus.questions.items()}


def ground_question(question: Question, corpus: Corpus, searcher: Searcher) -> tuple[str, ...]:
    """4 to 6 passage ids: the question's own, then retrieved ones.

    Of the retrieved ones, those that a criterion of the question rests on come first where none of
    the question's own passages serves that criterion, so that every verdict has something to cite.
    """
    chosen = list(dict.fromkeys(i for i in question.passages if i in corpus.passages))[:AT_MOST]
    ranked = [hit.passage.id for hit in searcher.search(question.text, _DEPTH) if not hit.passage.user]
    rubric = corpus.rubric.by_id()
    for criterion in question.criteria:
        serving = set(rubric[criterion].passages) if criterion in rubric else set()
        if serving.isdisjoint(chosen) and len(chosen) < AT_MOST:
            chosen += [i for i in ranked if i in serving][:1]
    chosen += [i for i in ranked if i not in chosen][: max(0, AT_LEAST - len(chosen))]
    return tuple(chosen)


def write_grounding(path: Path, corpus: Corpus, searcher: Searcher, *, anew: bool = False) -> None:
    """Write grounding.json, whole or not at all.

    A question that has passages keeps them unless `anew`, since recorded gradings were made with them; one
    that has none, or lacks a passage of its own, gets them.
    """
    data = {
        "embedder": searcher.embedder_name(),
        "corpus": corpus.digest,
        "questions": {
            name: list(corpus.grounding[name])
            if not anew and name in corpus.grounding and set(question.passages) <= set(corpus.grounding[name])
            else list(ground_question(question, corpus, searcher))
            for name, question in corpus.questions.items()
        },
    }
    write_whole(path, [json.dumps(data, indent=1, ensure_ascii=False), "\n"])


def find_drift(corpus: Corpus, searcher: Searcher) -> list[Drift]:
    """Questions whose committed passages differ from what retrieval gives now, order left aside."""
    drifts = []
    for name, now in ground_questions(corpus, searcher).items():
        then = corpus.grounding.get(name, ())
        if set(then) != set(now):
            lost = tuple(i for i in then if i not in now)
            drifts.append(Drift(name, lost, tuple(i for i in now if i not in then)))
    return drifts
