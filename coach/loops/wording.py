"""An interviewer's case in a model's words, over marks, reasons and quotes that are given.

The model words; code checks every quote against the transcript, every number, name and word against what was
given, and that no vote is stated. What fails twice is left to the rules.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ValidationError

from coach.errors import BadReply, Denied, ModelError, RecordingError
from coach.interview.words import quoted, stems, without_quotes
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.loops.findings import Case, CriterionFinding, Debrief, RoundFinding
from coach.loops.standing import RoundStanding, Standing
from coach.prompts import Prompt, Prompts
from coach.schema.chat import ChatRequest, Message, ReplySchema, short_hash
from coach.store.loops import CaseRecord
from coach.text.facts import invented
from coach.text.fence import fence, neutralise
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

TRIES = 2
LONGEST = 110  # words; the prompt asks for fewer
# Share of a sentence's carrying words that what was given must hold: below, it says something new.
SUPPORT = 0.5
REPLY_TOKENS = 600
_SENTENCE = re.compile(r"(?<=[.!?])[\"”]?\s+")
_VOTE = re.compile(
    r"\b(?:clear|lean|strong|firm)(?:ing|s)?(?: towards?)? (?:yes|no)\b"
    r"|\bmark of\b|\b[1-4] (?:of|out of) 4\b",
    re.IGNORECASE,
)
_HIRING = re.compile(r"\b(?:hir(?:e|es|ed|ing)|reject\w*)\b", re.IGNORECASE)
_SCHEMA = ReplySchema(
    name="committee_case",
    definition={
        "type": "object",
        "additionalProperties": False,
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
    },
)


class _Reply(BaseModel):
    text: str


async def word_cases(
    debrief: Debrief,
    standing: Standing,
    model: ChatModel,
    prompts: Prompts,
    kept: Mapping[str, str] | None = None,
) -> tuple[Debrief, tuple[CaseRecord, ...]]:
    """The debrief with cases worded by `model`, and those that it worded now.

    `kept` holds texts worded earlier by their basis. Each round is worded from its own findings alone. A
    model that fails leaves the rule's words, with a note; Denied and RecordingError are raised.
    """
    prompt, earlier = prompts.get("committee_case"), kept or {}
    worded = await asyncio.gather(
        *(
            _word(found, item, model, prompt, earlier)
            for found, item in zip(debrief.rounds, standing.rounds, strict=True)
        )
    )
    pairs = zip(debrief.rounds, worded, strict=True)
    rounds = tuple(found.model_copy(update={"case": case}) for found, (case, _) in pairs)
    fresh = tuple(record for _, record in worded if record is not None)
    return debrief.model_copy(update={"rounds": rounds}), fresh


async def _word(
    found: RoundFinding, item: RoundStanding, model: ChatModel, prompt: Prompt, kept: Mapping[str, str]
) -> tuple[Case | None, CaseRecord | None]:
    case = found.case
    if case is None:
        return None, None
    request = _request(found, case, prompt)
    basis = request.key(model.name)
    said = item.said
    if basis in kept and not faults(kept[basis], found, case, said):
        return _with_words(case, kept[basis], model.name), None
    complaint = ""
    for _ in range(TRIES):
        try:
            text = _read((await model.complete(_request(found, case, prompt, complaint))).content)
        except (Denied, RecordingError):
            raise
        except BadReply as error:
            complaint = str(error)
            continue
        except ModelError as error:
            complaint = str(error)
            break
        wrong = faults(text, found, case, said)
        if not wrong:
            session_id = item.session.id if item.session else ""
            record = CaseRecord(session_id=session_id, basis=basis, text=text, model=model.name)
            return _with_words(case, text, model.name), record
        complaint = "; ".join(wrong)
    return case.model_copy(update={"note": for_terminal(complaint)}), None


def faults(text: str, found: RoundFinding, case: Case, said: Sequence[str]) -> list[str]:
    """What is wrong with a worded case, in words for the model; empty where it may be shown."""
    wrong = []
    if len(text.split()) > LONGEST:
        wrong.append("it is too long")
    for quote in quoted(text):
        if not any(Folded(turn).find(quote) for turn in said):
            wrong.append(f'the candidate never said "{quote}"')
    if text.count('"') % 2:
        wrong.append("a quotation mark is left open")
    source = _given(found, case)
    own = without_quotes(text)
    wrong += [f"{item} does not stand in what you were given" for item in invented(own, source)]
    hiring = [word for word in _HIRING.findall(own) if word.casefold() not in source.casefold()]
    if _VOTE.search(own) or hiring:
        wrong.append("it states a vote or a mark")
    known = stems(source) | stems(" ".join(said))
    wrong += [f'nothing given carries "{one}"' for one in _SENTENCE.split(own) if _new(one, known)]
    return wrong


def _new(sentence: str, known: frozenset[str]) -> bool:
    own = stems(sentence)
    return len(own) >= 4 and len(own & known) < SUPPORT * len(own)


def _given(found: RoundFinding, case: Case) -> str:
    points = (*case.speaks_for, *case.speaks_against)
    parts = [found.title, found.role, found.cares, case.stance]
    parts += [answer.question for answer in found.answers]
    for item in points:
        parts += [item.title, item.reason, item.advice, *(piece.text for piece in item.quotes)]
    return "\n".join(parts)


def _with_words(case: Case, text: str, author: str) -> Case:
    return case.model_copy(update={"text": text, "author": author})


def _request(found: RoundFinding, case: Case, prompt: Prompt, complaint: str = "") -> ChatRequest:
    content = prompt.fill(
        role=found.role,
        round=found.title,
        cares=found.cares,
        stance=case.stance,
        strong="\n".join(_point(item) for item in case.speaks_for) or "(nothing that a quote carries)",
        weak="\n".join(_point(item) for item in case.speaks_against) or "(nothing below a lean yes)",
        complaint=f"\nYour last reply could not be used: {neutralise(complaint)}" if complaint else "",
    )
    return ChatRequest(
        messages=(Message(role="user", content=content),),
        reply_schema=_SCHEMA,
        purpose="committee_case",
        parts={"subject": short_hash(content), "prompt": prompt.digest},
        max_tokens=REPLY_TOKENS,
    )


def _point(item: CriterionFinding) -> str:
    quotes = "\n".join(fence("turn", piece.text) for piece in item.quotes)
    return f"- {item.title}. {neutralise(item.reason)}" + (f"\n{quotes}" if quotes else "")


def _read(content: str) -> str:
    try:
        text = for_terminal(_Reply.model_validate(extract_json(content)).text)
    except ValidationError as error:
        raise BadReply("The reply is not of the schema asked for.") from error
    text = " ".join(text.replace("“", '"').replace("”", '"').split())
    if not text:
        raise BadReply("The reply is empty.")
    return text
