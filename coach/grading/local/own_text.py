"""What of an answer is the candidate's own on the matter: not who they are, nor what speaks to the grader."""

from __future__ import annotations

import re

from coach.grading.injection import text_aims_at_grader
from coach.grading.local.tokens import split_sentences
from coach.schema.grade import GradeTask
from coach.text.sanitize import for_terminal

# A paragraph of fewer words beside a frame is a greeting of it.
GREETING = 8
# Who somebody is and where they come from earns nothing and costs nothing.
_INTRODUCTION = re.compile(
    r"(?:(?:hi|hello|hey)\b[,.! ]*)?(?:my name(?: is|'s)|i(?:'m| am) called|i was born|i grew up)\b",
    re.IGNORECASE,
)


def own_words(text: str) -> str:
    """The text without invisible characters, introductions of oneself and what speaks to the grader.

    A paragraph that holds such a sentence goes whole where others are left, with what lies between two of
    them and with greetings beside them: frames come in paragraphs, and in pairs.
    """
    text = _without_introductions(for_terminal(text))
    if not text_aims_at_grader(text):
        return text
    parts = text.split("\n\n")
    aimed = [n for n, part in enumerate(parts) if text_aims_at_grader(part)]
    kept = [part for n, part in enumerate(parts) if not aimed or not aimed[0] <= n <= aimed[-1]]
    said = [part for part in kept if len(part.split()) >= GREETING]
    if said:
        return "\n\n".join(said)
    return " ".join(s.text for s in split_sentences(text) if not text_aims_at_grader(s.text))


def _without_introductions(text: str) -> str:
    """The text without sentences that say who speaks; the whole text where nothing else is said."""
    if not _INTRODUCTION.search(text):
        return text
    rest = text
    for sentence in reversed(split_sentences(text)):
        if _INTRODUCTION.match(sentence.text):
            rest = rest[: sentence.start] + rest[sentence.end :]
    return rest.strip() or text


def own_parts(task: GradeTask) -> list[tuple[int | None, str]]:
    """The candidate's texts; sentences aimed at the grader are never evidence, so they are blanked."""
    parts = []
    for turn, text in task.answer.parts():
        if text_aims_at_grader(text):
            for sentence in split_sentences(text):
                if text_aims_at_grader(sentence.text):
                    text = text[: sentence.start] + " " * len(sentence.text) + text[sentence.end :]
        parts.append((turn, text))
    return parts
