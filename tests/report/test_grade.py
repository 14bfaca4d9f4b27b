"""A grade on screen: who graded, what was strong, what to fix; safe, and no wider than 80 columns."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from coach.guides.corpus import make_passage
from coach.report.grade import Legend, render_grade, render_look
from coach.report.words import without_marks
from coach.schema.grade import Citation, Evidence, Grade, GradeError, GraderId, Usage, Verdict
from coach.schema.rubric import Criterion
from coach.text.sanitize import has_control

LOCAL = GraderId(kind="local", model="ridge-1", prompt="p", rubric="r", guides="g")
MODEL = GraderId(kind="llm", model="gpt-x", prompt="p", rubric="r", guides="g")
LEVELS = {1: "absent", 2: "generic", 3: "specific", 4: "names the price of each error and who pays it"}
LEGEND = Legend(
    criteria={
        "metrics": Criterion(id="metrics", title="Metrics", levels=LEVELS),
        "own": Criterion(id="own", title="Ownership", levels=LEVELS),
    },
    passages={"g#cost": make_passage("g", "cost", "The cost of errors", "Text.")},
)
STRONG = Verdict(
    id="own",
    status="graded",
    score=4,
    evidence=(
        Evidence(quote="I decided to wait", start=0, end=17, found=True),
        Evidence(quote="then I told them", start=3, end=19, found=True, turn=2),
        Evidence(quote="we never said this"),
    ),
    reason="A decision with its reason.",
    advice="Say what would change it.",
)
WEAK = Verdict(
    id="metrics",
    status="graded",
    score=2,
    citations=(Citation(passage="g#cost", guide="g"),),
    reason="Accuracy alone.",
    advice="Name the cost of a false block.",
)


def shown(part: RenderableType, *, width: int = 80, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=width, **options)
    console.print(part)
    text = console.file.getvalue()  # type: ignore[attr-defined]  # the StringIO given above
    assert isinstance(text, str)
    return text


def grade(**changes: Any) -> Grade:
    values: dict[str, Any] = {
        "status": "graded",
        "overall": 3,
        "range": (2, 3),
        "criteria": (WEAK, STRONG),
        "grader": LOCAL,
    }
    return Grade(**{**values, **changes})


def test_a_grade_tells_the_whole_story_in_order() -> None:
    text = shown(render_grade(grade(needs_review=True, flags=("border",)), LEGEND))
    marks = [
        "Graded by the local grader (ridge-1)",
        "Mark 3 of 4, lean yes (a careful reader could give 2 to 3)",
        "The mark lies close to the next one.",
        "Worth a second look",
        'Ownership: "I decided to wait"',
        "Fix first",
        "Metrics: Name the cost of a false block.",
        "What a stronger answer would contain",
        "names the price of each error and who pays it",
        "Criterion by criterion",
        "●●○○ 2 of 4, lean no",
        "Accuracy alone.",
        "Read: The cost of errors [g#cost]",
        "●●●● 4 of 4, clear yes",
        '"then I told them"  (after follow-up 1)',
        '"we never said this"  (not in the answer)',
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_no_scores_hides_numbers_and_keeps_words() -> None:
    legend = Legend(LEGEND.criteria, LEGEND.passages, scores=False)
    text = shown(render_grade(grade(grader=MODEL), legend)).replace("follow-up 1", "").replace("gpt-x", "")
    assert not any(character.isdigit() for character in text)
    assert "Lean yes" in text
    assert "lean no" in text
    assert "●" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"grader": MODEL}, "Graded by the model gpt-x."),
        ({"grader": MODEL.model_copy(update={"replayed": True})}, "gpt-x, from a recording."),
        (
            {
                "status": "ungraded",
                "overall": None,
                "range": None,
                "flags": ("language",),
                "criteria": (Verdict(id="own", status="ungraded", score=None, reason="Not English."),),
            },
            "The local grader reads English only",
        ),
        (
            {
                "status": "failed",
                "overall": None,
                "range": None,
                "error": GradeError(kind="timeout", message="No reply in 120 s."),
            },
            "Failed: No reply in 120 s.",
        ),
        ({"flags": ("injection", "fatal")}, "was read as data"),
        (
            {
                "grader": MODEL,
                "usage": Usage(
                    requests=2, prompt_tokens=1000, completion_tokens=234, cost_usd=None, seconds=1.25
                ),
            },
            "2 requests, 1,234 tokens, price unknown, 1.2 s.",
        ),
    ],
)
def test_other_outcomes_are_told_in_words(changes: dict[str, Any], words: str) -> None:
    assert words in shown(render_grade(grade(**changes), LEGEND))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Worded like level 1 answers.", "Worded like clear no answers."),
        (
            "A remedy stays a 1; a check lifts it to 2.",
            "A remedy stays a clear no; a check lifts it to lean no.",
        ),
        ("Held at 2 because no quote was found.", "Held at lean no because no quote was found."),
        ("It fell to 2% and to 2.5, at 3 am.", "It fell to 2% and to 2.5, at 3 am."),
        ("Level 9 does not exist.", "Level 9 does not exist."),
    ],
)
def test_marks_inside_reasons_become_words(text: str, words: str) -> None:
    assert without_marks(text, LEGEND.criteria["own"]) == words


def test_an_ungraded_criterion_says_so() -> None:
    open_verdict = Verdict(id="own", status="ungraded", score=None, reason="The reply contradicts itself.")
    text = shown(
        render_grade(grade(status="ungraded", overall=None, range=None, criteria=(open_verdict,)), LEGEND)
    )
    assert "Ownership  not graded" in text


def test_hostile_words_stay_words_and_lines_stay_narrow() -> None:
    hostile = STRONG.model_copy(
        update={
            "evidence": (
                Evidence(
                    quote="[bold red]x[/] \x1b]0;title\x07 \x1b[2J\u202e日本語" * 20,
                    found=True,
                    start=0,
                    end=1,
                ),
            ),
            "reason": "[link=http://x]click[/link] " * 30,
        }
    )
    text = shown(
        render_grade(grade(criteria=(hostile,)), LEGEND), force_terminal=True, color_system="truecolor"
    )
    assert "[bold red]x[/]" in text
    assert "[link=http://x]click[/link]" in text.replace("\n    ", " ").replace("\n", "") or "[link=" in text
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text
    plain = shown(render_grade(grade(criteria=(hostile,)), LEGEND))
    assert max(cell_len(line) for line in plain.splitlines()) <= 80


def test_a_strangers_rubric_uses_its_own_names() -> None:
    criterion = Criterion.model_validate(
        {"id": "own", "title": "Own", "levels": {"poor": "a", "fair": "b", "good": "c"}}
    )
    verdict = Verdict(id="own", status="graded", score=2)
    text = shown(
        render_grade(grade(overall=2, range=(2, 2), criteria=(verdict,)), Legend({"own": criterion}))
    )
    assert "Mark 2 of 3, fair" in text
    assert "●●○ 2 of 3, fair" in text


def test_feedback_in_between_is_short() -> None:
    text = shown(render_look(grade(), LEGEND))
    assert len(text.splitlines()) <= 5
    assert "I decided to wait" in text
    assert "Weakest: Metrics, lean no. Name the cost of a false block." in text


def test_one_criterion_is_not_praised_and_blamed_at_once() -> None:
    level = STRONG.model_copy(update={"score": 3})
    other = Verdict(id="metrics", status="graded", score=3, evidence=(Evidence(quote="q q", found=True),))
    text = shown(render_look(grade(criteria=(level, other)), LEGEND))
    assert "Weakest: Ownership" in text
    assert "Strongest: Metrics" in text
    assert "Strongest: Ownership" not in text


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=120))
def test_no_text_can_move_the_cursor(quoted: str, advice: str) -> None:
    piece = Evidence(quote=quoted, start=0, end=len(quoted), found=True)
    verdict = STRONG.model_copy(update={"evidence": (piece,), "advice": advice, "reason": quoted})
    text = shown(render_grade(grade(criteria=(verdict, WEAK)), LEGEND))
    assert not has_control(text)
