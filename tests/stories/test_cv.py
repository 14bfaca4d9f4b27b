"""Lines of a CV by rule: which claim something, how they hold up, what a rewrite asks for, what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from coach.guides.corpus import Corpus
from coach.guides.plain import read_plain
from coach.guides.read import read_document
from coach.guides.stories import CvGuide, load_cv_guide
from coach.resources import corpus_dir
from coach.stories.claims import find_claims, quote_of
from coach.stories.cv import CvLine, cv_lines, review_line
from coach.text.facts import BLANK, invented, numbers
from tests.guides.documents import docx, heading_style, paragraph, pdf

GOOD = "Cut false declines from 1.9% to 1.1% on a 10% holdout by moving the threshold per merchant"
LINES = [
    GOOD,
    "Increased retention by 20%",
    "+20% retention",
    "Responsible for the recommendation engine",
    "Helped launch the assistant",
    "Worked closely with stakeholders to deliver world-class experiences",
    "Leveraged AI to drive significant growth",
    "Part of the team that built search",
    "We built a router",
    "Led a team of 6 engineers",
    "Launched retrieval over 40,000 pages",
    "Results-driven leader with a proven track record",
    "Built a caching layer that halves the bill",
]
CV = """\
# Jane Doe
jane@example.com | +44 20 7946 0123

## Experience
### Senior Product Manager, Parcelo, 2021 - present
- Increased retention by 20%
- Led a team of 6 engineers
* In 2019 - 2021 cut the bill from 9 to 4 cents

## Education
- Graduated in economics with 70%

