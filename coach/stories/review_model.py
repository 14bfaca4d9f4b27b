"""The review of a story by a model: it reports signs with quotes, code checks these and decides the levels.

A reply that stays unusable gives the review by rules, with a note that says so.
"""

from __future__ import annotations

import hashlib
from typing import Any

from pydantic import ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.guides.stories import PartGuide, PartSign, StoryGuide
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen, first_fault
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.schema.story import Story
from coach.stories.reported import Reported, confirm, entry, require_signs, signs_schema
from coach.stories.review import Aimed, PartReview, StoryReview, nobody, own_words, review_story
from coach.stories.signs import advise, level_of
from coach.text.facts import invented
from coach.text.fence import fence
from coach.text.sanitize import for_terminal

REPLY_TOKENS = 2500
# Counted in code whoever reads the rest: a model is bad at counting words, and can be talked into more.
BY_CODE = frozenset({"too-long", "stuffed", "no-own-act", "unmeasured"})


class _Part(Frozen):
    signs: dict[str, Reported]
    advice: str


async def review_with_model(
    story: Story, guide: StoryGuide, model: ChatModel, prompt: Prompt, aimed: Aimed = nobody
) -> StoryReview:
    """A model's review, checked; the one by rules where the model gives nothing usable.

    Raises only Denied and RecordingError: the next story would fare no better.
    """
    by_rules = review_story(story, guide, aimed)
    story = story.model_copy(update={part.id: own_words(story.part(part.id), aimed) for part in guide.parts})
    told = [part for part in guide.parts if story.part(part.id).strip()]
    if not told:
        return by_rules
    try:
        read = await complete_checked(model, _request(story, told, prompt), lambda text: _read(text, told))
    except Denied:
        raise
    except ModelError as error:
        return by_rules.model_copy(update={"note": for_terminal(f"{model.name} gave no review: {error}")})
    parts = tuple(
        _decide(read[part.id], story, part, by_rules.part(part.id))
        if part.id in read
        else by_rules.part(part.id)
        for part in guide.parts
    )
    return by_rules.model_copy(update={"parts": parts, "by": model.name})


def _request(story: Story, told: list[PartGuide], prompt: Prompt) -> ChatRequest:
    signs = "\n\n".join(
        f"{part.id} ({part.title}: {part.asks})\n"
        + "\n".join(f"- {sign.id} ({sign.kind}): {sign.text}" for sign in _asked(part))
        for part in told
    )
    text = "\n\n".join(f"{part.id}:\n{fence('story', story.part(part.id))}" for part in told)
    schema = _schema(told)
    return ChatRequest(
        messages=(Message(role="user", content=prompt.fill(signs=signs, story=text)),),
        reply_schema=schema,
        purpose="story_review",
        parts={
            "subject": hashlib.sha256(story.told().encode()).hexdigest()[:12],
            "prompt": prompt.digest,
        },
        max_tokens=REPLY_TOKENS,
    )


def _asked(part: PartGuide) -> list[PartSign]:
    return [sign for sign in part.signs if sign.id not in BY_CODE]


def _schema(told: list[PartGuide]) -> ReplySchema:
    parts: dict[str, Any] = {
        part.id: entry({"signs": signs_schema(_asked(part)), "advice": {"type": "string"}}) for part in told
    }
    return ReplySchema(name="story_review", definition=entry(parts))


def _read(content: str, told: list[PartGuide]) -> dict[str, _Part]:
    data = extract_json(content)
    try:
        read = {name: _Part.model_validate(value) for name, value in data.items()}
    except ValidationError as error:
        raise BadReply(f"{first_fault(error)}.") from error
    for part in told:
        if part.id not in read:
            raise BadReply(f"The part {part.id} is missing.")
        require_signs(part.id, read[part.id].signs, _asked(part))
    if len(read) != len(told):
        raise BadReply(f"There must be no parts besides {', '.join(part.id for part in told)}.")
    return read


def _decide(read: _Part, story: Story, guide: PartGuide, by_rules: PartReview) -> PartReview:
    """The level of one part from the signs whose quotes stand in it."""
    counted = [sign for sign in by_rules.signs if sign.id in BY_CODE]
    signs = confirm(story.part(guide.id), guide.signs, read.signs, counted)
    advice = _advice(read.advice, story)
    return by_rules.model_copy(
        update={
            "level": level_of(guide.signs, signs),
            "signs": signs,
            "advice": (advice,) if advice else advise(guide.signs, signs),
        }
    )


def _advice(text: str, story: Story) -> str:
    """The model's advice where it brings in no fact; the guide's own words take its place otherwise."""
    text = " ".join(for_terminal(text).split())
    return "" if invented(text, story.whole()) else text
