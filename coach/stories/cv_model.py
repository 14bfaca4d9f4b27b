"""The review of CV lines by a model: signs with quotes, and a rewrite whose facts code checks.

A rewrite that brings in a number or a name, twice, is replaced by the one made by rule; lines for which
nothing usable comes back are read by rule, with a note that says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from coach.errors import BadReply, Denied, ModelError
from coach.guides.stories import CvGuide
from coach.guides.terms import terms
from coach.llm.checked import complete_checked
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompt
from coach.schema.base import Frozen, first_fault
from coach.schema.chat import ChatRequest, Message, ReplySchema
from coach.stories.cv import VERDICTS, CvLine, CvReview, review_line, rewrite_line
from coach.stories.reported import Reported, confirm, entry, require_signs, signs_schema
from coach.stories.review import Aimed, nobody
from coach.stories.signs import advise, level_of
from coach.text.facts import BLANK, invented
from coach.text.fence import fence
from coach.text.sanitize import for_terminal

BATCH = 8
REPLY_TOKENS = 6000
# Share of a line's telling words that a rewrite must keep.
KEPT = 0.5


class _Line(Frozen):
    signs: dict[str, Reported]
    rewrite: str


async def review_lines_with_model(
    lines: Sequence[CvLine], guide: CvGuide, model: ChatModel, prompt: Prompt, aimed: Aimed = nobody
) -> list[CvReview]:
    """Every line's review, in order. Lines that speak to a reviewer are never sent.

    Raises only Denied and RecordingError.
    """
    by_rules = [review_line(line, guide, aimed) for line in lines]
    sent = [review for review in by_rules if not review.aimed]
    read = iter(
        [
            one
            for start in range(0, len(sent), BATCH)
            for one in await _review_batch(sent[start : start + BATCH], guide, model, prompt)
        ]
    )
    return [review if review.aimed else next(read) for review in by_rules]


async def _review_batch(
    by_rules: Sequence[CvReview], guide: CvGuide, model: ChatModel, prompt: Prompt
) -> list[CvReview]:
    lines = [review.line for review in by_rules]
    try:
        read = await complete_checked(
            model,
            _request(lines, guide, prompt),
            lambda content: _read(content, lines, guide, strict=True),
            last=lambda content: _read(content, lines, guide, strict=False),
        )
    except Denied:
        raise
    except ModelError as error:
        note = for_terminal(f"{model.name} gave no review: {error}")
        return [review.model_copy(update={"note": note}) for review in by_rules]
    return [_decide(line, one, guide, model.name) for line, one in zip(lines, read, strict=True)]


def _request(lines: Sequence[CvLine], guide: CvGuide, prompt: Prompt) -> ChatRequest:
    content = prompt.fill(
        bad="\n".join(f"- {text}" for text in guide.bad),
        good="\n".join(f"- {text}" for text in guide.good),
        signs="\n".join(f"- {sign.id} ({sign.kind}): {sign.text}" for sign in guide.signs),
        lines="\n\n".join(f"{_name(n)}:\n{fence('cv', line.text)}" for n, line in enumerate(lines)),
    )
    one = entry({"signs": signs_schema(guide.signs), "rewrite": {"type": "string"}})
    schema = entry({_name(n): one for n in range(len(lines))})
    return ChatRequest(
        messages=(Message(role="user", content=content),),
        reply_schema=ReplySchema(name="cv_review", definition=schema),
        purpose="cv_review",
        parts={
            "subject": hashlib.sha256("\x00".join(line.text for line in lines).encode()).hexdigest()[:12],
            "prompt": prompt.digest,
        },
        max_tokens=REPLY_TOKENS,
    )


def _name(place: int) -> str:
    return f"line_{place + 1}"


def _read(content: str, lines: Sequence[CvLine], guide: CvGuide, *, strict: bool) -> list[_Line]:
    """The entries in the order of `lines`. Where not `strict`, a rewrite that fails is left out alone."""
    data = extract_json(content)
    if set(data) != {_name(n) for n in range(len(lines))}:
        raise BadReply(f"There must be exactly the entries {', '.join(_name(n) for n in range(len(lines)))}.")
    try:
        read = [_Line.model_validate(data[_name(n)]) for n in range(len(lines))]
    except ValidationError as error:
        raise BadReply(f"{first_fault(error)}.") from error
    wrong = []
    for place, (one, line) in enumerate(zip(read, lines, strict=True)):
        require_signs(_name(place), one.signs, guide.signs)
        fault = _fault(one.rewrite, line.text)
        if fault:
            wrong.append(f"{_name(place)}: {fault}")
            read[place] = one.model_copy(update={"rewrite": ""})
    if wrong and strict:
        raise BadReply(" ".join(wrong))
    return read


def _fault(rewrite: str, line: str) -> str:
    """What is wrong with a rewrite, in words for the model; "" where nothing is, or there is none."""
    text = " ".join(for_terminal(rewrite).split())
    if not text:
        return ""
    new = invented(text, line, strict=True)
    if new:
        return f"the rewrite holds what the line does not say: {', '.join(new)}; put a blank in its place."
    telling = set(terms(line))
    if len(telling & set(terms(BLANK.sub(" ", text)))) < KEPT * len(telling):
        return "the rewrite must keep the line's own facts and words."
    return ""


def _decide(line: CvLine, read: _Line, guide: CvGuide, name: str) -> CvReview:
    signs = confirm(line.text, guide.signs, read.signs)
    level = level_of(guide.signs, signs)
    rewrite = " ".join(for_terminal(read.rewrite).split())
    if level == "strong":
        rewrite = ""
    elif not BLANK.search(rewrite):
        # A line that lacks something cannot be mended without a blank for it.
        rewrite = rewrite_line(line.text, signs, guide)
    return CvReview(
        line=line,
        verdict=VERDICTS[level],
        signs=signs,
        advice=advise(guide.signs, signs),
        rewrite=rewrite,
        by=name,
    )
