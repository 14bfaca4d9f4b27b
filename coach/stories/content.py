"""Whether a part of a story says something, or only holds the words that such a part should hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coach.guides.stories import PartGuide
from coach.guides.terms import FILLER
from coach.stories.acts import present_deed, words_of
from coach.text.phrases import find, sentences

# From this share of cue words among the words that carry meaning, a text is made of cues.
STUFFED = 0.6
_FEWEST = 5
# Words that join: they are cues of some sign, and stand in every good text as well.
_JOINTS = frozenset(
    "now before every each since then because although without per within first next fell rose dropped grew"
    " went down up cut against".split()
)
# Filler in a question, and something that can be counted in a result.
_COUNTABLE = frozenset("answer answers question questions wrong right people interviews".split())
_FIGURE = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|seventy|eighty|ninety|hundred|thousand|million|half|halves|halved|doubled|tripled|trebled|thirds?"
    r"|quarters?|fifths?|tenths?|none|zero)\b",
    re.IGNORECASE,
)
# What may stand beside a figure without saying what was counted.
_UNITS = frozenset(
    """
    percent per cent points point times x k m bn ms s sec secs seconds minutes minute min mins hours
    hour h days day weeks week wks months month quarters quarter years year third thirds half halves
    halved doubled tripled trebled hundred thousand million billion dozen two three four five six seven
    eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety zero none
    fifth fifths tenth tenths
    """.split()
)
_GENERIC = frozenset(
    """
    thing things everything result results performance impact improvement improvements success outcome
    outcomes number numbers metric metrics kpi kpis expectation expectations goal goals target targets
    business value growth overall project product team great huge significant significantly massive
    massively better good improve improved improving increase increased increasing decrease decreased
    reduce reduced exceed exceeded achieve achieved deliver delivered boost boosted raise raised grow
    grew rose rise fell fall drop dropped went go saw see got get gained gain reached hit level baseline
    control holdout comparison compared against versus vs previous previously used last up down roughly
    nearly almost approximately after change changes
    """.split()
)
_EMPTY = FILLER | _JOINTS | _UNITS | _GENERIC
_KNOWING = re.compile(
    r"\b(?:know|understand|believe|realise|realize|appreciate|value|aware|feel|remember|convinced that"
    r"|important|try to|more careful|better person)\b",
    re.IGNORECASE,
)


def stuffed(text: str, guide: PartGuide) -> str | None:
    """The text's opening words where it is made of the words that the part's signs look for, else None."""
    said = [word for word in words_of(text) if word not in FILLER and word not in _JOINTS]
    if len(said) < _FEWEST:
        return None
    exact, stems = _cues(guide)
    held = sum(word in exact or word.startswith(stems) for word in said)
    return " ".join(text.split()[:8]) if held >= STUFFED * len(said) else None


def measured(text: str) -> str | None:
    """The first sentence with a figure that says what was counted, else None."""
    return next((one for one in _sentences(text) if _FIGURE.search(one) and _subject(one)), None)


def unmeasured(text: str) -> str | None:
    """The words of a text in which no figure says what was counted, else None."""
    if measured(text) is not None:
        return None
    return next((one for one in _sentences(text) if _FIGURE.search(one)), "")


def practice(text: str, said: Iterable[str]) -> str | None:
    """The sentence that says what is done differently; one that only says what is known now is none."""
    span = find(text, said, unless=_KNOWING)
    if span is not None:
        return text[span[0] : span[1]]
    return next((one for one in _sentences(text) if present_deed(one) and not _KNOWING.search(one)), None)


def _subject(sentence: str) -> bool:
    """True where a word says what a figure counts."""
    return any(word in _COUNTABLE or word not in _EMPTY for word in words_of(sentence))


def _cues(guide: PartGuide) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words of a part's good signs: whole ones, and stems."""
    parts = (
        word
        for sign in guide.signs
        if sign.kind == "good"
        for one in sign.said
        for word in re.split(r"[\s|+-]+", one.casefold())
        if word and not word.startswith(("#", "!")) and word != "*" and word not in FILLER
    )
    words = [word for word in parts if word not in _JOINTS]
    stems = tuple(word.removesuffix("*") for word in words if word.endswith("*"))
    return frozenset(word for word in words if not word.endswith("*")), stems


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]
