"""Checks that a text states no number and no name that its source does not hold. Knows no meaning.

What stands in square brackets is a blank to be filled in, and states nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

BLANK = re.compile(r"\[[^\[\]\n]{2,80}\]")
_NUMBER = re.compile(r"(?<![\w.])[$€£]?\d[\d.,:]*\s?(?:%|percent|k\b|m\b|ms\b|bn\b)?", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[.!?][\"”’')])\s+")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SPELLED = frozenset(
    "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy "
    "eighty ninety hundred thousand million billion half third quarter dozen twice double "
    "doubled halved tripled trebled quadrupled tenfold".split()
)
# Terms of the trade that are written in capitals and name nobody.
_TERMS = frozenset(
    "i ai ml a b ab api sla slo kpi okr llm rag auc pr roc f1 ndcg mrr ctr p50 p95 p99 cpu gpu ui ux qa "
    "pm ceo cfo cto gdpr pii sql csv faq b2b b2c i'm i'd i've i'll".split()
)
# Words that may open a sentence with a capital and are no names; verbs in -ed, -ing and -ly are added.
_OPENERS = frozenset(
    "a about across after again against all along although an and any as at back because before below "
    "both but by during each earlier even every everyone few first for from had has have he her here his "
    "how if in instead into it its last later less like many more most much my neither no nobody none nor "
    "not nothing now of on once one only or other our out over people same second she since so some soon "
    "still such than that the their them then there these they this those though through throughout to "
    "today together under until up was we were what when where whether which while who whose why with "
    "within without yet you your began brought built caught chose cut did drew drove fell felt found "
    "fought gave got grew held hit kept knew learnt led left lent let lost made meant met put ran read "
    "rebuilt rewrote rose said saw sent set shut sold sought spent split spoke stood taught thought told "
    "took understood went won wrote".split()
)
_ORDINARY = _TERMS | _OPENERS
_OPENING = re.compile(r"(?:ed|ing|ly)$")


def invented(text: str, source: str, *, strict: bool = False) -> list[str]:
    """Numbers and names in `text` that stand neither in `source` nor in a blank.

    A capitalised word that opens a sentence is no name unless `strict`, which takes one that is not
    known to be ordinary for a name.
    """
    known = _known(source)
    plain = BLANK.sub(" ", text)
    found = [number for number in numbers(plain) if _bare(number) not in known]
    found += [name for name in _names(plain, strict=strict) if name.casefold() not in known]
    return list(dict.fromkeys(found))


def blank_out(text: str, source: str, *, strict: bool = False) -> str:
    """`text` with invented numbers as blanks and without the sentences that hold invented names."""
    known = _known(source)
    kept = []
    for sentence in _SENTENCE.split(text):
        plain = BLANK.sub(" ", sentence)
        if any(name.casefold() not in known for name in _names(plain, strict=strict)):
            continue
        for number in sorted(numbers(plain), key=len, reverse=True):
            if _bare(number) not in known:
                sentence = re.sub(rf"(?<!\w){re.escape(number)}(?!\w)", "[your figure]", sentence)
        kept.append(sentence)
    return " ".join(kept)


@lru_cache(maxsize=64)
def _known(source: str) -> frozenset[str]:
    words = {word.casefold() for word in _WORD.findall(source)}
    words |= {word.removesuffix("'s").removesuffix("’s") for word in words}
    return frozenset(words | {_bare(number) for number in numbers(source)} | _TERMS)


def numbers(text: str) -> list[str]:
    """Numbers in figures with their units, then number words."""
    spelled = [word for word in _WORD.findall(text) if word.casefold() in _SPELLED]
    return [match.group(0).strip(" .,:") for match in _NUMBER.finditer(text)] + spelled


def _bare(number: str) -> str:
    return re.sub(r"[^\w.%]", "", number).casefold().strip(".").removesuffix("percent").removesuffix("%")


def _names(text: str, *, strict: bool) -> list[str]:
    """Capitalised words that do not open a sentence, and anything with capitals inside."""
    found = []
    for sentence in _SENTENCE.split(text):
        words = _WORD.findall(sentence)
        found += [word for word in words[1:] if word[0].isupper() and word.casefold() not in _ORDINARY]
        found += [word for word in words[:1] if _opens_as_name(word, strict=strict)]
    return [word.removesuffix("'s").removesuffix("’s") for word in found]


def _opens_as_name(word: str, *, strict: bool) -> bool:
    if any(c.isupper() for c in word[1:]):
        return True
    plain = word.casefold()
    return strict and word[0].isupper() and plain not in _OPENERS and not _OPENING.search(plain)
