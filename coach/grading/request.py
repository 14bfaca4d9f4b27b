"""Turns a task into the request that a model grades: what never changes first, the answer last."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from coach.grading.reply import pin_criteria, reply_schema
from coach.prompts import Prompt, Prompts
from coach.schema.answer import Answer
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.grade import GradeTask
from coach.schema.passage import Passage
from coach.schema.question import Question
from coach.schema.rubric import Criterion, Sign
from coach.text.fence import fence, neutralise

PASSAGES_GIVEN = 4
_PINNED_KEPT = 1000
REPLY_TOKENS = 4000


@dataclass(frozen=True)
class Order:
    """The order in which criteria and levels are put to the model; changed by stress tests only."""

    criteria: Literal["given", "reversed"] = "given"
    levels: Literal["ascending", "descending"] = "ascending"


class RequestBuilder:
    """Builds grading requests from the prompts. `digest` versions everything but the material."""

    def __init__(self, prompts: Prompts, order: Order | None = None) -> None:
        self._system: Prompt = prompts.get("grade_system")
        self._task: Prompt = prompts.get("grade_task")
        self._repair: Prompt = prompts.get("grade_repair")
        self._order = order or Order()
        self._schemas: dict[int, ReplySchema] = {}
        self._shown: dict[tuple[int, ...], tuple[tuple[Criterion, ...], str]] = {}
        self._hashes: dict[int, str] = {}
        self._pinned: dict[tuple[int, tuple[str, ...]], ReplySchema] = {}

    @cached_property
    def digest(self) -> str:
        """First 12 hex digits of a hash over prompts, schema and order."""
        schema = json.dumps(self.schema(4).definition, sort_keys=True)
        parts = [self._system.text, self._task.text, self._repair.text, schema, repr(self._order)]
        return short_hash("\x00".join(parts))

    def schema(self, top: int) -> ReplySchema:
        if top not in self._schemas:
            self._schemas[top] = reply_schema(top)
        return self._schemas[top]

    def _schema_for(self, top: int, ids: tuple[str, ...]) -> ReplySchema:
        """The schema, with the form to send that names these criteria; remembered, for they come again."""
        if (top, ids) not in self._pinned:
            if len(self._pinned) >= _PINNED_KEPT:
                self._pinned.clear()
            self._pinned[top, ids] = pin_criteria(self.schema(top), ids)
        return self._pinned[top, ids]

    def _schema_hash(self, top: int) -> str:
        if top not in self._hashes:
            self._hashes[top] = short_hash(json.dumps(self.schema(top).definition, sort_keys=True))
        return self._hashes[top]

    def _rubric_text(self, criteria: tuple[Criterion, ...]) -> str:
        """The criteria as they are shown; remembered, since thousands of answers share them."""
        key = tuple(map(id, criteria))
        if key not in self._shown:
            if len(self._shown) >= _PINNED_KEPT:
                self._shown.clear()
            text = "\n\n".join(_show_criterion(item, self._order.levels) for item in criteria)
            self._shown[key] = (criteria, text)  # holds the criteria, so that no id is given out again
        return self._shown[key][1]

    def build(self, task: GradeTask, sample: int = 0) -> ChatRequest:
        """One request for all criteria of the task."""
        criteria = task.criteria if self._order.criteria == "given" else task.criteria[::-1]
        passages = task.passages[:PASSAGES_GIVEN]
        rubric = self._rubric_text(criteria)
        answer = _show_answer(task.answer)
        text = self._task.fill(
            round=task.question.round or "not given",
            question=neutralise(task.question.text),
            fatal=_show_fatal(task.question),
            rubric=rubric,
            level_note=f"\n# Level of the role\n\n{task.level_note}\n" if task.level_note else "",
            passages="\n\n".join(_show_passage(item) for item in passages) or "(none)",
            answer=answer,
            criteria=", ".join(item.id for item in criteria),
        )
        schema = self._schema_for(task.criteria[0].top, tuple(item.id for item in criteria))
        parts = {
            "subject": subject_of(task.question.id, task.answer),
            "prompt": self.digest,
            "rubric": short_hash(rubric + task.level_note),
            "passages": short_hash("".join(f"{item.id} {item.digest} " for item in passages)),
            "schema": self._schema_hash(task.criteria[0].top),
            "question": short_hash(task.question.model_dump_json()),
        }
        return ChatRequest(
            messages=(Message(role="system", content=self._system.text), Message(role="user", content=text)),
            reply_schema=schema,
            sample=sample,
            purpose="grade",
            parts=parts,
            max_tokens=REPLY_TOKENS,
        )

    def repair(self, request: ChatRequest, reply: str, problems: list[str]) -> ChatRequest:
        """The same conversation, with the reply and what is wrong with it."""
        wrong = self._repair.fill(problems="\n".join(f"- {problem}" for problem in problems))
        more = (Message(role="assistant", content=reply), Message(role="user", content=wrong))
        return request.model_copy(
            update={"messages": request.messages + more, "purpose": "grade_repair"},
        )


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _show_criterion(criterion: Criterion, level_order: str) -> str:
    lines = [f"## {criterion.id}: {criterion.title}"]
    if criterion.asks:
        lines.append(criterion.asks)
    levels = sorted(criterion.levels.items(), reverse=level_order == "descending")
    names = dict(enumerate(criterion.level_names, start=1))
    lines += [f"- level {n}{f' ({names[n]})' if n in names else ''}: {text}" for n, text in levels]
    lines += _show_signs("good signs", criterion.signs.good)
    lines += _show_signs("bad signs", criterion.signs.bad)
    lines += _show_signs("fatal signs", criterion.signs.fatal)
    lines += [f"- a BAD sample: {text}" for text in criterion.bad[:2]]
    lines += [f"- a GOOD sample: {text}" for text in criterion.good[:2]]
    return "\n".join(lines)


def _show_signs(label: str, signs: tuple[Sign, ...]) -> list[str]:
    if not signs:
        return []
    return [f"- {label}: " + "; ".join(f"{sign.id} = {sign.text}" for sign in signs)]


def _show_fatal(question: Question) -> str:
    if not question.fatal:
        return ""
    return "\n" + "\n".join(_show_signs("fatal signs of this question", question.fatal)) + "\n"


@lru_cache(maxsize=1024)
def passage_body(passage: Passage) -> str:
    """A passage's text as it is fenced."""
    return f"{passage.title}\n{passage.text}"


@lru_cache(maxsize=1024)
def _show_passage(passage: Passage) -> str:
    return f"Passage {passage.id}\n" + fence("passage", passage_body(passage))


def subject_of(question_id: str, answer: Answer) -> str:
    """What a recording says it is about: a hash of the question and the answer as they were shown."""
    return short_hash(f"{question_id}\x00{_show_answer(answer)}")


def _show_answer(answer: Answer) -> str:
    if answer.text is not None:
        return fence("answer", answer.text)
    turns = [f"{turn.role.capitalize()}:\n{fence('turn', turn.text)}" for turn in answer.turns]
    return "\n\n".join(
        ["The answer is a conversation. Judge what the candidate said, asked or unasked.", *turns]
    )
