"""Breaks the editor's lines between words; the text itself is left as it is typed."""

from __future__ import annotations

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.formatted_text.utils import fragment_list_to_text
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.utils import get_cwidth

PREFIX = 2  # columns before each row of the text
HIDDEN = -1


class WordWrap(Processor):
    """Fills a row with blanks where the next word would be cut at its end."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The line with the blanks shown, and where each of its characters then stands."""
        fragments = explode_text_fragments(transformation_input.fragments)
        gaps = gaps_before(fragment_list_to_text(fragments), transformation_input.width - PREFIX)
        if not gaps:
            return Transformation(fragments)
        shown: StyleAndTextTuples = []
        places: list[int] = []
        for place, fragment in enumerate(fragments):
            gap = gaps.get(place, 0)
            shown.extend([("", " ")] * gap)
            places.append(len(shown))
            if gap != HIDDEN:
                shown.append(fragment)
        end = len(shown)

        def to_display(place: int) -> int:
            return places[place] if place < len(places) else end + place - len(places)

        def to_source(place: int) -> int:
            return next((n for n, at in enumerate(places) if at >= place), len(places) + max(place - end, 0))

        return Transformation(shown, to_display, to_source)


def gaps_before(text: str, width: int) -> dict[int, int]:
    """Offset of a word -> the blank columns before it that put it at the beginning of the next row.

    A blank that follows a full row is HIDDEN: it would stand alone at the edge of the next one.
    """
    gaps: dict[int, int] = {}
    column = start = begun = 0
    for place, character in enumerate((*text, " ")):
        if character != " ":
            column += get_cwidth(character)
            continue
        long = column - begun
        if begun and begun + long > width and 0 < long <= width:
            gaps[start] = width - begun
            column = long
        # What is longer than a row is broken by the terminal.
        if column and column % width == 0:
            begun = 0
            if place < len(text):
                gaps[place] = HIDDEN
        else:
            begun = (column + 1) % width
        column = begun
        start = place + 1
    return gaps
