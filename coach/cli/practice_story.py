"""/story in practice: which story of the bank answers the question on the screen."""

from __future__ import annotations

from coach.cli.practice_host import Host
from coach.cli.story_desk import make_matcher
from coach.cli.story_match import NONE_FITS
from coach.cli.story_show import render_match, render_opening
from coach.errors import UsageError
from coach.guides.stories import load_story_guide
from coach.resources import corpus_dir
from coach.store.stories import Stories
from coach.stories.opening import open_story


def suggest(host: Host) -> None:
    """Show the best story with an opening made of its own sentences; say so where none fits."""
    stories = Stories(host.rooms.database).all(drafts=False)
    if not stories:
        raise UsageError("Your story bank is empty. `coach story add` leads you through a first story.")
    host.open()
    question = host.session.attempt.question
    corpus = host.rooms.corpus
    matcher = make_matcher(host.rooms, load_story_guide(corpus_dir(), corpus))
    matches = matcher.match(question.text, stories, question.criteria)
    if not matches:
        raise UsageError(NONE_FITS)
    best = matches[0]
    host.screen.show(render_match(best))
    if best.fit == "fits":
        host.screen.show(render_opening(open_story(best.story, question.text)))
