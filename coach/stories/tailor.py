"""Adapts a question of the corpus to a CV and a job text with a model; code checks what comes back.

The question keeps its id, criteria, angles and passages: only its words change. The words quoted must
stand in the CV or job text, and nothing else may come in that neither they nor the question say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.guides.terms import terms
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.question import PRIVATE, Question
from coach.schema.rubric import Criterion
from coach.stories.reported import entry
from coach.text.facts import invented
from coach.text.fence import fence, neutralise
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

FROM_MODEL = f"{PRIVATE}adapted to your CV or job text"
MOST_WORDS = 80
MOST_CHARS = 6_000
REPLY_TOKENS = 900
# Share of the question's telling words that must stay, so that it asks for the same criteria.
KEPT = 0.3
_SHORTEST_QUOTE = 2


class Tailored(Frozen):
    """`question` with the model's words; `claim` are the words quoted; `note` says why none were used."""

    question: Question
    claim: str = ""
    note: str = ""


class _Reply(Frozen):
    claim: str
    question: str


async def tailor_with_model(
    question: Question,
    criteria: Sequence[Criterion],
    *,
    cv: Sequence[str],
    job: str,
    model: ChatModel,
    prompt: Prompt,
) -> Tailored:
    """The question in words that press on one claim; as it was, with a note, where none pass the check.

    `cv` are lines that claim something, `job` the text of a job; one may be empty. Raises only Denied and
    RecordingError.
    """
    lines = "\n".join(f"- {line}" for line in cv)[:MOST_CHARS]
    job = job[:MOST_CHARS]
    request = _request(question, criteria, lines, job, prompt)
    source = f"{lines}\n{job}"
    try:
        reply = await complete_checked(model, request, lambda content: _read(content, question, source))
    except Denied:
        raise
    except ModelError as error:
        note = for_terminal(f"{model.name} adapted no question: {error}")
        return Tailored(question=question, note=note)
    adapted = question.model_copy(update={"text": reply.question, "source": FROM_MODEL})
    return Tailored(question=adapted, claim=reply.claim)


def _request(
    question: Question, criteria: Sequence[Criterion], lines: str, job: str, prompt: Prompt
) -> ChatRequest:
    content = prompt.fill(
        question=neutralise(question.text),
        criteria="\n".join(f"- {item.title}: {item.asks}" for item in criteria),
        cv=fence("cv", lines) if lines else "(none)",
        job=fence("job", job) if job else "(none)",
        most_words=str(MOST_WORDS),
    )
    schema = entry({"claim": {"type": "string"}, "question": {"type": "string"}})
    return ChatRequest(
        messages=(Message(role="user", content=content),),
        reply_schema=ReplySchema(name="tailored_question", definition=schema),
        purpose="tailor",
        parts={
            "subject": hashlib.sha256(f"{question.id}\x00{lines}\x00{job}".encode()).hexdigest()[:12],
            "prompt": prompt.digest,
        },
        max_tokens=REPLY_TOKENS,
    )


def _read(content: str, question: Question, source: str) -> _Reply:
    try:
        reply = _Reply.model_validate(extract_json(content))
    except ValidationError as error:
        raise BadReply("It is not of the schema asked for.") from error
    text = " ".join(for_terminal(reply.question).split())
    claim = " ".join(for_terminal(reply.claim).split()).strip(' ."“”')
    wrong = list(_faults(text, claim, question, source))
    if wrong:
        raise BadReply(" ".join(wrong))
    return _Reply(claim=claim, question=text)


def _faults(text: str, claim: str, question: Question, source: str) -> list[str]:
    """What keeps the adapted question from being asked, in words for the model."""
    faults = []
    if len(claim.split()) < _SHORTEST_QUOTE or Folded(source).find(claim) is None:
        faults.append('"claim" must be copied exactly from the CV or the job text.')
    elif Folded(text).find(claim) is None:
        faults.append("The question must hold the claim between quotation marks, word for word.")
    if "?" in question.text and "?" not in text:
        faults.append("It must be a question.")
    if len(text.split()) > MOST_WORDS:
        faults.append(f"It must have at most {MOST_WORDS} words.")
    telling = set(terms(question.text))
    if telling and len(telling & set(terms(text))) < max(1.0, KEPT * len(telling)):
        faults.append("It must still ask what the given question asks, with its main words.")
    new = invented(text, f"{source}\n{question.text}")
    if new:
        faults.append(f"These stand neither in the texts nor in the question: {', '.join(new)}.")
    return faults
