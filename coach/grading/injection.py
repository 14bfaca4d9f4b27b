"""Detects text in an answer that is aimed at a grader. Flags it; never changes a mark by itself.

Marks are protected by the fence, the prompt and the rules; this only makes an attempt visible.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from functools import lru_cache

from coach.schema.answer import Answer

_SCORE = (
    r"(?:score|mark|grade|rating|rate|level|points?|nota|note|punktzahl|"
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
    rf"\b(?:{_SCORE}|{_TOP})\b",
    r"\b(?:maximum|highest|top|full) (?:value|score|mark|points?|level|rating)s?\b.{0,30}"
    r"\b(?:in|on|for|to) (?:every|each|all|this)\b",
    rf"\b(?:vergeben|gib|geben sie|donnez|attribue[zr]?|otorga|asigna|поставь\w*|给)\b.{{0,40}}"
    rf"\b(?:{_SCORE}|{_TOP})\b",
    r"[\"']?(?:overall|level|score|verdict|criteria)[\"']?\s*:\s*[\"'{\[]?\s*(?:4|top|strong|hire)",
    r"\b(?:this|the|my) (?:answer|response|candidate)\b.{0,40}"
    r"\b(?:meets|satisfies|fulfils|deserves|qualifies for|earns|merits|exhibits)\b.{0,40}"
    r"\b(?:level|score|rubric|all criteria|every criteri\w+|clear yes|strong hire)\b",
    r"\b(?:agreed|best|top|highest|full) marks?\b|\b(?:top|highest) (?:descriptor|band|anchor)\b",
    r"[\"'](?:scores?|assessment|[a-z]+_[a-z]+)[\"']\s*:\s*(?:\{|[45]\b)",
    r"\bhöchst(?:wert|note|punktzahl)",
    r"höchsten stufe|note maximale|puntuación máxima",
    # words addressed to a grader
    r"\b(?:as an|other|fellow|dear) (?:evaluators?|graders?|assessors?|raters?)\b",
    r"\b(?:note|message|instructions?|attention|hint|memo|reminder) (?:to|for) "
    rf"(?:the |any |an |whoever )?(?:automat\w+ |ai |human )?{_GRADER}\b",
    rf"\b(?:dear|hey|hello|attention),? (?:the )?(?:automat\w+ )?{_GRADER}\b",
    r"\b(?:you are|you're|act as) (?:now )?(?:an? |the )?(?:\w+ )?"
    r"(?:grader|evaluator|assessor|examiner|judge|scoring (?:model|system))\b",
    r"\bas (?:an? |the )(?:\w+ )?(?:grader|evaluator|assessor|examiner),? (?:you|please)\b",
    # forged frames: roles, tags, notices
    r"(?:^|\n)\s*[\[<(#*]*\s*(?:system|assistant|developer|admin\w*|user)\s*"
    r"(?:message|note|prompt|override|instruction)?\s*[\]>)*]*\s*[:>\]]",
    r"<\|[^|<>\n]{0,40}\|>|\[/?INST\]|</?(?:system|assistant|answer|instructions?)[^>\n]{0,40}>",
    r"#{2,}\s*(?:end )?(?:system|admin\w*|scoring|grader|evaluator)\b.{0,30}#{2,}",
    r"\bnew (?:instructions|system prompt)\s*:|\bend of (?:the )?answer\b",
    r"\b(?:calibration|evaluation|grading|scoring) (?:note|override|mode|sample|directive|key)\b",
)
# Patterns that start at a word's edge share the test for it: most of a text's places are none.
_AT_EDGE = "|".join(f"(?:{pattern[2:]})" for pattern in _PATTERNS if pattern.startswith(r"\b"))
_ANYWHERE = "|".join(f"(?:{pattern})" for pattern in _PATTERNS if not pattern.startswith(r"\b"))
_AIMED = re.compile(rf"\b(?=\w)(?:{_AT_EDGE})|{_ANYWHERE}", re.IGNORECASE | re.DOTALL)
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
    plain = _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text))
    if _AIMED.search(plain):
        return True
    if len(_ZERO_WIDTH.findall(text)) >= 3:
        return True
    return any(_AIMED.search(decoded) for decoded in _decoded(plain))


def _decoded(text: str) -> list[str]:
    found = []
    for match in _BASE64.finditer(text):
        chunk = match.group(0)
        try:
            found.append(base64.b64decode(chunk + "=" * (-len(chunk) % 4), validate=True).decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            continue
    return found
