"""Lines of the editor are broken between words, and the cursor stays where it belongs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.layout.processors import TransformationInput

from coach.cli.practice_wrap import HIDDEN, PREFIX, WordWrap, gaps_before


def rows(text: str, width: int) -> list[str]:
    """The rows that a terminal of this many columns shows."""
    gaps = gaps_before(text, width)
    shown = "".join(
        " " * gaps.get(place, 0) + (character if gaps.get(place) != HIDDEN else "")
        for place, character in enumerate(text)
    )
    return [shown[at : at + width] for at in range(0, len(shown), width)]


def test_a_word_that_does_not_fit_begins_the_next_row() -> None:
    assert rows("one two three four", 10) == ["one two   ", "three four"]
    assert rows("a" * 25 + " bb cc", 10) == ["a" * 10, "a" * 10, "aaaaa bb  ", "cc"]
    assert rows("one two th four five", 10) == ["one two th", "four five"], "no blank at the row's edge"
    assert rows("a" * 20 + " bb", 10) == ["a" * 10, "a" * 10, "bb"]
    assert gaps_before("", 10) == {}
    assert gaps_before("界界界 界界", 8) == {4: 1}


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(10, 40))
def test_no_word_is_cut_and_none_is_lost(lengths: list[int], width: int) -> None:
    text = " ".join("x" * length for length in lengths)
    shown = rows(text, width)
    assert all(
        len(above) == width and not below.startswith(" ")
        for above, below in zip(shown, shown[1:], strict=False)
    )
    assert [word for row in shown for word in row.split()] == text.split()


def test_places_in_the_text_and_on_the_screen_match() -> None:
    text = "one two three four"
    line = TransformationInput(
        BufferControl(Buffer()), Document(text), 0, lambda place: place, [("", text)], 10 + PREFIX, 5
    )
    made = WordWrap().apply_transformation(line)
    assert "".join(fragment[1] for fragment in made.fragments) == "one two   three four"
    assert [made.source_to_display(place) for place in (0, 7, 8, 18)] == [0, 7, 10, 20]
    assert [made.display_to_source(made.source_to_display(place)) for place in range(19)] == list(range(19))
