"""What a stronger answer would contain, from the candidate's own facts. Invents none of them.

The model writes; code checks that every number and name is the candidate's or the question's, or
stands in a blank. What fails the check twice becomes a blank or is left out.
"""

from __future__ import annotations

import re

from pydantic import BaseModel, ValidationError

from coach.errors import BadReply
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.grade import Grade, GradeTask
from coach.text.fence import fence, neutralise
from coach.text.sanitize import for_terminal

_BLANK = re.compile(r"\[[^\[\]\n]{2,80}\]")
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d[\d.,:]*\s?(?:%|percent|k\b|m\b|ms\b|bn\b)?", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SPELLED = frozenset(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy "
    "eighty ninety hundred thousand million billion half third quarter dozen twice double".split()
)
# Terms of the trade that are written in capitals and name nobody.
_TERMS = frozenset(
    "i ai ml a/b ab api sla slo kpi okr llm rag auc pr roc f1 ndcg mrr ctr p50 p95 p99 cpu gpu ui ux qa "
    "pm ceo cfo cto gdpr pii sql csv faq b2b b2c i'm i'd i've i'll".split()
)
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
    known = _known(task)
    plain = _BLANK.sub(" ", text)
    found = [number for number in _numbers(plain) if _bare(number) not in known]
    return list(dict.fromkeys(found + [name for name in _names(plain) if name.casefold() not in known]))


def blank_out(text: str, task: GradeTask) -> str:
    """`text` with invented numbers as blanks and without the sentences that hold invented names."""
    known = _known(task)
    kept = []
    for sentence in _SENTENCE.split(text):
        plain = _BLANK.sub(" ", sentence)
        if any(name.casefold() not in known for name in _names(plain)):
            continue
        for number in sorted(_numbers(plain), key=len, reverse=True):
            if _bare(number) not in known:
                sentence = re.sub(rf"(?<!\w){re.escape(number)}(?!\w)", "[your figure]", sentence)
        kept.append(sentence)
    return " ".join(kept)


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


def _known(task: GradeTask) -> frozenset[str]:
    source = f"{task.answer.said()}\n{task.question.text}"
    words = {word.casefold() for word in _WORD.findall(source)}
    return frozenset(words | {_bare(number) for number in _numbers(source)} | _TERMS)


def _numbers(text: str) -> list[str]:
    spelled = [word for word in _WORD.findall(text) if word.casefold() in _SPELLED]
    return [match.group(0).strip(" .,:") for match in _NUMBER.finditer(text)] + spelled


def _bare(number: str) -> str:
    return re.sub(r"[^\w.%]", "", number).casefold().strip(".").removesuffix("percent").removesuffix("%")


def _names(text: str) -> list[str]:
    """Capitalised words that do not open a sentence, and anything with capitals inside."""
    found = []
    for sentence in _SENTENCE.split(text):
        words = _WORD.findall(sentence)
        found += [word for word in words[1:] if word[0].isupper() and word.casefold() not in _TERMS]
        found += [word for word in words[:1] if any(c.isupper() for c in word[1:])]
    return [word.removesuffix("'s").removesuffix("’s") for word in found]
