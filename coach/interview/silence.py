"""Texts that answer nothing: blank ones, "I don't know", insults. Neither quotes nor credits them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coach.interview.subject import is_beside
from coach.interview.withdrawn import still_said
from coach.interview.words import stems
from coach.schema.answer import Answer, Turn
from coach.schema.grade import Grade, Grader, GradeTask
from coach.schema.pressing import Silence

# A text that carries more than this many words of meaning beside the words of a silence says something.
MOST_BESIDE = 2
BESIDE = "Nothing in it speaks of what was asked."
_DIGIT = re.compile(r"\d")


def silence_of(text: str, silences: Iterable[Silence]) -> Silence | None:
    """The way in which a text answers nothing, or None; a blank text is known by no words."""
    if _DIGIT.search(text):
        return None
    found = (item for item in silences if item.finds.search(text))
    return next((item for item in found if len(stems(item.finds.sub(" ", text))) <= MOST_BESIDE), None)


def is_silent(text: str, silences: Iterable[Silence]) -> bool:
    return not text.strip() or silence_of(text, silences) is not None


class Attentive:
    """Implements Grader over another one, which is not told texts that answer nothing or are taken back.

    They stay in their places as blank ones, so that quotes keep their turns; where nothing else was said, or
    all of it speaks of something else altogether, the inner grader has a blank answer before it.
    """

    def __init__(
        self, inner: Grader, silences: tuple[Silence, ...], takes_back: re.Pattern[str] | None = None
    ) -> None:
        self._inner = inner
        self._silences = silences
        self._takes_back = takes_back

    async def grade(self, task: GradeTask) -> Grade:
        heard = self._heard(still_said(task.answer, task.question, self._takes_back))
        if not is_beside(heard.said(), task.question, task.criteria):
            return await self._inner.grade(task.model_copy(update={"answer": heard}))
        grade = await self._inner.grade(task.model_copy(update={"answer": Answer.of("")}))
        verdicts = tuple(item.model_copy(update={"reason": BESIDE}) for item in grade.criteria)
        return grade.model_copy(update={"flags": ("off_topic",), "criteria": verdicts})

    def _heard(self, answer: Answer) -> Answer:
        if answer.text is not None:
            return Answer.of("") if is_silent(answer.text, self._silences) else answer
        return Answer.of([self._turn(turn) for turn in answer.turns])

    def _turn(self, turn: Turn) -> Turn:
        if turn.role == "interviewer" or not is_silent(turn.text, self._silences):
            return turn
        return turn.model_copy(update={"text": ""})
