"""What is graded: one text, or the turns of a transcript."""

from __future__ import annotations

from typing import Literal

from coach.schema.base import Frozen

Role = Literal["interviewer", "candidate"]


class Turn(Frozen):
    role: Role
    text: str


class Answer(Frozen):
    """Exactly one of `text` and `turns` holds the answer, as received, unchanged."""

    text: str | None = None
    turns: tuple[Turn, ...] = ()

    @classmethod
    def of(cls, value: str | list[Turn] | tuple[Turn, ...]) -> Answer:
        return cls(text=value) if isinstance(value, str) else cls(turns=tuple(value))

    def parts(self) -> tuple[tuple[int | None, str], ...]:
        """The candidate's own texts as (turn index or None, text), in order."""
        if self.text is not None:
            return ((None, self.text),)
        return tuple((n, turn.text) for n, turn in enumerate(self.turns) if turn.role == "candidate")

    def said(self) -> str:
        """Everything that the candidate said, joined by blank lines."""
        return "\n\n".join(text for _, text in self.parts())

    def is_blank(self) -> bool:
        return not any(text.strip() for _, text in self.parts())
