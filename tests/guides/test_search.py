from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from coach.errors import SetupError
from coach.guides.corpus import Corpus
from coach.guides.entries import corpus_entries, user_entries
from coach.guides.neighbours import neighbours
from coach.guides.read import read_document
from coach.guides.search import METHOD, Searcher, _fuse, _lend, open_searcher
from coach.guides.split import split_document
from coach.guides.terms import synonym_map, terms, wordings
from coach.schema.passage import Guide


def user_guide() -> Guide:
    text = (
        "# Zeppelin scheduling\n\n" + "We schedule zeppelin landings by wind forecasts and mast crews. " * 12
    )
    return split_document(read_document(Path("a.md"), text.encode()), "zeppelins", "Zeppelins")


def test_british_and_american_words_meet() -> None:
    assert terms("behaviour labelled prioritise") == terms("behavior labeled prioritize")
    assert terms("What's it that you do?") == []


def test_synonyms_join_stems() -> None:
    joined = synonym_map([["salary", "pay"], ["pay", "money"]])
    assert joined["pay"] == frozenset({"salari", "money"})
    assert joined["salari"] == frozenset({"pay"})


def test_wordings_keep_filler_and_pairs_within_a_clause() -> None:
    assert wordings("How long? It's late; now") == ["how", "long", "how long", "it", "late", "it late", "now"]
    assert wordings("") == [] and terms("how long") == ["long"]


def test_a_find_lends_to_its_neighbours_by_its_share() -> None:
    near = {0: {2: 0.5, 1: 0.1}, 1: {}}
    assert _lend([(0, 2.0), (1, 0.4)], near) == [(0, 1.0), (1, pytest.approx(0.25)), (2, 0.25)]
    assert _lend([], near) == [] and _lend([(1, 0.0)], near) == [(1, 0.0)]


def test_scores_are_scaled_before_they_are_added() -> None:
    assert _fuse([(1.0, [(3, 40.0), (1, 10.0)]), (2.0, [(1, 0.4)]), (1.0, [])]) == [(1, 2.25), (3, 1.0)]
    full = [(n, 100.0 - n) for n in range(50)]
    assert _fuse([(1.0, full)])[0] == (0, 1.0) and _fuse([(1.0, full)])[-1] == (49, 0.0)


def test_neighbours_are_named_by_one_question_or_stand_in_one_guide(corpus: Corpus) -> None:
    entries = corpus_entries(corpus) + user_entries([user_guide()])
    found = neighbours(entries, corpus)
    question = next(q for q in corpus.questions.values() if len(q.passages) > 1)
    one, other = (next(n for n, e in enumerate(entries) if e.passage.id == i) for i in question.passages[:2])
    assert found[one][other] > 0
    for n, shares in found.items():
        assert n not in shares and not entries[n].passage.user
        assert sum(shares.values()) <= 1.0 + 1e-9
        assert all(not entries[other].passage.user for other in shares)
        mates = {m for m, e in enumerate(entries) if e.passage.guide == entries[n].passage.guide} - {n}
        assert mates <= set(shares)


def test_oblique_phrases_find_a_passage_but_do_not_say_what_it_is_about(corpus: Corpus) -> None:
    passage = next(iter(corpus.passages))
    odd = replace(corpus, asked={**corpus.asked, passage: "plain subject | zeppelin mooring; windy mast"})
    entry = next(e for e in corpus_entries(odd) if e.passage.id == passage)
    assert {"zeppelin", "mast"} <= set(entry.terms) and "moor windi" not in entry.wordings
    assert "subject" in entry.subjects and entry.subjects.isdisjoint({"zeppelin", "mast"})


def test_hits_are_ordered_and_the_same_every_time(searcher: Searcher) -> None:
    first = searcher.search("how do I detect data drift", 5)
    assert first[0].passage.id == "model-lifecycle-and-failures#kinds-of-drift"
    assert [hit.score for hit in first] == sorted((hit.score for hit in first), reverse=True)
    assert searcher.search("how do I detect data drift", 5) == first
    assert len(searcher.search("drift", 3)) == 3


@pytest.mark.parametrize("query", ["", "   ", "what is it", "qqqq zzzz", "\x00\x1b[31m", "?" * 5000])
def test_a_query_without_a_known_word_finds_nothing(searcher: Searcher, query: str) -> None:
    assert searcher.search(query) == []
    assert searcher.coverage(query, []) == 0.0


def test_the_corpus_is_embedded_once_and_user_guides_are_added(corpus: Corpus, tmp_path: Path) -> None:
    def opened(*guides: Guide) -> Searcher:
        return open_searcher(corpus, tmp_path / "index", tmp_path / "cache", user_guides=guides)

    first = opened()
    assert first.build().embedded == len(corpus.passages)
    first.close()
    again = opened()
    assert again.build().embedded == 0
    again.close()
    guide = user_guide()
    more = opened(guide)
    assert more.build().embedded == len(guide.passages)
    hit = more.search("zeppelin landings", 1)[0]
    more.close()
    assert hit.passage.user and hit.passage.guide == "zeppelins"


def test_search_goes_on_when_another_program_builds_anew(corpus: Corpus, tmp_path: Path) -> None:
    one = open_searcher(corpus, tmp_path / "index", tmp_path / "cache")
    before = one.search("drift", 3)
    other = open_searcher(corpus, tmp_path / "index", tmp_path / "cache")
    for _ in range(3):
        other.build(force=True)
    other.close()
    assert one.search("drift", 3) == before
    one.close()


def test_threads_share_one_searcher(corpus: Corpus, tmp_path: Path) -> None:
    searcher = open_searcher(corpus, tmp_path / "index", tmp_path / "cache")
    found: list[list[str]] = []

    def look() -> None:
        found.append([hit.passage.id for hit in searcher.search("precision or recall", 3)])

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    searcher.close()
    assert len(found) == 4 and all(ids == found[0] for ids in found)


def test_a_broken_cache_is_fitted_again(corpus: Corpus, tmp_path: Path) -> None:
    first = open_searcher(corpus, tmp_path / "index", tmp_path / "cache")
    before = first.search("drift", 3)
    first.close()
    cached = next((tmp_path / "cache").glob("lsa-*.npz"))
    cached.write_bytes(cached.read_bytes()[:100])
    second = open_searcher(corpus, tmp_path / "index", tmp_path / "cache")
    assert second.search("drift", 3) == before
    second.close()


def test_an_unknown_embedder_says_which_there_are(corpus: Corpus, tmp_path: Path) -> None:
    searcher = open_searcher(corpus, tmp_path, tmp_path, "word2vec")
    with pytest.raises(SetupError, match="lsa, minilm, or a provider"):
        searcher.search("drift")


def test_opening_a_searcher_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import json, sys; from pathlib import Path\n"
        "from coach.guides.corpus import load_corpus\n"
        "from coach.guides.search import open_searcher\n"
        "from coach.resources import corpus_dir\n"
        f"open_searcher(load_corpus(corpus_dir()), Path({str(tmp_path)!r}), Path({str(tmp_path)!r}))\n"
        "heavy = ['numpy', 'chromadb', 'sklearn', 'scipy', 'bm25s', 'langchain_core', 'openai', 'httpx']\n"
        "print(json.dumps([name for name in heavy if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_method_in_use_is_named() -> None:
    assert METHOD == "fusion"
