"""Words of items that are made of questions, stories and gaps."""

from __future__ import annotations

from coach.schema.question import Question

_LONGEST = 72


def shorten(text: str, longest: int = _LONGEST) -> str:
    """The text, or its first words and an ellipsis; never longer than `longest` characters."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return head.rpartition(" ")[0].rstrip(",;:") + "…" if " " in head else head + "…"


def round_name(name: str) -> str:
    return name.replace("_", " ").capitalize().replace("Ml ", "ML ").replace(" ai", " AI")


def round_title(name: str) -> str:
    return f"{round_name(name)}: a question of the coach's choice"


def practice_title(question: Question) -> str:
    return f"{round_name(question.round or 'own question')}: {shorten(question.text)}"


def review_title(question: Question) -> str:
    return f"Once more, from memory: {shorten(question.text)}"


def practice_command(question_id: str) -> str:
    return f"coach practice --question {question_id}"
