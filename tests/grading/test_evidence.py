from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coach.grading.evidence import EvidenceFinder
from coach.schema.answer import Answer, Turn


def test_quote_comes_back_as_the_exact_slice_of_the_answer() -> None:
    text = "First:  we “Route\neasy\u00a0intents” — to a small model."
    found = EvidenceFinder(Answer.of(text)).find('"route easy intents" - to')
    assert found.found
    assert found.start is not None
    assert found.quote == text[found.start : found.end] == "Route\neasy\u00a0intents” — to"


def test_quote_that_is_not_there_is_kept_and_marked() -> None:
    found = EvidenceFinder(Answer.of("We route by difficulty.")).find("we route by price")
    assert (found.found, found.quote, found.start, found.end) == (False, "we route by price", None, None)


def test_blank_and_punctuation_quotes_are_never_found() -> None:
    finder = EvidenceFinder(Answer.of("Some answer ... with dots"))
    assert not any(finder.find(quote).found for quote in ("", "  ", "...", '""'))


def test_quote_in_a_transcript_names_the_candidates_turn() -> None:
    turns = [
        Turn(role="interviewer", text="What about cost?"),
        Turn(role="candidate", text="I would cache."),
    ]
    finder = EvidenceFinder(Answer.of(turns))
    assert finder.find("would cache").turn == 1
    assert not finder.find("what about cost").found


def test_invisible_characters_inside_a_quote_do_not_hide_it() -> None:
    text = "we ca\u200bche embeddings"
    found = EvidenceFinder(Answer.of(text)).find("we cache embeddings")
    assert found.quote == text


@given(st.text(min_size=1, max_size=200), st.data())
def test_every_found_span_is_a_verbatim_slice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = EvidenceFinder(Answer.of(text)).find(text[start:end])
    if found.found:
        assert found.quote == text[found.start : found.end]
