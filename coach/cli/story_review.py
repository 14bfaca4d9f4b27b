"""Reviews stories for `coach story review`: the parts by signs, and the whole by the rubric's criterion."""

from __future__ import annotations

from typing import Any

from coach.cli.json_output import print_json
from coach.cli.model_choice import GraderChoice
from coach.cli.story_desk import Desk, desk
from coach.cli.story_show import render_review
from coach.errors import UsageError
from coach.report.grade import Legend, render_grade
from coach.schema.answer import Answer
from coach.schema.grade import Grade
from coach.schema.question import Question
from coach.schema.story import Story
from coach.stories.review import StoryReview, review_story

# Stories are graded as the answer to this question, by the criterion that asks for evidence.
ASKED = "Tell me about one AI product decision that was yours: the situation, what you did, what came of it."
CRITERION = "star_evidence"


def review_stories(number: int | None, grader: GraderChoice, *, as_data: bool) -> int:
    """Print the review of one story or of all; 1 where a grade could not be made."""
    with desk(grader) as at:
        stories = [at.stories.get(number)] if number is not None else at.stories.all(drafts=False)
        if not stories:
            raise UsageError("The bank holds no finished story. `coach story add` leads you through one.")
        done = []
        for story in stories:
            review, grade = review_one(at, story)
            done.append((review, grade))
            if not as_data:
                _print(at, story, review, grade)
        if as_data:
            data = [_as_data(review, grade) for review, grade in done]
            print_json(data if number is None else data[0])
    return 0 if all(grade.status == "graded" for _, grade in done) else 1


def review_one(at: Desk, story: Story) -> tuple[StoryReview, Grade]:
    """The review of the parts and the grade of the whole, by the model where one is in use."""
    from coach.stories.review_model import review_with_model

    question = star_question(at, story)
    task = at.rooms.task_of("senior")(question, Answer.of(story.told()))
    if at.chat is None:
        grade = at.runner.run(at.rooms.local_grader().grade(task))
        return review_story(story, at.guide, at.rooms.aims_at_grader), grade
    with at.screen.busy("Reading the story"):
        prompt, aimed = at.rooms.prompts.get("story_review"), at.rooms.aims_at_grader
        review = at.runner.run(review_with_model(story, at.guide, at.chat, prompt, aimed))
        return review, at.runner.run(at.rooms.llm_grader(at.chat).grade(task))


def star_question(at: Desk, story: Story) -> Question:
    """The question that a story is graded on, with the passages that the criterion rests on.

    The local grader compares an answer with the words of its question, so that it is told the title; a model
    is not, since a title is the user's own text and no question.
    """
    (criterion,) = at.rooms.corpus.criteria_of([CRITERION])
    text = ASKED if at.chat is not None or not story.title else f"{story.title}: {ASKED}"
    return Question(
        id="story", text=text, round="behavioral", criteria=(CRITERION,), passages=criterion.passages
    )


def _print(at: Desk, story: Story, review: StoryReview, grade: Grade) -> None:
    at.data.show(render_review(review, story, at.guide))
    if review.note:
        at.screen.tell(f"{review.note} The parts were read by rules.")
    corpus = at.rooms.corpus
    at.data.show(render_grade(grade, Legend(corpus.rubric.by_id(), corpus.passages)))


def _as_data(review: StoryReview, grade: Grade) -> dict[str, Any]:
    return review.model_dump(mode="json") | {"grade": grade.model_dump(mode="json")}
