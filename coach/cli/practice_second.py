"""A second, blind grading of the answer on the screen, for `/dispute`. Changes no grade and keeps none."""

from __future__ import annotations

from coach.cli.practice_host import Host
from coach.errors import ModelError
from coach.interview.attempt import Attempt
from coach.llm.port import ChatModel
from coach.report.beside import render_second
from coach.schema.grade import Grade

SECOND_SAMPLE = 1


def show_second_opinion(host: Host, attempt: Attempt) -> None:
    """Grade an attempt once more by another model, or by the same one again, and show both gradings.

    The second one knows of no mark.

    The local grader always says the same, so without a model there is nothing to ask.
    """
    first = attempt.grade
    if host.chat is None or first is None:
        host.screen.tell("With a model, /dispute also asks for a second, blind grading; none is in use here.")
        return
    try:
        with host.screen.busy("Grading once more, blind"):
            second = host.runner.run(_grade_again(host, host.chat, attempt))
    except ModelError as error:
        host.screen.tell(f"There is no second grading: {error}")
        return
    host.screen.show(render_second(first, second, host.legend))


async def _grade_again(host: Host, chat: ChatModel, attempt: Attempt) -> Grade:
    other = host.rooms.settings.coach_second_model
    asked = await host.rooms.chat(other) if other else chat
    task = host.rooms.task_of(host.session.setup.level)(attempt.question, attempt.answer())
    return await host.rooms.llm_grader(asked, first_sample=SECOND_SAMPLE).grade(task)
