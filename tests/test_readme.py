"""README's figures are those of the accepted baselines."""

from __future__ import annotations

from bench.readme import BEGIN, END, README, figures


def test_readme_states_the_accepted_figures() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == figures()
