"""A tailored opening of a story for one question, from the story's own facts alone.

Offline it is made of the story's own sentences, beginning where the question asks; a model may word it,
and code checks that it brings in no number and no name.
"""

from __future__ import annotations

import hashlib

from pydantic import ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.guides.terms import terms
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.story import STORY_PARTS, Story, StoryPart
from coach.text.facts import invented
from coach.text.fence import fence, neutralise
from coach.text.phrases import sentences
from coach.text.sanitize import for_terminal

OWN = "your own sentences"
MOST_WORDS = 90
REPLY_TOKENS = 800
_SCHEMA = ReplySchema(
    name="story_opening",
    definition={
        "type": "object",
        "additionalProperties": False,
        "properties": {"opening": {"type": "string"}},
        "required": ["opening"],
    },
)
# Where a part begins when the question touches none of them more than the others.
_ORDER: tuple[StoryPart, ...] = ("situation", "task", "action", "result")


class Opening(Frozen):
    """`by` is OWN or a model's name; `note` says why a model's words were not used."""

    text: str
    by: str
    note: str = ""


class _Reply(Frozen):
    opening: str


def open_story(story: Story, question: str) -> Opening:
    """The story's own sentences: the one that the question touches most first, then the rest in order."""
    firsts = [(part, text) for part in _ORDER if (text := _first(story.part(part)))]
    asked = set(terms(question))
    best = max(
        ((part, one) for part in STORY_PARTS for one in _all(story.part(part))),
        key=lambda item: len(asked & set(terms(item[1]))),
        default=None,
    )
    chosen = [text for _, text in firsts]
    if best is not None and len(asked & set(terms(best[1]))) >= 2:
        chosen = [best[1], *(text for part, text in firsts if part != best[0])]
    return Opening(text=_within(list(dict.fromkeys(chosen))), by=OWN)


async def open_with_model(story: Story, question: str, model: ChatModel, prompt: Prompt) -> Opening:
    """A model's opening, checked; the story's own sentences with a note where none passes.

    Raises only Denied and RecordingError.
    """
    try:
        text = await complete_checked(
            model, _request(story, question, prompt), lambda reply: _read(reply, story)
        )
    except Denied:
        raise
    except ModelError as error:
        note = for_terminal(f"{model.name} gave no opening that could be used: {error}")
        return open_story(story, question).model_copy(update={"note": note})
    return Opening(text=text, by=model.name)


def _request(story: Story, question: str, prompt: Prompt) -> ChatRequest:
    content = prompt.fill(
        question=neutralise(question), story=fence("story", story.whole()), most_words=str(MOST_WORDS)
    )
    return ChatRequest(
        messages=(Message(role="user", content=content),),
        reply_schema=_SCHEMA,
        purpose="story_opening",
        parts={
            "subject": hashlib.sha256(f"{question}\x00{story.whole()}".encode()).hexdigest()[:12],
            "prompt": prompt.digest,
        },
        max_tokens=REPLY_TOKENS,
    )


def _read(content: str, story: Story) -> str:
    try:
        text = _Reply.model_validate(extract_json(content)).opening
    except ValidationError as error:
        raise BadReply("It is not of the schema asked for.") from error
    text = " ".join(for_terminal(text).split())
    if not text:
        raise BadReply("The opening is empty.")
    if len(text.split()) > MOST_WORDS:
        raise BadReply(f"The opening has more than {MOST_WORDS} words.")
    new = invented(text, story.whole(), strict=True)
    if new:
        raise BadReply(f"These are not in the story: {', '.join(new)}.")
    return text


def _all(text: str) -> list[str]:
    return [" ".join(text[start:end].split()) for start, end in sentences(text)]


def _first(text: str) -> str:
    return next(iter(_all(text)), "")


def _within(chosen: list[str]) -> str:
    """As many whole sentences as fit; the first one always."""
    kept, room = chosen[:1], MOST_WORDS - len(" ".join(chosen[:1]).split())
    for text in chosen[1:]:
        room -= len(text.split())
        if room < 0:
            break
        kept.append(text)
    return " ".join(kept)
