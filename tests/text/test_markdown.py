"""Text of others stays text in Markdown; the bold words of guides are found."""

from __future__ import annotations

import pytest

from coach.text.markdown import bold_parts, inline, quoted


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("# head", "> \\# head"),
        ("a\n---\nb", "> a\n> \\-\\--\n> b".replace("\\-\\--", "\\---")),
        ("1. one", "> 1\\. one"),
        ("![x](http://a)", "> !\\[x\\](http://a)"),
        ("`code` *b* _i_ $x$ a|b", "> \\`code\\` \\*b\\* \\_i\\_ \\$x\\$ a\\|b"),
        ("<b>&amp;", "> \\<b\\>\\&amp;"),
        ("", ">"),
        ("a\r\n\r\nb", "> a\n>\n> b"),
    ],
)
def test_quoted_text_is_no_markup(text: str, safe: str) -> None:
    assert quoted(text) == safe


def test_inline_text_stays_on_its_line() -> None:
    assert inline("a\n# b [c](d)") == "a # b \\[c\\](d)"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\x1b[31m*b*", "a\\*b\\*"),
        ("# head", "\\# head"),
        ("- item", "\\- item"),
        ("3) third", "3\\) third"),
        ("cut 3 - 4", "cut 3 - 4"),
        ("![x](y) {#id}", "!\\[x\\](y) \\{#id\\}"),
    ],
)
def test_inline_text_is_no_markup_wherever_it_stands(text: str, safe: str) -> None:
    assert inline(text) == safe


def test_bold_words_are_parted_from_the_rest() -> None:
    assert list(bold_parts("**BAD:** a *b* **")) == [("", False), ("BAD:", True), (" a *b* **", False)]
    assert list(bold_parts("")) == [("", False)]
