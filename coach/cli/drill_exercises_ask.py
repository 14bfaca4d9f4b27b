"""Leads an exercise: which one comes next, who asks what follows, and what is reported after the grade."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from coach.cli.wiring import Rooms
from coach.drills.audiences import AudienceDrill
from coach.drills.challenger import challenge
from coach.drills.devil import DevilDrill
from coach.drills.drill import Drill
from coach.drills.labels import look_again
from coach.drills.native import NativeDrill
from coach.drills.report import Report
from coach.drills.shelf import OwnDecision, Shelf
from coach.errors import ModelError
from coach.guides.drills import load_drill
from coach.guides.exercises import DrillKind
from coach.interview.follow_up import FollowUp, View
from coach.interview.worked import Worked
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.resources import corpus_dir
from coach.schema.answer import Answer, Turn
from coach.schema.grade import Flag, Grade, GraderId, GradeTask
from coach.schema.question import Question
from coach.schema.story import AUDIT_FIELDS, AuditEntry, Story
from coach.store.history import History
from coach.store.stories import Audits, Stories
from coach.text.language import is_english
from coach.text.phrases import sentences

Picker = Callable[[Collection[str]], Question]


@dataclass(frozen=True)
class Unread:
    """A grader for looks of which nobody reads the marks: the steps of an exercise follow words.

    Where only English is read it says so at the first answer.
    """

    english_only: bool

    async def grade(self, task: GradeTask) -> Grade:
        said = task.answer.said()
        flags: tuple[Flag, ...] = ("language",) if self.english_only and not is_english(said) else ()
        nobody = GraderId(kind="local", model="none", prompt="", rubric="", guides="")
        return Grade(status="ungraded", overall=None, range=None, flags=flags, grader=nobody)


@dataclass(frozen=True)
class Asker:
    """Implements Interviewer: the exercise's own steps, for the devil's advocate worded by a model if any."""

    shelf: Shelf
    chat: ChatModel | None
    prompts: Prompts

    async def follow_up(self, view: View) -> FollowUp | None:
        drill, answer = self.shelf.of(view.task.question), view.task.answer
        if isinstance(drill, DevilDrill) and self.chat is not None:
            further = await challenge(drill, answer, self.chat, self.prompts.get("drill_challenge"))
            if further.step is None:
                return None
            return FollowUp(further.step.text, further.step.criterion, further.author, note=further.note)
        step = drill.next_step(answer)
        return FollowUp(step.text, step.criterion, "local") if step else None


def open_shelf(rooms: Rooms, kind: DrillKind) -> Shelf:
    """The exercises of a kind; for the devil's advocate with the candidate's own decisions first."""
    file = load_drill(kind, corpus_dir(), rooms.corpus)
    return Shelf(kind, file, own_decisions(rooms) if kind == "devil" else ())


def own_decisions(rooms: Rooms) -> list[OwnDecision]:
    """Finished stories and audited features as decisions that can be attacked."""
    stories = Stories(rooms.database).all(drafts=False)
    audits = Audits(rooms.database).all(drafts=False)
    told = [(f"story-{story.id}", story.title, _told(story)) for story in stories]
    told += [(f"audit-{entry.id}", entry.feature, _listed(entry)) for entry in audits]
    return [OwnDecision(name=name, title=title or name, text=_own_words(text)) for name, title, text in told]


def make_picker(shelf: Shelf, name: str | None, history: History) -> Picker:
    """The exercise that was named, then those done longest ago."""
    named = shelf.drill(name).question if name else None

    def pick(asked: Collection[str]) -> Question:
        if named is not None and named.id not in asked:
            return named
        last = {question: done.last_at for question, done in history.practised().items()}
        return shelf.next(last, asked).question

    return pick


async def report_on(drill: Drill, answer: Answer, chat: ChatModel | None, prompts: Prompts) -> Report:
    """What the rules saw, read again by a model where one is in use; a failing model leaves the rules."""
    report = drill.check(answer)
    if chat is None:
        return report
    try:
        return await look_again(drill, answer, report, chat, prompts.get("drill_labels"))
    except ModelError as error:
        why = str(error).rstrip(".")
        note = f"The model did not read it ({why}). These are words found by rule."
        return report.model_copy(update={"notes": (*report.notes, note)})


def titles_of(drill: Drill) -> Mapping[str, str]:
    """What the choices of a report are about, by their ids."""
    if isinstance(drill, NativeDrill):
        return {question.id: question.text for question in drill.file.questions}
    if isinstance(drill, AudienceDrill):
        return {f"fit/{audience.id}": f"the text for {audience.name}" for audience in drill.file.audiences}
    return {}


def worked_answer(shelf: Shelf, question: Question) -> Worked:
    """The exercise's own example, or the whole key where it has none."""
    drill = shelf.of(question)
    if drill.exercise.example:
        return Worked(drill.exercise.example, "", "Written for this exercise; one way among several.")
    nothing = Answer.of([Turn(role="candidate", text="") for _ in range(drill.steps + 1)])
    wanted = [
        f"- {f'{check.group}: ' if check.group else ''}{check.text}. {check.why}"
        for check in drill.check(nothing).checks
    ]
    words = "\n".join(wanted) or "Nobody but you knows the facts of your own work; answer with them."
    return Worked(words, "", "There is no written example for this exercise; this is what it looks for.")


def _told(story: Story) -> str:
    return " ".join(story.told().split())


def _listed(entry: AuditEntry) -> str:
    """The filled fields as sentences, so that each can be quoted."""
    filled = [
        f"{name.replace('_', ' ').capitalize()}: {text}"
        for name in AUDIT_FIELDS
        if (text := " ".join(entry.field(name).split()).rstrip("."))
    ]
    return ". ".join([entry.feature.strip().rstrip("."), *filled]) + "."


def _own_words(text: str) -> str:
    """The text without sentences that speak to a grader: it becomes part of the question."""
    kept = [text[start:end] for start, end in sentences(text)]
    return " ".join(one for one in kept if not Rooms.aims_at_grader(one))
