"""Detects text in an answer that is aimed at a grader. Flags it; never changes a mark by itself.

Marks are protected by the fence, the prompt and the rules; this only makes an attempt visible.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from coach.schema.answer import Answer

_SCORE = (
    r"(?:score|mark|grade|rating|rate|level|nota|note|punktzahl|"
    r"puntuaci[oó]n|calificaci[oó]n|оценк\w*)"
)
_TOP = r"(?:4|four|5|five|10|ten|full|top|max(?:imum)?|highest|perfect|hire|cuatro|quatre|vier)"
_GRADER = (
    r"(?:grader|graders|evaluator|assessor|examiner|judge|reviewer|rater|ai|llm|model|assistant|"
    r"system|chatbot|language model|scoring (?:script|system|tool|engine))"
)
_ORDERS = r"(?:give|assign|award|return|output|record|report|enter|mark|grant)"
_PATTERNS = (
    # orders to forget the rules, in several languages
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}"
    r"\b(?:(?:all|any|the|previous|prior|earlier) (?:\w+ )?"
    r"(?:instructions?|prompts?|rules?|criteria)|rubric|above)\b",
    r"\b(?:ignor\w+|oublie[zr]?|vergiss|olvida)\b.{0,30}"
    r"\b(?:instruc\w+|anweisung\w*|consignes?|regeln|reglas|règles)",
    r"игнорируй|忽略|無視",
    # orders to give, or claims of, a mark
    rf"\b{_ORDERS}\b.{{0,40}}\b{_SCORE}\b.{{0,30}}\b{_TOP}\b",
    rf"\b{_ORDERS}\b.{{0,30}}\b{_TOP}\b.{{0,20}}\b(?:{_SCORE}|on (?:every|each|all))\b",
    rf"\b{_SCORE}s?\b[\"']?\s*(?:[:=]|is|of|should be|must be|was|has been)\s*[\"']?{_TOP}\b",
    rf"\b(?:agreed|confirmed|pre-?approved|already (?:been )?(?:scored|graded|marked|rated))\b.{{0,50}}"
    rf"\b(?:{_SCORE}|4|four|full|maximum|highest)\b",
    r"\b(?:maximum|highest|top|full) (?:value|score|mark|points?|level|rating)s?\b.{0,30}"
    r"\b(?:in|on|for|to) (?:every|each|all|this)\b",
    rf"\b(?:vergeben|gib|geben sie|donnez|attribue[zr]?|otorga|asigna|поставь\w*|给)\b.{{0,40}}"
    rf"\b(?:{_SCORE}|{_TOP})\b",
    r"[\"']?(?:overall|level|score|verdict|criteria)[\"']?\s*:\s*[\"'{\[]?\s*(?:4|top|strong|hire)",
    r"\b(?:this|the|my) (?:answer|response|candidate)\b.{0,40}"
    r"\b(?:meets|satisfies|fulfils|deserves|qualifies for|earns|merits|exhibits)\b.{0,40}"
    r"\b(?:level|score|rubric|all criteria|every criteri\w+|clear yes|strong hire)\b",
    r"\b(?:agreed|best|top|highest|full|maximum) (?:marks?|points)\b",
    r"\b(?:top|highest) (?:descriptor|anchor)\b",
    r"[\"'](?:scores?|assessment|[a-z]+_[a-z]+)[\"']\s*:\s*(?:\{|[45]\b)",
    r"\bhöchst(?:wert|note|punktzahl)",
    r"höchsten stufe|note maximale|puntuación máxima",
    # words addressed to a grader
    r"\b(?:as an|other|fellow|dear) (?:evaluators?|graders?|assessors?|raters?)\b",
    r"\b(?:note|message|instructions?|attention|hint|memo|reminder) (?:to|for) "
    rf"(?:the |any |an |whoever )?(?:automat\w+ |ai |human )?{_GRADER}\b",
    r"\b(?:note|message|instructions?|hint|memo) (?:to|for) (?:the |any |an |my )?"
    r"interview(?:er|ing (?:model|system|assistant|bot))\b",
    rf"\b(?:dear|hey|hello|attention),? (?:the )?(?:automat\w+ )?{_GRADER}\b",
    r"\b(?:you are|you're|act as) (?:now )?(?:an? |the )?(?:\w+ )?"
    r"(?:grader|evaluator|assessor|examiner|judge|scoring (?:model|system))\b",
    r"\bas (?:an? |the )(?:\w+ )?(?:grader|evaluator|assessor|examiner),? (?:you|please)\b",
    r"\b(?:grader|evaluator|assessor|examiner|rater|judge)s?(?:['’]s?)? "
    r"(?:notes?|comments?|remarks?|summary|conclusion|verdict|decision|report|result)\b",
    r"\byou are\b.{0,60}\b(?:grader|evaluator|assessor|examiner|rater)\b",
    r"\b(?:use|take|treat|count) (?:these|this|the following)\b.{0,30}\b(?:as|for) (?:evidence|quotes?)\b",
    r"\b(?:mark|score|grade|level)s? (?:below|under|lower than|less than) (?:4|four|5|five|10|ten)\b",
    rf"\b(?:score|rate|grade|mark) (?:this|it|me|us|my \w+|the \w+)\b.{{0,30}}\b{_TOP}\b",
    r"\|\s*(?:criteri\w+|level|score|mark|grade)\s*\|",
    # forged frames: roles, tags, notices
    r"(?:^|\n)\s*[\[<(#*]*\s*(?:system|assistant|developer|admin\w*|user)\s*"
    r"(?:message|note|prompt|override|instruction)?\s*[\]>)*]*\s*[:>\]]",
    r"<\|[^|<>\n]{0,40}\|>|\[/?inst\]|</?(?:system|assistant|answer|instructions?)[^>\n]{0,40}>",
    r"#{2,}\s*(?:end )?(?:system|admin\w*|scoring|grader|evaluator)\b.{0,30}#{2,}",
    r"\bnew (?:instructions|system prompt)\s*:|\bend of (?:the )?answer\b",
    r"\b(?:calibration|evaluation|grading|scoring) (?:note|override|mode|sample|directive|key)\b",
)
# Words of grading. An answer seldom has one of them; text that speaks to a grader has several together.
_META = (
    r"\b(?:graders?|evaluators?|assessors?|rubrics?|anchors?|gr4d3r|grading|marking|graded|assessment|"
    r"criterion|criteria|evidence|verdict|(?:level|score|mark|grade)s? (?:of )?(?:4|four|below|for|is|=)|"
    r"(?:4|four)(?:/| of | out of )(?:4|four)|(?:clear|strong) (?:yes|hire)|top level|highest level|"
    r"(?:every|all|each) (?:\w+ )?(?:criteri\w+|field|dimension|sign)s?|this (?:answer|response|item)|"
    r"the (?:answer|table|candidate|transcript) (?:above|names|replies|below))\b"
)
_META_TOGETHER = 3
_OTHER_LANGUAGES = (
    r"评分|满分|最高分|採点|審査|满足所有|المقيّم|الدرجة القصوى|оценщик|оцените|"
    r"\b(?:avaliador|évaluateur|calificador|evaluador|bewerter|prüfer|auswertungs\w+|corrector|beoordelaar)\b"
)
_FORGED = (
    r"(?:^|\n)\s*-*\s*(?:interviewer|candidate|end of transcript|transcript \d)\b.{0,20}[:\-)]|"
    r"</?[a-z_]*(?:answer|assessment|candidate|rubric|transcript)[a-z_]*>|<</?sys>>"
)
_BIDI_OVERRIDE = re.compile("[\u202d\u202e]")
_HEX = re.compile(r"\b(?:[0-9a-f]{2}){16,}\b", re.IGNORECASE)
_LEETSPEAK = r"\b[a-z]+\d+[a-z]+\d*\b.{0,40}\b[a-z]*\d+[a-z]+\d*\b"
_SPACED = re.compile(r"(?:\b\w\b[ ]{1,4}){8,}\w\b")
_LEET = str.maketrans("013457", "oieast")
# Patterns that start at a word's edge share the test for it: most of a text's places are none.
_AT_EDGE = "|".join(f"(?:{pattern[2:]})" for pattern in _PATTERNS if pattern.startswith(r"\b"))
_ANYWHERE = "|".join(f"(?:{pattern})" for pattern in _PATTERNS if not pattern.startswith(r"\b"))


class _Searches(NamedTuple):
    """The patterns, compiled; all but `meta` are asked only whether they are there."""

    aimed: re.Pattern[str]
    anywhere: re.Pattern[str]
    languages: re.Pattern[str]
    forged: re.Pattern[str]
    meta: re.Pattern[str]
    leetspeak: re.Pattern[str]


def _compile(flags: re.RegexFlag) -> _Searches:
    return _Searches(
        re.compile(rf"\b(?=\w)(?:{_AT_EDGE})", flags | re.DOTALL),
        re.compile(_ANYWHERE, flags | re.DOTALL),
        re.compile(_OTHER_LANGUAGES, flags),
        re.compile(_FORGED, flags),
        re.compile(_META, flags),
        re.compile(_LEETSPEAK, flags | re.DOTALL),
    )


# ASCII text is searched in small letters, by patterns that need not fold case: a quarter of the time.
_PLAIN, _ANY_CASE = _compile(re.ASCII), _compile(re.IGNORECASE)
_BASE64 = re.compile(r"\b[A-Za-z0-9+/]{24,}={0,2}")
_ZERO_WIDTH = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]|[\U000e0000-\U000e007f]"
)


def aims_at_grader(answer: Answer) -> bool:
    """True where any of the candidate's texts seems to speak to whoever or whatever grades it."""
    return any(text_aims_at_grader(text) for _, text in answer.parts())


