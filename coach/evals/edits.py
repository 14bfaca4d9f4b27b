"""Ways to change an answer's text for a stress case. Pure functions of text, words and a seed."""

from __future__ import annotations

import random
import re

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LONG_WORD = re.compile(r"\b[a-zA-Z]{5,}\b")
_ARTICLE = re.compile(r"(?<=[a-z,] )(?:the|a|an) (?=[a-z])")
_INFORMAL = (
    (r"\bgoing to\b", "gonna"),
    (r"\bwant to\b", "wanna"),
    (r"\bisn't\b", "ain't"),
    (r"\baren't\b", "ain't"),
    (r"\bis not\b", "ain't"),
    (r"\bdon't know\b", "dunno"),
    (r"\bbecause\b", "cos"),
    (r"\bthem\b", "'em"),
    (r"\bdoesn't\b", "don't"),
    (r"\bthere are\b", "there's"),
    (r"\band\b", "an'"),
)
_INDIAN = (
    (r"\bI think\b", "I am thinking"),
    (r"\bI know\b", "I am knowing"),
    (r"\bI want\b", "I am wanting"),
    (r"\bwe need\b", "we are needing"),
    (r"\bI'd\b", "I would be going to"),
    (r"\bI've\b", "I am having"),
    (r"\bpeople\b", "peoples"),
    (r"\bfeedback\b", "feedbacks"),
    (r"\btoday\b", "as on today itself"),
)


def sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE_END.split(text.strip()) if part]


def put(text: str, addition: str, place: str) -> str:
    """`addition` as a paragraph at the start, in the middle or at the end of `text`."""
    if place == "start":
        return f"{addition}\n\n{text.strip()}"
    if place == "end":
        return f"{text.strip()}\n\n{addition}"
    parts = sentences(text)
    half = (len(parts) + 1) // 2
    return f"{' '.join(parts[:half])}\n\n{addition}\n\n{' '.join(parts[half:])}"


def weave(text: str, additions: list[str], seed: str) -> str:
    """`additions` as sentences at seeded places between the sentences of `text`; paragraphs are kept."""
    chance = random.Random(seed)
    paragraphs = [sentences(part) for part in re.split(r"\n\s*\n", text.strip())]
    for addition in additions:
        where = chance.choice(paragraphs)
        where.insert(chance.randint(0, len(where)), addition)
    return "\n\n".join(" ".join(part) for part in paragraphs)


def misspell(text: str, seed: str, share: float = 0.2) -> str:
    """Swap, drop or double an inner letter in a share of the longer words; numbers stay as they are."""
    chance = random.Random(seed)

    def spoil(match: re.Match[str]) -> str:
        word = match.group(0)
        if chance.random() >= share:
            return word
        at = chance.randint(1, len(word) - 3)
        way = chance.choice(("swap", "drop", "double"))
        if way == "swap":
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :] if way == "drop" else word[:at] + word[at] + word[at:]

    return _LONG_WORD.sub(spoil, text)


def lower_case(text: str) -> str:
    """All lower case and without full stops at the ends of sentences."""
    return _SENTENCE_END.sub(" ", re.sub(r"[.](?=\s|$)", "", text.strip())).lower()


def as_list(text: str) -> str:
    """Every sentence as a bullet."""
    return "\n".join(f"- {part}" for part in sentences(text))


def repeat(text: str) -> str:
    """Everything said twice, the second time announced as a summary."""
    return f"{text.strip()}\n\nTo repeat the main points once more:\n\n{text.strip()}"


def without_articles(text: str) -> str:
    """English as speakers of languages without articles often write it."""
    return _ARTICLE.sub("", text)


def informal(text: str) -> str:
    """Contractions and grammar of informal speech."""
    return _replace(text, _INFORMAL)


def indian_english(text: str) -> str:
    """Progressive forms and plurals that are common in Indian English."""
    return _replace(text, _INDIAN)


def respell(text: str, spelling: dict[str, str]) -> str:
    """The other side of the Atlantic's spelling, whichever side the text was on."""
    other = {**spelling, **{british: american for american, british in spelling.items()}}
    return re.sub(r"\b[a-z]+\b", lambda match: other.get(match.group(0), match.group(0)), text)


def nonsense(words: list[str], seed: str, count: int = 70) -> str:
    """`count` words drawn from lists of nonsense, in sentences of ten."""
    chance = random.Random(seed)
    drawn = [chance.choice(" ".join(words).split()) for _ in range(count)]
    rows = [drawn[n : n + 10] for n in range(0, count, 10)]
    return " ".join(f"{' '.join(row).capitalize()}." for row in rows)


def _replace(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        text = re.sub(old, new, text)
    return text
