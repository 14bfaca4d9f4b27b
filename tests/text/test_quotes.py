from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coach.text.quotes import Folded


def test_a_quote_is_found_whatever_its_marks_white_space_and_case() -> None:
    text = "We cut  “false blocks” –\nby half."
    assert Folded(text).find('"FALSE blocks" - by half') == (9, 32)
    assert text[9:32] == "false blocks” –\nby half"


def test_a_quote_that_is_not_there_or_holds_nothing_is_not_found() -> None:
    assert Folded("We cut it.").find("we kept it") is None
    assert Folded("We cut it.").find(" . ") is None


@given(st.text(max_size=80), st.integers(0, 80), st.integers(1, 40))
def test_a_span_that_is_found_lies_in_the_text(text: str, start: int, length: int) -> None:
    span = Folded(text).find(text[start : start + length])
    assert span is None or 0 <= span[0] < span[1] <= len(text)
