"""Finds stories for `coach story match` and for /story in practice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coach.cli.json_output import print_json
from coach.cli.model_choice import GraderChoice
from coach.cli.story_desk import Desk, desk, make_matcher
from coach.cli.story_show import render_match, render_opening, render_principles
from coach.errors import UsageError
from coach.report.lines import labelled, plain
from coach.schema.question import Question
from coach.schema.story import Story
from coach.stories.choose import Choice, choose_with_model
from coach.stories.match import Match
from coach.stories.opening import Opening, open_story, open_with_model
from coach.stories.principles import Principle, match_all, read_principles

SHOWN = 3
NONE_FITS = "No story of yours fits this. `coach story coverage` says what to write next."


def match_question(wanted: str, grader: GraderChoice, *, as_data: bool) -> None:
    """Print the stories that fit a question, best first, with an opening for the best."""
    with desk(grader) as at:
        question = find_question(at, wanted)
        stories = finished(at)
        # The embedder is fitted at the first use, which takes some seconds.
        with at.screen.busy("Looking through your stories"):
            ranked = make_matcher(at.rooms, at.guide).rank(question.text, stories, question.criteria)
        choice = _choose(at, question, ranked)
        chosen = next((match for match in ranked if match.story.id == choice.story), None)
        opening = _open(at, chosen.story, question.text) if chosen is not None else None
        matches = [match for match in ranked if match.fit != "none" or match is chosen]
        if as_data:
            print_json(_as_data(question, matches, choice, opening))
        else:
            _print(at, question, matches, choice, opening)


def match_principles(file: str, *, as_data: bool) -> None:
    """Print the story for each principle of a file, and say where none fits."""
    with desk() as at:
        principles = read_principles(Path(file))
        found = match_all(principles, make_matcher(at.rooms, at.guide), finished(at))
        if as_data:
            rows = [_principle_data(principle, matches) for principle, matches in found]
            print_json(rows)
        else:
            at.data.show(render_principles(found))


def find_question(at: Desk, wanted: str) -> Question:
    """The corpus's question of that id, or one of the user's own words."""
    known = at.rooms.corpus.questions.get(wanted.strip())
    if known is not None:
        return known
    if not wanted.strip():
        raise UsageError("Give a question: its id (`coach questions list`) or its text.")
    if " " not in wanted.strip():
        from coach.interview.select import by_id

        return by_id(at.rooms.corpus.questions, wanted.strip())
    return Question(id="own", text=wanted.strip())


def finished(at: Desk) -> list[Story]:
    """The stories that can be told; UsageError where there is none."""
    stories = at.stories.all(drafts=False)
    if not stories:
        raise UsageError("Your story bank is empty. `coach story add` leads you through a first story.")
    return stories


def _choose(at: Desk, question: Question, matches: list[Match]) -> Choice:
    """Which of the matches to tell: the first one, or the model's choice among them."""
    fitting = [match for match in matches if match.fit == "fits"]
    if at.chat is None:
        return Choice(story=fitting[0].story.id if fitting else None, fits=bool(fitting))
    with at.screen.busy("Choosing a story"):
        prompt = at.rooms.prompts.get("story_match")
        return at.runner.run(choose_with_model(question.text, matches, at.chat, prompt))


def _open(at: Desk, story: Story, question: str) -> Opening:
    if at.chat is None:
        return open_story(story, question)
    with at.screen.busy("Wording an opening"):
        prompt = at.rooms.prompts.get("story_opening")
        return at.runner.run(open_with_model(story, question, at.chat, prompt))


def _print(
    at: Desk, question: Question, matches: list[Match], choice: Choice, opening: Opening | None
) -> None:
    show = at.data.show
    first = [match for match in matches if match.story.id == choice.story]
    rest = [match for match in matches if match.story.id != choice.story]
    if not choice.fits:
        show(plain(NONE_FITS))
        if choice.why:
            show(labelled(choice.by, choice.why))
    for match in (*first, *rest)[:SHOWN]:
        show(render_match(match))
        if match.story.id == choice.story and opening is not None:
            if choice.why:
                show(labelled(choice.by, choice.why))
            show(render_opening(opening))
    for note in (choice.note, opening.note if opening else ""):
        if note:
            at.screen.tell(note)


def _as_data(
    question: Question, matches: list[Match], choice: Choice, opening: Opening | None
) -> dict[str, Any]:
    return {
        "question": question.id,
        "text": question.text,
        "fits": choice.fits,
        "choice": choice.model_dump(mode="json"),
        "matches": [_match_data(match) for match in matches],
        "opening": opening.model_dump(mode="json") if opening else None,
    }


def _match_data(match: Match) -> dict[str, Any]:
    return {
        "story": match.story.id,
        "title": match.story.title,
        "fit": match.fit,
        "score": match.score,
        "reasons": [reason.model_dump(mode="json") for reason in match.reasons],
    }


def _principle_data(principle: Principle, matches: list[Match]) -> dict[str, Any]:
    return {
        "principle": principle.name,
        "text": principle.text,
        "fits": any(match.fit == "fits" for match in matches),
        "matches": [_match_data(match) for match in matches],
    }
