from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coach.guides.corpus import load_corpus
from coach.guides.stories import AuditGuide, load_audit_guide
from coach.resources import corpus_dir
from coach.schema.story import AUDIT_FIELDS, AuditEntry
from coach.stories.audit import gap_of, gaps, say_more

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
def test_an_answer_that_says_nothing_is_a_gap(text: str, guide: AuditGuide) -> None:
    assert {gap_of(text, topic) for topic in guide.fields} == {"unknown" if text.strip() else "blank"}


@pytest.mark.parametrize(("name", "share"), [("dev", 0.97), ("held_out", 0.8)])
def test_a_field_must_tell_what_it_asks_for(name: str, share: float, guide: AuditGuide) -> None:
    cases = yaml.safe_load((Path(__file__).parent / "audited.yaml").read_text(encoding="utf-8"))[name]
    for kind, wanted in (("tells", False), ("gap", True)):
        read = [(text, gap_of(str(text), topic)) for topic in guide.fields for text in cases[topic.id][kind]]
        wrong = [(text, why) for text, why in read if bool(why) is not wanted]
        assert len(wrong) <= (1 - share) * len(read), wrong


def test_an_unclear_answer_is_asked_for_what_it_lacks(guide: AuditGuide) -> None:
    (gap,) = gaps([FULL.model_copy(update={"metric": "good accuracy"})], guide)
    assert (gap.field, gap.why) == ("metric", "unclear")
    assert gap.say_more.startswith("Say more: name what was counted")
    assert {say_more(topic)[:10] for topic in guide.fields} == {"Say more: "}


def test_the_printed_examples_tell_what_is_asked_for(guide: AuditGuide) -> None:
    assert {gap_of(topic.example, topic) for topic in guide.fields} == {None}


def test_an_unknown_answer_is_told_from_a_blank_one(guide: AuditGuide) -> None:
    (gap,) = gaps([FULL.model_copy(update={"cost": "no idea"})], guide)
    assert (gap.field, gap.why) == ("cost", "unknown")
