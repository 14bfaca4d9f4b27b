"""Takes a sample out of its surroundings: the quoted words, and apart from them the commentary."""

from __future__ import annotations

import re

MAX_SAMPLE = 4000
_PAIRS = {"“": "”", "„": "“”", "«": "»", "‘": "’", '"': '"', "'": "'", "”": "”"}
_AFTER_QUOTE = re.compile(r"[\s).,;:!?\]–—-]|$")
_COMMENT = re.compile(r"^[\s.,;:–—-]*")
_TAIL_COMMENT = re.compile(r"(?<=[.!?”\"’])\s*[(\[]([^()\[\]]{2,600})[)\]]\.?$")
CUE = re.compile(
    r"^[-*•\s]*(?:why\b|because\b|note\b|reason\b|comments?\b|explanation\b|lesson\b|takeaway\b|notice\b|"
    r"the (?:first|second|former|latter|bad|good|weak|strong|stronger|weaker|better|difference)\b|"
    r"here\b|both\b|"
    r"this (?:shows?|answer|one|version|is|works|fails|sounds|tells|says|names|demonstrates|response)\b|"
    r"what(?:'s|’s| is)? (?:wrong|missing|better|changed)\b)",
    re.IGNORECASE,
)
_WHY = r"(?:why(?:(?: it| this|['’]s| it['’]s| this is)[^:.!?]{0,24})?|reason|comments?|explanation|note)"
_WHY_LABEL = re.compile(rf"^[-*•\s]*[*_]{{0,3}}{_WHY}[*_]{{0,3}}\s*[:：–—]\s*[*_]{{0,3}}\s*", re.IGNORECASE)
_WHY_INSIDE = re.compile(rf"(?<=[.!?])\s+{_WHY}\s*[:：]\s*", re.IGNORECASE)


def take_sample(text: str) -> tuple[str, str]:
    """(sample, commentary) of the text behind a label.

    A sample that opens with a quote mark ends at its closing mark, and what follows is commentary.
    Any other is the whole text, but for a bracketed remark after its last sentence.
    """
    text = text.strip().strip("*_").strip()
    if text[:1] in _PAIRS:
        end = closing_quote(text)
        if end is not None:
            return text[1:end].strip(), clean_comment(text[end + 1 :])
        text = text[1:].strip()
    why = _WHY_INSIDE.search(text)
    if why:
        return text[: why.start()].strip(), text[why.end() :].strip()
    tail = _TAIL_COMMENT.search(text)
    if tail:
        return text[: tail.start()].strip(), clean_comment(tail[1])
    return text, ""


def closing_quote(text: str) -> int | None:
    """Where the quote that opens `text` closes; None where it does not within the longest sample."""
    opening, limit = text[0], min(len(text), MAX_SAMPLE)
    closers = _PAIRS[opening]
    if opening in "\"'”":
        return _straight(text, opening, limit)
    if opening == "‘":
        return _single(text, limit)
    depth = 0
    for at in range(1, limit):
        if text[at] in closers:
            if depth == 0:
                return at
            depth -= 1
        elif text[at] == opening:
            depth += 1
    return None


def _straight(text: str, mark: str, limit: int) -> int | None:
    """The first mark that can close and leaves the rest with balanced marks; else the last that can."""
    places = [at for at in range(1, limit) if text[at] == mark and _closes(text, at)]
    marks = [at for at in range(1, limit) if text[at] == mark and (mark == '"' or _is_quote(text, at))]
    after = {at: len(marks) - n - 1 for n, at in enumerate(marks)}
    balanced = [at for at in places if after.get(at, 1) % 2 == 0]
    return next(iter(balanced), places[-1] if places else None)


def _single(text: str, limit: int) -> int | None:
    """An apostrophe is written like the closing mark, so the one after a sentence's end is preferred."""
    places = [at for at in range(1, limit) if text[at] == "’" and _closes(text, at)]
    ended = [at for at in places if text[at - 1] in ".!?,…"]
    return ended[0] if ended else (places[-1] if places else None)


def _closes(text: str, at: int) -> bool:
    return not text[at - 1].isspace() and _AFTER_QUOTE.match(text[at + 1 : at + 2]) is not None


def _is_quote(text: str, at: int) -> bool:
    """An apostrophe inside a word is no quote mark."""
    return not (text[at - 1].isalnum() and text[at + 1 : at + 2].isalnum())


def clean_comment(text: str) -> str:
    """Commentary without the brackets, dashes and `Why:` around it."""
    text = _COMMENT.sub("", text).strip()
    if text.startswith(("(", "[")) and text.rstrip(".").endswith((")", "]")) and text.count(text[0]) == 1:
        text = text.rstrip(".")[1:-1].strip()
    return _WHY_LABEL.sub("", text).strip()