@lru_cache(maxsize=256)
def text_aims_at_grader(text: str) -> bool:
    """The same for one text, or one sentence of it."""
    if text.isascii():
        return _shows_or_hides(text)
    if _BIDI_OVERRIDE.search(text) or len(_ZERO_WIDTH.findall(text)) >= 3:
        return True
    return _shows_or_hides(_ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text)))


def _shows_or_hides(text: str) -> bool:
    return _speaks_to_grader(text) or any(_speaks_to_grader(hidden) for hidden in _disguised(text))


def _folded(text: str) -> tuple[str, _Searches]:
    """What to search in, and with which patterns."""
    return (text.lower(), _PLAIN) if text.isascii() else (text, _ANY_CASE)


def _speaks_to_grader(text: str) -> bool:
    text, find = _folded(text)
    if any(pattern.search(text) for pattern in (find.aimed, find.anywhere, find.languages, find.forged)):
        return True
    return any(
        len({match.casefold() for match in find.meta.findall(part)}) >= _META_TOGETHER
        for part in text.split("\n\n")
    )


def _disguised(text: str) -> list[str]:
    """What the text may hide: decoded base64 and hexadecimal, rot13, digits for letters, spaced letters."""
    found = _decoded(text)
    if "rot13" in text.casefold() or "decode" in text.casefold():
        found.append(codecs.decode(text, "rot13"))
    folded, find = _folded(text)
    if find.leetspeak.search(folded):
        found.append(text.translate(_LEET))
    for match in _SPACED.finditer(text):
        letters = match.group(0)
        words = re.split(r"\s{2,}", letters)
        found.append(" ".join(word.replace(" ", "") for word in words))
    return found


def _decoded(text: str) -> list[str]:
    found = []
    for match in _HEX.finditer(text):
        found.append(bytes.fromhex(match.group(0)).decode("utf-8", errors="replace"))
    for match in _BASE64.finditer(text):
        chunk = match.group(0)
        try:
            found.append(base64.b64decode(chunk + "=" * (-len(chunk) % 4), validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
