"""What a stronger answer would contain, from the candidate's own facts. Invents none of them.

The model writes; code checks that every number and name is the candidate's or the question's, or
stands in a blank. What fails the check twice becomes a blank or is left out.
"""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from coach.errors import BadReply
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.grade import Grade, GradeTask
from coach.text import facts
from coach.text.fence import fence, neutralise
from coach.text.sanitize import for_terminal

_SCHEMA = ReplySchema(
    name="stronger_answer",
    definition={
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
)


class _Reply(BaseModel):
    text: str


async def write_stronger(task: GradeTask, grade: Grade, model: ChatModel, prompts: Prompts) -> str:
    """A stronger version of the answer with blanks for what only the candidate knows.

    Asks once more, naming what was invented, when the first version fails the check. Raises a
    ModelError when the model gives nothing usable.
    """
    request = _request(task, grade, prompts)
    text = _read((await model.complete(request)).content)
    wrong = invented(text, task)
    if not wrong:
        return text
    complaint = f"These are not in the answer or the question: {', '.join(wrong)}. Use blanks; reply again."
    more = (Message(role="assistant", content=text), Message(role="user", content=complaint))
    second = await model.complete(request.model_copy(update={"messages": request.messages + more}))
    return blank_out(_read(second.content), task)


def invented(text: str, task: GradeTask) -> list[str]:
    """Numbers and names in `text` that stand neither in the answer nor in the question nor in a blank."""
    return facts.invented(text, _source(task))


def blank_out(text: str, task: GradeTask) -> str:
    """`text` with invented numbers as blanks and without the sentences that hold invented names."""
    return facts.blank_out(text, _source(task))


def _request(task: GradeTask, grade: Grade, prompts: Prompts) -> ChatRequest:
    missing = "\n".join(f"- {item.id}: {item.reason}" for item in grade.criteria)
    content = prompts.get("stronger").fill(
        question=neutralise(task.question.text), missing=missing, answer=fence("answer", task.answer.said())
    )
    message = Message(role="user", content=content)
    return ChatRequest(messages=(message,), reply_schema=_SCHEMA, purpose="stronger", max_tokens=1500)


def _read(content: str) -> str:
    try:
        text = _Reply.model_validate(extract_json(content)).text
    except ValidationError as error:
        raise BadReply("The model's stronger answer is not of the schema asked for.") from error
    text = for_terminal(text).strip()
    if not text:
        raise BadReply("The model's stronger answer is empty.")
    return text


def _source(task: GradeTask) -> str:
    return f"{task.answer.said()}\n{task.question.text}"
