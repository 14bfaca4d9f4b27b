"""Every command that a plan names is one that the program has, with arguments that it takes."""

from __future__ import annotations

import json
import shlex

import pytest

from coach.cli.drill import KINDS
from coach.guides.corpus import load_corpus
from coach.guides.stories import load_story_guide
from coach.plan.draft import Span
from coach.plan.make import make_plan
from coach.plan.needs import Gap, Needs
from coach.plan.template import load_template
from coach.resources import corpus_dir
from tests.cli.conftest import Piped
from tests.plan.conftest import FIRST, MADE_AT


@pytest.fixture
def commands() -> list[list[str]]:
    corpus = load_corpus(corpus_dir())
    needs = Needs(
        questions=corpus.questions,
        passages={},
        companies=("Google", "Meta", "Amazon", "a start-up", "Acme"),
        gaps=(Gap(1, "F", ("Metric",)),),
    )
    last = FIRST.fromordinal(FIRST.toordinal() + 400)
    _, items = make_plan("p", needs, load_template(corpus_dir()), Span(FIRST, last), MADE_AT, 20)
    return [list(words) for words in sorted({tuple(shlex.split(i.command)) for i in items if i.command})]


def test_the_program_takes_every_command(piped: Piped, commands: list[list[str]]) -> None:
    heads = {
        tuple(words[1:3]) if words[1] in ("drill", "loop", "story", "history") else (words[1],)
        for words in commands
    }
    for head in sorted(heads):
        assert piped(*head, "--help").code == 0, head


def test_drills_are_of_kinds_that_exist(commands: list[list[str]]) -> None:
    named = {words[2] for words in commands if words[1] == "drill"}
    assert named <= {kind.name for kind in KINDS}


def test_loops_are_presets_that_exist(piped: Piped, commands: list[list[str]]) -> None:
    known = {preset["id"] for preset in json.loads(piped("loop", "list", "--json").out)}
    named = {words[3] for words in commands if words[1:3] == ["loop", "start"]}
    assert named <= known
    assert {company.loop for company in load_template(corpus_dir()).companies} <= {*known, ""}


def test_subjects_of_stories_are_of_kinds_that_exist() -> None:
    kinds = {kind.id for kind in load_story_guide(corpus_dir(), load_corpus(corpus_dir())).kinds}
    assert {subject.kind for subject in load_template(corpus_dir()).stories} <= {*kinds, ""}
