"""Session reports as HTML and Markdown: complete, escaped, private, with nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

from coach.report.history_markdown import session_markdown
from coach.report.history_view import view_session
from coach.report.pages import session_page
from coach.schema.grade import Evidence
from coach.schema.question import Question
from coach.store.records import Label, SessionRecord, SpokenTurn
from coach.text.pages import page_environment
from tests.progress.test_pages import Tags
from tests.report.stored import GUIDES, LEGEND, attempt, grade, practised, session

EVIL = "<script>alert(1)</script><img src=x onerror=y>\"'\x1b[31m\u202e\x00{{ 7*7 }}{% raw %}"


def page_of(record: SessionRecord) -> str:
    return session_page(view_session(record, LEGEND, GUIDES))


def test_the_page_holds_the_session_and_stands_alone() -> None:
    page = page_of(practised())
    tags = Tags(page)
    assert tags.loads == []
    assert not {"script", "img", "link", "iframe"} & set(tags.names)
    assert not re.search(r"https?://", page)
    for words in (
        "Practice session, 21 Nov 2026",
        "1. Design a fraud model.",
        "1:15 min",
        "<mark>9% to 1%. <sup>1</sup></mark>",
        "<mark>two points<sup>2</sup></mark>",
        "Mark 2 of 4, lean no",
        "prompt p, rubric r, guides g",
        "Own mark before the grade: 3, beside 2 from the grader.",
        "Disputed. Ownership: 4, I did",
        "A person who listened. Data fluency: 1, Too quick.",
        "What the retry moved",
        "never said (not in the answer; nothing was built on it)",
        'href="#own#decide"',
        "Say who decided",
        "Name the owner.",
        "gone#x",
        "Not finished.",
    ):
        assert words in page


def test_nothing_private_beyond_the_session_is_in_it() -> None:
    page = page_of(practised()) + session_markdown(view_session(practised(), LEGEND, GUIDES))
    assert "unsent words" not in page
    assert "Robin" not in page
    assert "/" + "home" not in page
    assert "COACH_HOME" not in page


def hostile() -> SessionRecord:
    """The same words wherever a user, a model or an imported file may have put something."""
    kept = grade()
    verdict = kept.criteria[0].model_copy(
        update={
            "id": EVIL,
            "evidence": (
                Evidence(quote=EVIL, start=0, end=len(EVIL), found=True, turn=0),
                Evidence(quote=EVIL),
            ),
            "reason": EVIL,
            "advice": EVIL,
            "citations": (kept.criteria[0].citations[0].model_copy(update={"passage": EVIL}),),
        }
    )
    maker = kept.grader.model_copy(update={"kind": "llm", "model": EVIL, "prompt": EVIL, "guides": EVIL})
    bad = kept.model_copy(update={"criteria": (verdict,), "grader": maker})
    first = attempt(
        1,
        bad,
        question=Question(id=EVIL, text=EVIL),
        turns=(
            SpokenTurn(role="candidate", text=EVIL),
            SpokenTurn(role="interviewer", text=EVIL, author="llm"),
        ),
    )
    labelled = first.grades[0].model_copy(update={"labels": (Label(score=3, criterion=EVIL, note=EVIL),)})
    record = session(first.model_copy(update={"grades": (labelled,)}), attempt(2, bad, retry_of=1))
    setup = record.setup.model_copy(update={"kind": EVIL, "level": EVIL})
    return record.model_copy(update={"id": EVIL, "setup": setup})


def test_everything_is_escaped_in_html() -> None:
    page = page_of(hostile())
    tags = Tags(page)
    assert tags.loads == []
    assert not {"script", "img"} & set(tags.names)
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 15
    assert "{{ 7*7 }}" in page
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", page)
    assert "<mark>&lt;script&gt;" in page


def test_everything_is_escaped_in_markdown() -> None:
    text = session_markdown(view_session(hostile(), LEGEND, GUIDES))
    assert not re.search(r"(?<!\\)<(script|img)", text)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", text)
    plain = [line for line in text.splitlines() if line and not line.startswith((">", "#", "-", "*"))]
    assert all("alert" not in line or "\\<script" in line for line in plain)


def test_markdown_holds_the_session_in_order() -> None:
    text = session_markdown(view_session(practised(), LEGEND, GUIDES))
    parts = [
        "# Practice session, 21 Nov 2026",
        "## 1. Design a fraud model.",
        "**You**",
        "> We cut false alarms from 9% to 1%. I decided on Monday.",
        "**Interviewer (a model)**",
        "### Mark 2 of 4, lean no",
        "Own mark before the grade: 3.",
        "- Disputed. Ownership: 4, I did",
        "- A person who listened. Data fluency: 1, Too quick.",
        "#### 1. Ownership: 2 of 4, lean no",
        "> I decided",
        "Next time: Say what level 4",
        "Read: own#decide, gone#x",
        "answered again",
        "#### What the retry moved",
        "- Overall: 2 to 4 better",
        "## Passages cited",
        "### Say who decided",
        "> Name the owner.",
    ]
    at = 0
    for words in parts:
        at = text.index(words, at)
    assert text.endswith("\n")


def test_words_of_a_cv_are_on_no_page() -> None:
    own = Question(
        id="cv-x", text='You write "raised revenue by 30%". How?', source="private: a line of your CV"
    )
    record = session(attempt(1).model_copy(update={"question": own}))
    for page in (page_of(record), session_markdown(view_session(record, LEGEND, GUIDES))):
        assert "30%" not in page
        assert "A question about your own CV" in page


def test_bold_words_of_a_guide_are_bold_and_nothing_else_is_markup(tmp_path: Path) -> None:
    tmp_path.joinpath("one.j2").write_text("{{ text|bold }}", encoding="utf-8")
    shown = page_environment(tmp_path).get_template("one.j2").render(text="**BAD:** <b>a</b> ** b\x1b[31m")
    assert shown == "<strong>BAD:</strong> &lt;b&gt;a&lt;/b&gt; ** b"
