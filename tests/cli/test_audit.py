from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Piped

FEATURES = """\
# Ticket routing
## Model type
boosted trees
## Metric
kept share, 92%
## Failure mode
don't know

# Home feed
## Model
matrix factorisation
"""


@pytest.fixture
def audited(piped: Piped, tmp_path: Path) -> Piped:
    path = tmp_path / "features.md"
    path.write_text(FEATURES)
    assert piped("audit", "--file", str(path)).code == 0
    return piped


def test_blanks_become_gaps_that_say_what_closes_them(audited: Piped) -> None:
    result = audited("audit", "list")
    assert "9 gaps" in result.out
    assert "Ticket routing (you said that you do not know), Home feed" in result.out
    assert "coach practice --question bh-model-incident; coach drill incident" in result.out
    data = json.loads(audited("audit", "list", "--json").out)
    assert [gap["field"] for gap in data[0]["gaps"]] == ["failure_mode", "monitoring", "data_source", "cost"]


def test_features_come_through_a_pipe_too(piped: Piped) -> None:
    data = json.loads(piped("audit", "--json", given="- feature: Search\n  cost: 1 cent\n").out)
    assert (data[0]["feature"], data[0]["cost"], len(data[0]["gaps"])) == ("Search", "1 cent", 5)


def test_a_feature_is_shown_changed_and_deleted(audited: Piped, tmp_path: Path) -> None:
    assert "(blank) What did it cost" in audited("audit", "show", "1").out
    changed = tmp_path / "changed.md"
    changed.write_text("# Ticket routing\n## Cost\n1 cent\n")
    assert audited("audit", "edit", "1", "--file", str(changed)).code == 0
    assert json.loads(audited("audit", "show", "1", "--json").out)["cost"] == "1 cent"
    assert audited("audit", "delete", "1").code == 2
    assert audited("audit", "delete", "1", "--yes").code == 0
    assert audited("audit", "show", "1").code == 3


def test_an_empty_audit_says_how_to_begin(piped: Piped) -> None:
    assert "coach audit" in piped("audit", "list").err
    assert json.loads(piped("audit", "list", "--json").out) == []


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (("--file", "none.md"), "", 3),
        ((), "# X\n## Colour\nred\n", 3),
        ((), "", 3),
        (("--continue",), "", 2),
        (("edit", "9"), "", 3),
    ],
)
def test_what_cannot_be_done_is_said(piped: Piped, arguments: tuple[str, ...], given: str, code: int) -> None:
    result = piped("audit", *arguments, given=given)
    assert result.code == code
    assert result.err.startswith("coach: ")
