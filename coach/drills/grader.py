"""Grades an exercise: another grader's marks under the drill's rules. A model's marks stay as they are."""

from __future__ import annotations

from collections.abc import Mapping

from coach.drills.content import Content, read_content
from coach.drills.drill import Drill
from coach.drills.hold import Hold, held
from coach.drills.shelf import Shelf
from coach.drills.subject import copied, listed, runs_copied
from coach.guides.contents import Contents
from coach.schema.answer import Answer
from coach.schema.chat import short_hash
from coach.schema.grade import Grade, Grader, GradeTask

# A copy: this share of its runs of three words is the exercise's. Nearly one: this share of its content
# words, and fewer than so many are its own.
RUNS_COPIED, COPIED, OWN_WORDS = 0.4, 0.7, 5
ECHO = "these are the exercise's own words; nothing of yours is beside them."
NEARLY = "next to nothing of your own stands beside the exercise's words."
ECHO_ADVICE = "Say what you would do, with figures and reasons of your own."
LISTED = "these are terms in a row; what any of them does here is not said."
LISTED_ADVICE = "Say it in sentences: what you would do, why here, and what it costs."
ELSEWHERE = "it speaks of next to nothing that belongs to this case."
ELSEWHERE_ADVICE = (
    "Name this case's own things: who is concerned, which figures are given, what happens to them."
)


class DrillGrader:
    """Implements Grader over `inner`."""

    def __init__(self, inner: Grader, shelf: Shelf, contents: Contents) -> None:
        self._inner = inner
        self._shelf = shelf
        self._contents = contents
        self._rules = short_hash(repr(sorted(contents.items())))

    async def grade(self, task: GradeTask) -> Grade:
        grade = await self._inner.grade(task)
        if grade.status != "graded" or grade.grader.kind != "local" or task.answer.is_blank():
            return grade
        drill = self._shelf.of(task.question)
        own = {item.id: self._contents[item.id] for item in task.criteria if item.id in self._contents}
        content = read_content(own, task.answer.parts())
        holds = self.holds(drill, task.answer, content)
        after = held(grade, task, holds, content)
        elsewhere = any(hold.why == ELSEWHERE for hold in holds)
        # Where the case is the candidate's own, no words of theirs belong to another one.
        flags = after.flags if drill.case else tuple(flag for flag in after.flags if flag != "off_topic")
        flags = (*flags, "off_topic") if elsewhere and "off_topic" not in flags else flags
        maker = grade.grader.model_copy(update={"prompt": short_hash(grade.grader.prompt + self._rules)})
        return after.model_copy(update={"flags": flags, "grader": maker})

    def holds(self, drill: Drill, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """Rules that hold an answer down: it is a copy, it is another case's, and the kind's own rules."""
        given = "\n".join((drill.question.text, *(t.text for t in answer.turns if t.role == "interviewer")))
        share, own = copied(answer.said(), given)
        common = []
        said = [text for _, text in answer.parts()]
        if runs_copied(said, given) >= RUNS_COPIED:
            common.append(Hold(most=1, why=ECHO, advice=ECHO_ADVICE, plain=True))
        elif share >= COPIED and own < OWN_WORDS:
            common.append(Hold(most=2, why=NEARLY, advice=ECHO_ADVICE, plain=True))
        if listed(answer.said()):
            common.append(Hold(most=2, why=LISTED, advice=LISTED_ADVICE, plain=True))
        if not self._shelf.speaks_of(drill, answer):
            common.append(Hold(most=2, why=ELSEWHERE, advice=ELSEWHERE_ADVICE, plain=True))
        return (*common, *drill.holds(answer, content))
