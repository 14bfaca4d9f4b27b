from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from coach.errors import DatasetError
from coach.guides.check import check_corpus, read_exemplars
from coach.guides.corpus import Corpus, load_corpus
from coach.resources import corpus_dir, eval_dir
from coach.schema.question import ROUNDS

EXEMPLARS = "exemplars.jsonl"


def problems(corpus: Corpus, folder: Path | None = None, exemplars: Path | None = None) -> list[str]:
    return check_corpus(corpus, folder or corpus_dir(), exemplars or eval_dir() / EXEMPLARS)


def test_the_shipped_corpus_agrees_with_itself(corpus: Corpus) -> None:
    assert problems(corpus) == []


def test_the_shipped_corpus_is_as_large_as_promised(corpus: Corpus) -> None:
    assert len(corpus.questions) >= 80
    assert len(corpus.rubric.criteria) == 13
    assert {question.round for question in corpus.questions.values()} == set(ROUNDS)


def test_wrong_references_are_named(corpus: Corpus) -> None:
    question = next(iter(corpus.questions.values()))
    wrong = question.model_copy(
        update={"passages": ("role-and-market#none",), "criteria": ("charm", *question.criteria[:1])}
    )
    found = problems(replace(corpus, questions={**corpus.questions, question.id: wrong}))
    assert f"question {question.id}, passage: role-and-market#none does not exist" in found
    assert f"question {question.id}, criterion: charm does not exist" in found
    assert f"question {question.id}: it has 2 criteria; it needs 3 to 5" in found
    assert f"question {question.id}: no angle presses on charm" in found


def test_a_criterion_that_nobody_asks_for_is_named(corpus: Corpus) -> None:
    few = dict(list(corpus.questions.items())[:1])
    found = problems(replace(corpus, questions=few))
    assert any(line.startswith("criterion ") and "no question asks for it" in line for line in found)
    assert any(line.startswith("round ") for line in found)


def test_grounding_and_search_words_are_checked(corpus: Corpus) -> None:
    name, ids = next(iter(corpus.grounding.items()))
    grounding = {**corpus.grounding, name: (*ids[:3], "x#y"), "gone": ids}
    found = problems(replace(corpus, grounding=grounding, asked={"x#z": "words"}))
    assert f"grounding of {name}, passage: x#y does not exist" in found
    assert "grounding, question: gone does not exist" in found
    assert "asked.yaml, passage: x#z does not exist" in found
    assert "passage role-and-market#pay: asked.yaml has no entry for it" in found
    del grounding[name]
    assert any(
        line.startswith(f"question {name}: it has no grounding")
        for line in problems(replace(corpus, grounding=grounding))
    )


def test_a_pair_that_nobody_cites_is_named(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / EXEMPLARS
    lines = (eval_dir() / EXEMPLARS).read_text().splitlines()
    row = read_exemplars(eval_dir() / EXEMPLARS)[0]
    kept = [line for line in lines if f'"{row.passage}"' not in line]
    path.write_text("\n".join([*kept, kept[0], kept[1].replace(row.criterion, "charm")]))
    found = problems(corpus, exemplars=path)
    assert f"passage {row.passage}: its pair has no row in eval/exemplars.jsonl" in found
    assert any("the id is used 2 times" in line for line in found)


def test_a_repeated_question_id_is_seen_in_the_file(corpus: Corpus, tmp_path: Path) -> None:
    shutil.copytree(corpus_dir(), tmp_path / "corpus")
    path = tmp_path / "corpus" / "questions.yaml"
    text = path.read_text()
    path.write_text(text + "\n" + text[text.index("- id:") : text.index("- id:", text.index("- id:") + 5)])
    again = load_corpus(tmp_path / "corpus")
    first = next(iter(corpus.questions))
    assert f"question {first}: the id is used 2 times" in problems(again, tmp_path / "corpus")


def test_a_broken_exemplar_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / EXEMPLARS
    path.write_text('{"id": "a"}\n')
    with pytest.raises(DatasetError, match="line 1"):
        read_exemplars(path)
