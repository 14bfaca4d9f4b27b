"""Answers a question from the guides alone: cited passages, or a model's sentences that each cite.

What no passage carries is not said: `found` is then false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from coach.errors import BadReply
from coach.guides.aboutness import names_subject
from coach.guides.search import Searcher
from coach.guides.terms import terms
from coach.llm.jsontext import extract_json
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.base import Frozen, Loose
from coach.schema.chat import ChatRequest, Message, ReplySchema, TokenUsage
from coach.schema.passage import Passage
from coach.text.fence import fence
from coach.text.sanitize import for_terminal

# Calibrated on eval/retrieval.jsonl: see tests/guides/test_retrieval.py for what passes and what does not.
RELEVANT = 0.45
# Where the question names AI or product management itself, less of the rest has to fit.
RELEVANT_NAMED = 0.2
_PASSAGES_SHOWN = 3
_PASSAGES_GIVEN = 6
_SENTENCES_MARKED = 2
_MOST_SENTENCES = 6
# Share of a sentence's words that its cited passages must hold: below, it is not from there.
_SUPPORT = 0.3
_SENTENCE = re.compile(r"[^\s].*?(?:[.!?](?=[\s”\"’)]|$)[”\"’)]*|$)", re.MULTILINE | re.DOTALL)
_MOST_CHARS = 2000


class CitedSentence(Frozen):
    """One sentence of the answer and the ids of the passages that it rests on."""

    text: str
    passages: tuple[str, ...]


class CitedPassage(Frozen):
    """A passage of the answer; `marked` are [start, end) spans of its best sentences."""

    passage: Passage
    marked: tuple[tuple[int, int], ...]


class AskResult(Frozen):
    """`found` is false where the guides do not say; `model` is None where no model was asked."""

    question: str
    found: bool
    sentences: tuple[CitedSentence, ...] = ()
    passages: tuple[CitedPassage, ...] = ()
    model: str | None = None
    usage: TokenUsage = TokenUsage()
    cost_usd: float | None = 0.0


class _Sentence(Loose):
    text: str
    passages: tuple[str, ...] = ()


class _Reply(Loose):
    sentences: tuple[_Sentence, ...]


_SCHEMA = ReplySchema(
    name="cited_answer",
    definition={
        "type": "object",
        "properties": {
            "sentences": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "text": {"type": "string"},
                        "passages": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["text", "passages"],
                    "additionalProperties": False,
                },
            }
        },
        "required": ["sentences"],
        "additionalProperties": False,
    },
)


async def ask_guides(
    text: str, searcher: Searcher, model: ChatModel | None = None, prompts: Prompts | None = None
) -> AskResult:
    """The guides' answer to a question.

    Without a model it is the best passages with their best sentences marked. With one (and its
    prompts) it is a short answer, of which code keeps only the sentences that cite passages given to
    the model and are carried by them. Raises SetupError where the guides cannot be searched and
    ModelError where the model cannot be asked.
    """
    looked_up = look_up(text, searcher, _PASSAGES_GIVEN if model else _PASSAGES_SHOWN)
    if model is None or prompts is None or not looked_up.found:
        return looked_up
    given = {cited.passage.id: cited for cited in looked_up.passages}
    reply = await model.complete(_request(text, [cited.passage for cited in looked_up.passages], prompts))
    sentences = tuple(_kept(_read(reply.content), {i: cited.passage for i, cited in given.items()}))
    used = dict.fromkeys(i for sentence in sentences for i in sentence.passages)
    return AskResult(
        question=text,
        found=bool(sentences),
        sentences=sentences,
        passages=tuple(given[i] for i in used),
        model=reply.model or model.name,
        usage=reply.usage,
        cost_usd=reply.cost_usd,
    )


def look_up(text: str, searcher: Searcher, k: int = _PASSAGES_SHOWN) -> AskResult:
    """The best passages for a question, at most k, or `found` false where none is about it."""
    text = " ".join(for_terminal(text).split())[:_MOST_CHARS]
    hits = searcher.search(text, k)
    enough = RELEVANT_NAMED if names_subject(text) else RELEVANT
    if not hits or searcher.coverage(text, hits[:_PASSAGES_SHOWN]) < enough:
        return AskResult(question=text, found=False)
    cited = tuple(
        CitedPassage(passage=hit.passage, marked=best_sentences(text, hit.passage.text, searcher))
        for hit in hits
    )
    sentences = tuple(
        CitedSentence(text=one.passage.text[start:end], passages=(one.passage.id,))
        for one in cited
        for start, end in one.marked
    )
    return AskResult(question=text, found=True, sentences=sentences, passages=cited)


def best_sentences(query: str, text: str, searcher: Searcher) -> tuple[tuple[int, int], ...]:
    """Spans of up to two sentences that hold the most of the query's rare words, in order.

    The first sentence where none holds any.
    """
    wanted = frozenset(terms(searcher.corrected(query)))
    spans = [match.span() for match in _SENTENCE.finditer(text)]
    scored = []
    for start, end in spans:
        shared = wanted.intersection(terms(text[start:end]))
        scored.append((sum(searcher.weight(term) for term in shared), start, end))
    best = sorted((item for item in scored if item[0] > 0), key=lambda item: (-item[0], item[1]))
    chosen = [(start, end) for _, start, end in best[:_SENTENCES_MARKED]] or spans[:1]
    return tuple(sorted(chosen))


def _request(text: str, passages: Sequence[Passage], prompts: Prompts) -> ChatRequest:
    prompt = prompts.get("ask")
    fenced = "\n\n".join(_fenced(passage) for passage in passages)
    content = prompt.fill(
        ids=", ".join(p.id for p in passages), passages=fenced, question=fence("document", text)
    )
    return ChatRequest(
        messages=(Message(role="user", content=content),),
        reply_schema=_SCHEMA,
        purpose="ask",
        parts={"prompt": prompt.digest},
        max_tokens=800,
    )


def _fenced(passage: Passage) -> str:
    return f"Passage {passage.id}\n" + fence("passage", f"{passage.title}\n{passage.text}")


def _read(content: str) -> _Reply:
    try:
        return _Reply.model_validate(extract_json(content))
    except ValidationError as error:
        raise BadReply("The model's answer from the guides does not fit the schema. Ask again.") from error


def _kept(reply: _Reply, given: dict[str, Passage]) -> Iterable[CitedSentence]:
    """The sentences that cite only passages given, and whose words those passages hold."""
    for sentence in reply.sentences[:_MOST_SENTENCES]:
        text = " ".join(for_terminal(sentence.text).split())
        ids = tuple(dict.fromkeys(sentence.passages))
        if not text or not ids or any(i not in given for i in ids):
            continue
        said = set(terms(text))
        held = {term for i in ids for term in terms(f"{given[i].title} {given[i].text}")}
        if said and len(said & held) >= _SUPPORT * len(said):
            yield CitedSentence(text=text, passages=ids)
