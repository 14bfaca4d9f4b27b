"""Reads a CV for `coach story cv`: each line's verdict and rewrite. Keeps nothing of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from coach.cli.json_output import print_json
from coach.cli.model_choice import GraderChoice
from coach.cli.story_desk import Desk, desk
from coach.errors import SetupError, UsageError
from coach.guides.document import Document
from coach.guides.read import SUFFIXES, decode, read_document
from coach.report.lines import heading, indent, labelled, plain, quote
from coach.stories.claims import find_claims
from coach.stories.cv import CvLine, CvReview, cv_lines, review_line
from coach.text.sanitize import for_terminal

STYLES = {"good": "green", "thin": "yellow", "bad": "red"}
SHOWN_QUESTIONS = 3
MOST_ADVICE = 3


def review_cv(file: str, grader: GraderChoice, *, as_data: bool) -> None:
    """Print each line of the CV with its verdict, why, and a rewrite with blanks."""
    with desk(grader) as at:
        lines = cv_lines(read_private(file), at.cv_guide)
        if not lines:
            raise UsageError(f"{file}: no line of it claims anything. A CV says what you did, line by line.")
        reviews = _review(at, lines)
        claims = find_claims(lines, at.cv_guide, at.rooms.aims_at_grader)
        if as_data:
            print_json(_as_data(reviews))
            return
        at.data.show(Group(*(_card(review) for review in reviews)))
        at.data.show(_summary(reviews))
        asked = [plain(f"- {claim.question.text}") for claim in claims[:SHOWN_QUESTIONS]]
        if asked:
            at.data.show(Group(heading("What an interviewer will ask"), indent(*asked)))
            at.screen.tell(f"Practise them: coach practice --cv {file}")
        for note in dict.fromkeys(review.note for review in reviews if review.note):
            at.screen.tell(f"{note} Those lines were read by rules.")


def read_private(file: str) -> Document:
    """A CV or job text from a file of any kind that guides are read from, or from a text file."""
    path = Path(file)
    if not path.is_file():
        raise SetupError(f"{file}: cannot be read: there is no such file.")
    if path.suffix.lower() in SUFFIXES:
        return read_document(path)
    from coach.guides.plain import read_plain

    return read_plain(for_terminal(decode(path, path.read_bytes())))


def _review(at: Desk, lines: list[CvLine]) -> list[CvReview]:
    aimed = at.rooms.aims_at_grader
    if at.chat is None:
        return [review_line(line, at.cv_guide, aimed) for line in lines]
    from coach.stories.cv_model import review_lines_with_model

    prompt = at.rooms.prompts.get("cv_review")
    with at.screen.busy("Reading the CV"):
        return at.runner.run(review_lines_with_model(lines, at.cv_guide, at.chat, prompt, aimed))


def _card(review: CvReview) -> RenderableType:
    """One line: verdict, the words that show it, what is missing, the rewrite."""
    verdict = Text(f"{review.verdict.upper():<5}", style=STYLES[review.verdict])
    parts: list[RenderableType] = [Text.assemble(verdict, plain(review.line.text))]
    if review.aimed:
        parts.append(indent(plain("It speaks to whoever reads it as a program. It is left out."), by=5))
        return Group(*parts, Text())
    for sign in review.signs:
        if sign.seen and sign.kind == "bad":
            parts.append(indent(Text.assemble("- ", plain(sign.text), ": ", quote(sign.quote)), by=5))
    if review.advice and review.verdict != "good":
        parts.append(indent(labelled("Missing", " ".join(review.advice[:MOST_ADVICE])), by=5))
    if review.rewrite:
        parts.append(indent(labelled("Write", review.rewrite, style="bold"), by=5))
    return Group(*parts, Text())


def _summary(reviews: list[CvReview]) -> RenderableType:
    counts = Counter(review.verdict for review in reviews)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in ("good", "thin", "bad"))
    by = reviews[0].by
    who = "by rules, on this machine" if by == "rules" else f"by {by}; every quote was checked"
    return plain(f"{len(reviews)} lines: {told}. Read {who}. Blanks are facts that only you know.")


def _as_data(reviews: list[CvReview]) -> list[dict[str, Any]]:
    return [review.model_dump(mode="json") for review in reviews]