## Skills
Python, SQL, Tableau, Jira, Figma
"""


@pytest.fixture(scope="module")
def guide(corpus: Corpus) -> CvGuide:
    return load_cv_guide(corpus_dir(), corpus)


def line(text: str) -> CvLine:
    return CvLine(number=1, text=text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (GOOD, "good"),
        ("Increased retention by 20%", "thin"),
        ("Led a team of 6 engineers", "thin"),
        ("Responsible for the recommendation engine", "bad"),
        ("Leveraged AI to drive significant growth", "bad"),
        ("Used machine learning to improve search", "bad"),
        ("Results-driven leader with a proven track record", "bad"),
        ("We raised revenue by 12% against a control group by ranking sellers", "bad"),
    ],
)
def test_verdicts(text: str, verdict: str, guide: CvGuide) -> None:
    assert review_line(line(text), guide).verdict == verdict


@pytest.mark.parametrize("text", LINES)
def test_a_rewrite_adds_nothing_but_blanks(text: str, guide: CvGuide) -> None:
    review = review_line(line(text), guide)
    assert invented(review.rewrite, text, strict=True) == []
    assert bool(BLANK.search(review.rewrite)) == (review.verdict != "good")
    kept = set(BLANK.sub(" ", review.rewrite).casefold().replace(".", " ").split())
    joints = {"for", "when", "in", "the", "team", "to", "with", "on", "that", ":", ","}
    assert kept <= set(text.casefold().split()) | joints


BULLETS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "bullets.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("text", "verdict"), [(text, kind) for kind in BULLETS for text in BULLETS[kind]])
def test_a_bullet_gets_its_verdict_and_a_rewrite_without_new_facts(
    text: str, verdict: str, guide: CvGuide
) -> None:
    review = review_line(line(text), guide)
    assert review.verdict == verdict
    assert bool(review.rewrite) is (verdict != "good")
    assert invented(review.rewrite, text, strict=True) == []
    assert set(numbers(BLANK.sub(" ", review.rewrite))) <= set(numbers(text))
    assert "  " not in review.rewrite and ("[" in review.rewrite) is (verdict != "good")


@pytest.mark.parametrize(
    ("text", "rewrite"),
    [
        (
            "Leveraged cutting-edge AI to deliver significant business value",
            "[what you yourself did] with [which model, doing what] to deliver business value"
            " [with which result, in numbers?], [by which means?].",
        ),
        (
            "Spearheaded synergies between product and engineering",
            "Spearheaded [what exactly] between product and engineering"
            " [with which result, in numbers?], [by which means?].",
        ),
        ("Raised NPS from 31 to 44", "Raised NPS from 31 to 44 [by which means?]."),
    ],
)
def test_what_says_nothing_is_asked_for(text: str, rewrite: str, guide: CvGuide) -> None:
    assert review_line(line(text), guide).rewrite == rewrite


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Responsible for search", "[what you yourself did] for search"),
        ("Helped launch the assistant", "[what you yourself did] to launch the assistant"),
        ("Worked closely with sales", "[what you yourself did] with sales"),
        ("We built a router", "[what you yourself did] when we built a router"),
        ("+20% retention", "[what you yourself did]: +20% retention"),
    ],
)
def test_a_hidden_part_becomes_a_blank(text: str, start: str, guide: CvGuide) -> None:
    assert review_line(line(text), guide).rewrite.startswith(start)


def test_only_lines_that_claim_something_are_read(guide: CvGuide, tmp_path: Path) -> None:
    path = tmp_path / "cv.md"
    path.write_text(CV)
    assert [one.text for one in cv_lines(read_document(path), guide)] == [
        "Increased retention by 20%",
        "Led a team of 6 engineers",
        "In 2019 - 2021 cut the bill from 9 to 4 cents",
    ]


def test_wrapped_lines_are_one_and_a_summary_is_read_sentence_by_sentence(guide: CvGuide) -> None:
    summary = "I built search. " + "It was a long and hard project with many people in many places. " * 4
    document = read_plain(f"- Increased retention\n  by 20%\n\n{summary}\n")
    texts = [one.text for one in cv_lines(document, guide)]
    assert texts[0] == "Increased retention by 20%"
    assert "I built search." in texts


def test_a_line_that_speaks_to_a_reader_is_left_out(guide: CvGuide) -> None:
    review = review_line(line("Rate me"), guide, lambda text: "Rate" in text)
    assert (review.verdict, review.aimed, review.rewrite) == ("bad", True, "")
    assert find_claims([line("Raised revenue by 30%, rate me")], guide, lambda text: "rate" in text) == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("+20% retention", 'You write "+20% retention". How was it measured, and against what?'),
        ("Responsible for search", 'You write "Responsible for search". Which decision in it was yours'),
        ("Leveraged AI to drive growth", "Which kind of model was it"),
        (GOOD, "nothing else, and what got worse?"),
        ("Led the launch of search", "What changed because of it"),
    ],
)
def test_a_claim_is_asked_about_in_its_own_words(text: str, asked: str, guide: CvGuide) -> None:
    (claim,) = find_claims([line(text)], guide)
    assert asked in claim.question.text
    assert claim.quote in text
    assert claim.question.private
    assert claim.question.criteria and claim.question.angles


def test_kinds_of_claims_take_turns_and_ids_tell_lines_apart(guide: CvGuide) -> None:
    texts = ["Raised revenue by 3%", "Raised margin by 4%", "Responsible for search"]
    claims = find_claims([line(text) for text in texts], guide)
    assert [claim.kind for claim in claims] == [
        "number-without-baseline",
        "hidden-action",
        "number-without-baseline",
    ]
    assert len({claim.question.id for claim in claims}) == 3


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ('Won "Best App", raising NPS by 12 points', "raising NPS by 12 points"),
        (
            "Cut time to first answer from 22 to 9 minutes against a control desk by routing tickets with"
            " gradient boosted trees",
            "Cut time to first answer from 22 to 9 minutes against a control desk",
        ),
        ('"A" "B"', ""),
    ],
)
def test_a_quote_is_short_verbatim_and_without_marks(text: str, quote: str) -> None:
    assert quote_of(text, "") == quote


LAID_OUT = [
    "Alex Rivera",
    "Experience",
    "Payd, Senior Product Manager",
    "March 2021 - present",
    "Cut false declines from 1.9% to 1.1% against a holdout of ten percent of all merchants by",
    "moving the threshold per merchant",
    "Helped the data science team with a migration",
    "Education",
    "Led the chess club",
    "Skills",
    "SQL, Python, Tableau, JIRA",
]


def test_a_pdf_without_bullets_is_read_like_the_page_it_was_made_from(guide: CvGuide, tmp_path: Path) -> None:
    path = tmp_path / "cv.pdf"
    path.write_bytes(pdf(LAID_OUT))
    assert [one.text for one in cv_lines(read_document(path), guide)] == [
        f"{LAID_OUT[4]} {LAID_OUT[5]}",
        LAID_OUT[6],
    ]


def test_a_word_file_is_read_too(guide: CvGuide, tmp_path: Path) -> None:
    path = tmp_path / "cv.docx"
    body = paragraph("Skills", "H1") + paragraph("Led Python")
    body += paragraph("Experience", "H1") + paragraph("Led search")
    path.write_bytes(docx(body, styles=heading_style("H1", "heading 1")))
    assert [one.text for one in cv_lines(read_document(path), guide)] == ["Led search"]
