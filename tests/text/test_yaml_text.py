from __future__ import annotations

import pytest

from coach.text.yaml_text import MOST_DEEP, BadYaml, parse_yaml


def test_values_anchors_and_merges_are_read() -> None:
    text = "base: &base {a: 1}\nmore:\n  <<: *base\n  b: [x, 2.5, null]\n"
    assert parse_yaml(text) == {"base": {"a": 1}, "more": {"a": 1, "b": ["x", 2.5, None]}}


@pytest.mark.parametrize(
    "text",
    [
        "a: 2026-13-45",
        "a: !!bool maybe",
        "a: !!timestamp x",
        "a: !!int ''",
        "9" * 5000,
        "a: !!python/object/apply:os.getcwd []",
        "{[a]: 1}",
        "a: &a [*a]",
        "[" * 100_000,
        "- " * 100_000 + "x",
        "{a: " * 100_000,
        "[" * (MOST_DEEP + 1) + "]" * (MOST_DEEP + 1),
        "\x00",
    ],
)
def test_what_is_no_plain_value_or_has_no_end_is_refused(text: str) -> None:
    with pytest.raises(BadYaml):
        parse_yaml(text)


def test_aliases_that_write_out_to_a_giant_are_refused() -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(BadYaml, match="too large"):
        parse_yaml("\n".join(["l0: &l0 [x, x]", *levels]))


def test_the_line_of_a_fault_is_told() -> None:
    with pytest.raises(BadYaml) as caught:
        parse_yaml("a: 1\nb: [1, 2\nc: 3\n")
    assert caught.value.place == ", line 3"
