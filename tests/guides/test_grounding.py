from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from coach.guides.corpus import Corpus
from coach.guides.grounding import find_drift, ground_question, ground_questions, write_grounding
from coach.guides.search import Searcher, open_searcher
from tests.guides.test_search import user_guide


def test_a_question_s_own_passages_come_first(corpus: Corpus, searcher: Searcher) -> None:
    for question in list(corpus.questions.values())[:25]:
        ids = ground_question(question, corpus, searcher)
        assert ids[: len(question.passages)] == question.passages
        assert 4 <= len(ids) <= 6 and len(set(ids)) == len(ids)
        assert ids == ground_question(question, corpus, searcher)


def test_the_committed_grounding_covers_every_question(corpus: Corpus) -> None:
    assert list(corpus.grounding) == list(corpus.questions)
    for name, ids in corpus.grounding.items():
        assert 4 <= len(ids) <= 6
        assert set(corpus.questions[name].passages) <= set(ids)
        assert all(i in corpus.passages for i in ids)


def test_the_user_s_guides_never_enter(corpus: Corpus, tmp_path: Path) -> None:
    guide = user_guide()
    question = corpus.questions["fraud-realtime"].model_copy(
        update={"text": "zeppelin landings by mast crews"}
    )
    own = open_searcher(corpus, tmp_path / "index", tmp_path / "cache", user_guides=[guide])
    assert own.search(question.text, 1)[0].passage.user
    ids = ground_question(question, corpus, own)
    own.close()
    assert all(i in corpus.passages for i in ids)


def test_written_grounding_names_embedder_and_corpus(
    corpus: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    few = replace(corpus, questions=dict(list(corpus.questions.items())[:3]))
    path = tmp_path / "grounding.json"
    write_grounding(path, few, searcher, anew=True)
    data = json.loads(path.read_text())
    assert data["embedder"] == searcher.embedder_name()
    assert data["corpus"] == corpus.digest
    assert data["questions"] == {name: list(ids) for name, ids in ground_questions(few, searcher).items()}
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_question_is_grounded_and_the_others_keep_their_passages(
    corpus: Corpus, searcher: Searcher, tmp_path: Path
) -> None:
    few = replace(corpus, questions=dict(list(corpus.questions.items())[:3]))
    new, moved, kept = few.questions
    odd = (*corpus.questions[kept].passages, "role-and-market#pay")
    lacks_its_own = corpus.grounding[moved][len(corpus.questions[moved].passages) :]
    path = tmp_path / "grounding.json"
    write_grounding(path, replace(few, grounding={kept: odd, moved: lacks_its_own}), searcher)
    written = json.loads(path.read_text())["questions"]
    now = ground_questions(few, searcher)
    assert written == {new: list(now[new]), moved: list(now[moved]), kept: list(odd)}


def test_drift_names_what_was_lost_and_gained(corpus: Corpus, searcher: Searcher) -> None:
    few = replace(corpus, questions=dict(list(corpus.questions.items())[:2]))
    now = ground_questions(few, searcher)
    (one, ids), (two, _) = now.items()
    moved = replace(few, grounding={**now, one: (*ids[:-1], "role-and-market#pay")})
    drift = find_drift(moved, searcher)
    assert [(d.question, d.lost, d.gained) for d in drift] == [(one, ("role-and-market#pay",), (ids[-1],))]
    assert find_drift(replace(few, grounding=now), searcher) == []
    assert find_drift(replace(few, grounding={one: tuple(reversed(ids)), two: now[two]}), searcher) == []
