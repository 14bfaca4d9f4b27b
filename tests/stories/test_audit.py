from __future__ import annotations

import pytest

from coach.guides.corpus import load_corpus
from coach.guides.stories import AuditGuide, load_audit_guide
from coach.resources import corpus_dir
from coach.schema.story import AUDIT_FIELDS, AuditEntry
from coach.stories.audit import gaps, is_gap

FULL = AuditEntry(
    id=1,
    feature="Smart replies",
    model_type="fine-tuned small language model",
    metric="accepted replies per 100 messages, bar 12",
    failure_mode="nothing is lost when a reply is ignored",
    monitoring="none of the replies left the language filter without an alarm",
    data_source="two years of tickets",
    cost="0.1 cent, 300 ms",
)


@pytest.fixture(scope="module")
def guide() -> AuditGuide:
    return load_audit_guide(corpus_dir(), load_corpus(corpus_dir()))


def test_a_filled_entry_has_no_gap(guide: AuditGuide) -> None:
    assert gaps([FULL], guide) == ()


def test_every_blank_is_a_gap_that_names_what_closes_it(guide: AuditGuide) -> None:
    found = gaps([FULL, AuditEntry(id=2, feature="Ranking", metric="NDCG")], guide)
    assert {gap.entry for gap in found} == {2}
    assert [gap.field for gap in found] == [name for name in AUDIT_FIELDS if name != "metric"]
    assert all(gap.drill and gap.question and gap.passage and gap.find_out for gap in found)
    assert {gap.why for gap in found} == {"blank"}


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "-", "n/a", "TBD", "Don’t know", "no idea.", "we didn't know"]
)
def test_an_answer_that_says_nothing_is_a_gap(text: str) -> None:
    assert is_gap(text)


@pytest.mark.parametrize("text", ["none of it was cached: 2 cents", "nothing fell over", "a weekly look"])
def test_an_answer_that_says_something_is_none(text: str) -> None:
    assert not is_gap(text)


def test_an_unknown_answer_is_told_from_a_blank_one(guide: AuditGuide) -> None:
    (gap,) = gaps([FULL.model_copy(update={"cost": "no idea"})], guide)
    assert (gap.field, gap.why) == ("cost", "unknown")
