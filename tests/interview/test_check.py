"""A follow-up is asked only when it is one short question, new, about the answer, and no answer itself."""

from __future__ import annotations

import pytest

from coach.guides.corpus import load_corpus
from coach.interview.check import Basis, Kind, faults
from coach.resources import corpus_dir
from coach.schema.pressing import SLOT

BASIS = Basis(
    said="I would track accuracy every week, and the team decides about the launch later.",
    topic="metrics error cost precision recall threshold",
    earlier=("Design a fraud model for card payments. Where would you start?",),
    secrets=(
        "We take precision over recall, because each false block loses a sale and a loyal customer.",
        "A two-tower retrieval model scored by dot product keeps candidates fresh under 20 ms.",
    ),
)


def kinds(text: str, basis: Basis = BASIS) -> set[Kind]:
    return {fault.kind for fault in faults(text, basis)}


@pytest.mark.parametrize(
    "text",
    [
        'You said "track accuracy every week". What would that number hide from you?',
        "You left the launch to the team. What would you tell them to look at first?",
        "Which error costs more here?",
        'You said "I would track accuracy". Why that?',
    ],
)
def test_a_good_follow_up_passes(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tell me more about accuracy and the launch.", "count"),
        ("What is accuracy for? And who launches?", "count"),
        ("What about accuracy? I find that weak.", "count"),
        ("", "count"),
        ("What does accuracy " + "really " * 45 + "hide at launch?", "length"),
        ("Which film did you enjoy on Saturday evening?", "topic"),
        ('You said "we block every payment". What would accuracy hide at launch?', "misquote"),
        ("Where would you start to design a fraud model for card payments?", "repeat"),
        ("Would you take precision over recall, because each false block loses a sale?", "leak"),
        ("Does a false block not lose the loyal customer and the sale, whatever the accuracy?", "leak"),
        ("Would dot product scored two-tower retrieval help accuracy at launch?", "leak"),
    ],
)
def test_a_bad_follow_up_is_named(text: str, kind: Kind) -> None:
    assert kind in kinds(text)


def test_what_the_candidate_said_is_no_leak() -> None:
    said = Basis(
        said="We take precision over recall, because each false block loses a sale and a loyal customer.",
        topic=BASIS.topic,
        earlier=BASIS.earlier,
        secrets=BASIS.secrets,
    )
    text = "You take precision over recall, because each false block loses a sale: for how long?"
    assert "leak" in kinds(text)
    assert kinds(text, said) == set()


def test_the_same_angle_around_other_words_is_a_repeat() -> None:
    basis = Basis(
        said=BASIS.said,
        topic=BASIS.topic,
        earlier=(*BASIS.earlier, 'You said "track accuracy every week". What would that number hide?'),
    )
    assert "repeat" in kinds('You said "the team decides". What would that number hide?', basis)
    assert kinds('You said "the team decides". Who else has a say in the launch?', basis) == set()


def test_almost_every_angle_of_the_corpus_may_be_asked_and_no_exemplar_may() -> None:
    corpus = load_corpus(corpus_dir())
    said = "We would first look at the errors that reach our customers."
    bad_angles, silent_leaks, angles, exemplars = [], [], 0, 0
    for question in corpus.questions.values():
        criteria = corpus.criteria_of(question.criteria)
        secrets = [text for criterion in criteria for text in criterion.good]
        secrets += [passage.text for passage in corpus.ground(question)]
        for angle in question.angles:
            angles += 1
            basis = Basis(said, angle.text, (question.text,), tuple(secrets))
            text = angle.text.replace(SLOT, "look at the errors")
            if faults(text, basis):
                bad_angles.append(text)
        for good in {text for criterion in criteria for text in criterion.good if len(text.split()) < 38}:
            exemplars += 1
            text = f"Would you say: {good.replace('?', ',').rstrip('.')}?"
            if "leak" not in kinds(text, Basis(said, "", (question.text,), tuple(secrets))):
                silent_leaks.append(text)
    assert angles >= 500
    assert len(bad_angles) <= angles * 0.005, bad_angles
    assert exemplars >= 200
    assert silent_leaks == []
