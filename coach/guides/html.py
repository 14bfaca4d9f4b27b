"""Reads HTML into lines: one for each block of text. Follows no link and runs no script."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from coach.guides.document import Document, Line

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody tfoot "
    "thead tr ul".split()
)
_SILENT = frozenset("head noscript script style svg template".split())
_HEADING = re.compile(r"h([1-6])$")


class _Reader(HTMLParser):
    """Collects text between block tags. Linear in the input, whatever its nesting."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.title = ""
        self._text: list[str] = []
        self._cells: list[str] = []
        self._start = 1
        self._level = 0
        self._silent: str | None = None
        self._in_title = False
        self._in_row = False
        self._starts = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = not self.title
        elif self._silent is None and tag in _SILENT and tag != "head":
            self._silent = tag
        elif tag == "br":
            self._end_line()
            self._starts = False
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in _BLOCKS:
            self._open_block(tag)

    def _open_block(self, tag: str) -> None:
        if self._in_row and tag != "tr":
            self._text.append(" ")
            return
        self._end_line()
        heading = _HEADING.match(tag)
        self._level = int(heading[1]) if heading else 0
        self._in_row = tag == "tr"
        if tag == "li":
            self._start = self.getpos()[0]
            self._text.append("- ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == self._silent:
            self._silent = None
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr" or (tag in _BLOCKS and not self._in_row):
            self._end_line()
            self._in_row = False
            self._level = 0

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif self._silent is None and data.strip():
            if not "".join(self._text).strip(" -") and not self._cells:
                self._start = self.getpos()[0] + len(data) - len(data.lstrip("\r\n"))
            self._text.append(data)
        elif self._silent is None and self._text:
            self._text.append(" ")

    def _end_cell(self) -> None:
        if not self._in_row:
            return
        text = " ".join("".join(self._text).split())
        if text:
            self._cells.append(text)
        self._text = []

    def _end_line(self) -> None:
        if self._in_row:
            self._end_cell()
        text = " | ".join(self._cells) or " ".join("".join(self._text).split())
        if text.strip("- "):
            cells = tuple(self._cells)
            self.lines.append(Line(self._start, text, level=self._level, starts=self._starts, cells=cells))
        self._text, self._cells, self._starts = [], [], True

    def close(self) -> None:
        super().close()
        self._end_line()


def read_html(text: str) -> Document:
    """Lines with the numbers of the source lines on which they begin."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    title = " ".join(reader.title.split())
    return Document(tuple(reader.lines), title or next((x.text for x in reader.lines if x.level == 1), ""))
