"""Questions, passages and worked answers as cards for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from coach.report.lines import guide_text, heading, indent, labelled, plain
from coach.schema.passage import Passage
from coach.schema.question import Question

SHOWN_OF_A_TURN = 280


def render_question(question: Question) -> RenderableType:
    """The question as an interviewer puts it; what it is graded on is not given away here."""
    about = (question.round or "your own question").replace("_", " ")
    return Group(plain(f"{about} · {question.id}", "dim"), plain(question.text, "bold"))


def render_follow_up(text: str, number: int, limit: int, author: str) -> RenderableType:
    return Group(plain(f"Follow-up {number} of at most {limit}, {author}", "dim"), plain(text, "bold"))


def render_said(texts: Sequence[str]) -> RenderableType:
    """What the candidate said earlier, shortened: enough to find the thread again."""
    return Group(*(labelled("You said", _shortened(text)) for text in texts))


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN_OF_A_TURN else f"{flat[:SHOWN_OF_A_TURN].rsplit(' ', 1)[0]} ..."


def render_passage(passage: Passage) -> RenderableType:
    """A passage of a guide."""
    return Group(heading(passage.title), plain(f"[{passage.id}]", "dim"), indent(guide_text(passage.text)))


def render_example(answer: str, why: str, source: str, *, title: str = "A worked answer") -> RenderableType:
    """A worked answer, where it comes from, and what makes it strong."""
    parts: list[RenderableType] = [
        heading(title),
        plain(source, "dim"),
        Text(),
        indent(plain(answer)),
    ]
    if why:
        parts += [Text(), labelled("Why it is strong", why)]
    return Group(*parts)
