"""Lets a model choose among the stories that retrieval found for a question; code checks its quote."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.stories.match import Match
from coach.stories.reported import entry
from coach.text.facts import invented
from coach.text.fence import fence, neutralise
from coach.text.quotes import Folded
from coach.text.sanitize import for_terminal

MOST_STORIES = 6
NONE = "none"
REPLY_TOKENS = 700
_WHY_WORDS = 45


class Choice(Frozen):
    """The story to tell; `story` is None and `fits` False where none answers the question.

    `quote` holds the story's own words that answer it; `note` says why a model was not followed.
    """

    story: int | None
    fits: bool
    by: str = "rules"
    quote: str = ""
    why: str = ""
    note: str = ""


class _Reply(Frozen):
    story: str
    quote: str
    why: str


async def choose_with_model(
    question: str, matches: Sequence[Match], model: ChatModel, prompt: Prompt
) -> Choice:
    """A model's choice among the first of `matches`, which come best first.

    Where it gives none that can be used, the best that fits, with a note.

    Raises only Denied and RecordingError.
    """
    offered = matches[:MOST_STORIES]
    if not offered:
        return Choice(story=None, fits=False)
    try:
        return await complete_checked(
            model,
            _request(question, offered, prompt),
            lambda content: _read(content, question, offered, model.name),
        )
    except Denied:
        raise
    except ModelError as error:
        note = for_terminal(f"{model.name} chose no story that could be used: {error}")
        best = next((match for match in matches if match.fit == "fits"), None)
        return Choice(story=best.story.id if best else None, fits=best is not None, note=note)


def _request(question: str, offered: Sequence[Match], prompt: Prompt) -> ChatRequest:
    stories = "\n\n".join(f"Story {m.story.id}:\n{fence('story', m.story.whole())}" for m in offered)
    choices = [*(str(match.story.id) for match in offered), NONE]
    definition = entry(
        {
            "story": {"type": "string", "enum": choices},
            "quote": {"type": "string"},
            "why": {"type": "string"},
        }
    )
    told = "\x00".join(match.story.whole() for match in offered)
    return ChatRequest(
        messages=(Message(role="user", content=prompt.fill(question=neutralise(question), stories=stories)),),
        reply_schema=ReplySchema(name="story_match", definition=definition),
        purpose="story_match",
        parts={
            "subject": hashlib.sha256(f"{question}\x00{told}".encode()).hexdigest()[:12],
            "prompt": prompt.digest,
        },
        max_tokens=REPLY_TOKENS,
    )


def _read(content: str, question: str, offered: Sequence[Match], name: str) -> Choice:
    try:
        reply = _Reply.model_validate(extract_json(content))
    except ValidationError as error:
        raise BadReply("It is not of the schema asked for.") from error
    why = " ".join(for_terminal(reply.why).split())
    if len(why.split()) > _WHY_WORDS:
        raise BadReply(f'"why" has more than {_WHY_WORDS} words.')
    stories = {str(match.story.id): match.story for match in offered}
    if reply.story == NONE:
        return Choice(story=None, fits=False, by=name, why=why)
    story = stories.get(reply.story)
    if story is None:
        raise BadReply(f"There is no story {reply.story}; choose one of {', '.join(stories)} or {NONE}.")
    span = Folded(story.whole()).find(reply.quote)
    if span is None:
        raise BadReply(f'The quote does not stand in story {reply.story}: "{reply.quote}".')
    new = invented(why, f"{story.whole()}\n{question}\nStory {reply.story}")
    if new:
        raise BadReply(f'"why" holds what neither the story nor the question says: {", ".join(new)}.')
    quote = story.whole()[span[0] : span[1]]
    return Choice(story=story.id, fits=True, by=name, quote=quote, why=why)
