from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guides.document import Document, Line
from coach.guides.exemplars import find_pairs
from coach.guides.read import read_document
from coach.resources import corpus_dir
from coach.schema.passage import ExemplarPair
from tests.guides.documents import docx, paragraph, pdf, table


def pairs_of(text: str, name: str = "a.md") -> list[ExemplarPair]:
    return find_pairs(read_document(Path(name), text.encode()))


def samples(text: str, name: str = "a.md") -> list[tuple[str, str]]:
    return [(pair.bad, pair.good) for pair in pairs_of(text, name)]


WHOLE = ("We used a model.", "We used a ranker with 40 features.")

LAYOUTS = {
    "label lines": "Bad: “We used a model.”\nGood: “We used a ranker with 40 features.”\n",
    "capitals and blank lines": "BAD: We used a model.\n\nGOOD: We used a ranker with 40 features.\n",
    "bullets": '- BAD: "We used a model."\n- GOOD: "We used a ranker with 40 features."\n',
    "bullets with bold labels": (
        "* **Weak:** We used a model.\n* **Strong:** We used a ranker with 40 features.\n"
    ),
    "dashes": "Weak answer — “We used a model.”\nStrong answer — “We used a ranker with 40 features.”\n",
    "good first": 'Good: "We used a ranker with 40 features."\nBad: "We used a model."\n',
    "numbered list": "1. Bad: “We used a model.”\n   Good: “We used a ranker with 40 features.”\n",
    "one line": 'Bad: "We used a model." Good: "We used a ranker with 40 features."\n',
    "label on a line of its own": (
        "- Bad\n  - We used a model.\n- Good\n  - We used a ranker with 40 features.\n"
    ),
    "label, colon, next paragraph": (
        "Bad:\n\nWe used a model.\n\nGood:\n\nWe used a ranker with 40 features.\n"
    ),
    "headings": (
        "### Weak answer\n\nWe used a model.\n\n### Strong answer\n\nWe used a ranker with 40 features.\n"
    ),
    "quoted below headings": (
        "## Bad example\n\n> We used a model.\n\n## Good example\n\n> We used a ranker with 40 features.\n"
    ),
    "table": "| Don't | Do |\n|---|---|\n| We used a model. | We used a ranker with 40 features. |\n",
    "table by rows": (
        "|  |  |\n|---|---|\n| Bad | We used a model. |\n| Good | We used a ranker with 40 features. |\n"
    ),
    "marks": "- ❌ We used a model.\n- ✅ We used a ranker with 40 features.\n",
    "avoid and instead": "Avoid: “We used a model.”\nInstead: “We used a ranker with 40 features.”\n",
    "don't and do lists": "Don't:\n- We used a model.\n\nDo:\n- We used a ranker with 40 features.\n",
    "prose": (
        "Asked for a project, one person did well. Strong response: “We used a ranker with 40 features.” "
        "This is exact. Weak response: “We used a model.” No detail.\n"
    ),
    "a candidate says": (
        'A weak candidate would say: "We used a model." A strong candidate would say: '
        '"We used a ranker with 40 features."\n'
    ),
    "instead of, say": 'Instead of "We used a model.", say "We used a ranker with 40 features."\n',
    "guillemets": "Poor: «We used a model.»\nBetter: «We used a ranker with 40 features.»\n",
    "number behind the label": "Bad #1: We used a model.\nGood #1: We used a ranker with 40 features.\n",
    "flags": "Red flag: “We used a model.”\nGreen flag: “We used a ranker with 40 features.”\n",
    "what not to say": (
        "| What not to say | What to say |\n|---|---|\n"
        "| We used a model. | We used a ranker with 40 features. |\n"
    ),
    "mark and word": (
        "❌ Don't say: “We used a model.”\n✅ Say instead: “We used a ranker with 40 features.”\n"
    ),
    "bold lines of their own": (
        "**Weak answer**\n\nWe used a model.\n\n**Strong answer**\n\nWe used a ranker with 40 features.\n"
    ),
    "label in brackets": "(Bad) We used a model.\n(Good) We used a ranker with 40 features.\n",
    "label in square brackets": "[BAD] We used a model.\n[GOOD] We used a ranker with 40 features.\n",
    "label behind the quotation": (
        "- “We used a model.” (bad)\n- “We used a ranker with 40 features.” (good)\n"
    ),
    "same bullets": "- Bad\n- We used a model.\n- Good\n- We used a ranker with 40 features.\n",
    "in brackets": "Example (bad): We used a model.\nExample (good): We used a ranker with 40 features.\n",
    "remark in the label": (
        "Weak answer (2 of 4): We used a model.\nStrong answer (4 of 4): We used a ranker with 40 features.\n"
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_every_layout_gives_the_pair_whole(layout: str, name: str) -> None:
    if name == "a.txt" and "|--" in LAYOUTS[layout]:
        name = "b.md"
    assert samples(LAYOUTS[layout], name) == [WHOLE]


def test_formats_other_than_text(tmp_path: Path) -> None:
    html = (
        "<h3>Weak</h3><p>We used a model.</p><h3>Strong</h3>"
        "<blockquote>We used a ranker with 40 features.</blockquote>"
    )
    assert samples(html, "a.html") == [WHOLE]
    word = docx(
        paragraph("Bad: “We used a model.”") + paragraph("Good: “We used a ranker with 40 features.”")
    )
    assert find_pairs(read_document(Path("a.docx"), word))[0].good == WHOLE[1]
    cells = docx(table([["Weak", "Strong", "Why"], [*WHOLE, "It is exact."]]))
    pair = find_pairs(read_document(Path("a.docx"), cells))[0]
    assert (pair.bad, pair.good, pair.why) == (*WHOLE, "It is exact.")
    printed = pdf(["1. Vague claims", "Bad: We used a model.", "Good: We used a ranker with", "40 features."])
    assert [(p.bad, p.good) for p in find_pairs(read_document(Path("a.pdf"), printed))] == [WHOLE]


def test_remarks_go_to_why() -> None:
    brackets = (
        '- BAD: "We used a model." (Says nothing about the model.)\n'
        '- GOOD: "We used a ranker with 40 features." (Names the parts.)\n'
    )
    assert pairs_of(brackets)[0].why == "Says nothing about the model. Names the parts."
    below = "1. Being vague\n   Bad: “We used a model.”\n   Good: “We used a ranker with 40 features.”\n"
    after = below + "   The first is vague; the second can be asked about.\n\n2. Another point\n"
    assert pairs_of(after, "a.txt")[0].why == "The first is vague; the second can be asked about."
    assert [(p.bad, p.good) for p in pairs_of(after, "a.txt")] == [WHOLE]
    labelled = (
        "**BAD:** We used a model.\n\n**GOOD:** We used a ranker with 40 features.\n\n**Why:** It is exact.\n"
    )
    assert [(p.bad, p.good, p.why) for p in pairs_of(labelled)] == [(*WHOLE, "It is exact.")]
    prose = pairs_of(LAYOUTS["prose"])[0]
    assert prose.why == "This is exact. No detail."


def test_reasons_named_as_such_go_to_why() -> None:
    inline = (
        "Bad: We used a model. Why it's bad: nothing can be asked.\n"
        "Good: We used a ranker with 40 features. Why it works: it is exact.\n"
    )
    lines = (
        "Weak:\n“We used a model.”\nWhy it fails: nothing can be asked.\n\n"
        "Strong:\n“We used a ranker with 40 features.”\nWhy it works: it is exact.\n"
    )
    for text in (inline, lines):
        assert [(p.bad, p.good, p.why) for p in pairs_of(text)] == [
            (*WHOLE, "nothing can be asked. it is exact.")
        ]


def test_several_paragraphs_between_labels_are_one_sample() -> None:
    text = "Bad:\n\nWe used a model.\n\nIt went well.\n\nGood:\n\nWe used a ranker.\n\nAnother subject.\n"
    assert samples(text) == [("We used a model. It went well.", "We used a ranker.")]


def test_a_description_that_quotes_is_kept_whole() -> None:
    text = "BAD: Saying “it will learn” without naming the data.\nGOOD: “It learns from 9,000 tickets.”\n"
    assert samples(text) == [
        ("Saying “it will learn” without naming the data.", "It learns from 9,000 tickets.")
    ]


def test_quotes_inside_quotes_stay() -> None:
    text = (
        'Bad: "They said "no" to us." (Blames others.)\n'
        "Good: “I asked: ‘what would it take?’ and built that.”\n"
    )
    pair = pairs_of(text)[0]
    assert pair.bad == 'They said "no" to us.'
    assert pair.good == "I asked: ‘what would it take?’ and built that."
    assert pair.why == "Blames others."


def test_wrapped_samples_are_joined() -> None:
    text = (
        "Bad: We used a model that had been trained by another team on data\n"
        "which we had never looked at ourselves.\n"
        "Good: “We looked at 300 records by hand\nbefore training.” It took a day.\n"
    )
    assert samples(text, "a.txt") == [
        (
            "We used a model that had been trained by another team on data which we had never looked at "
            "ourselves.",
            "We looked at 300 records by hand before training.",
        )
    ]


def test_lists_of_equal_length_pair_in_order() -> None:
    text = "Don't:\n- say it is magic\n- hide the cost\n\nDo:\n- say what it does\n- name the cost\n"
    assert samples(text) == [("say it is magic", "say what it does"), ("hide the cost", "name the cost")]
    runs = "Bad 1: one thing\nBad 2: two things\nGood 1: the first mended\nGood 2: the second mended\n"
    assert samples(runs) == [("one thing", "the first mended"), ("two things", "the second mended")]


def test_a_ladder_of_samples_pairs_the_ends() -> None:
    text = (
        "Bad: We have users.\nBetter: We have 10,000 users.\nBest: 10,000 users came back each week.\n\n"
        "Bad: It is fast.\nGood: It answers in 200 ms.\n"
    )
    assert samples(text) == [
        ("We have users.", "10,000 users came back each week."),
        ("It is fast.", "It answers in 200 ms."),
    ]


def test_pairs_stay_in_their_sections() -> None:
    text = "## Data\n\nBad: We have data.\n\n## Cost\n\nGood: It costs 2 cents a call.\nBad: It is cheap.\n"
    assert samples(text) == [("It is cheap.", "It costs 2 cents a call.")]


def test_an_unpaired_label_does_not_shift_the_others() -> None:
    text = (
        "Bad: never mentioned again\n\n- A new point: about metrics\n- Bad: We track it.\n"
        "- Good: We track recall by group.\n"
    )
    assert samples(text) == [("We track it.", "We track recall by group.")]


@pytest.mark.parametrize(
    "text",
    [
        "Good answers are short. Bad data gives bad models: be careful.\n",
        "Do good work. The best answer: there is none. The weak spot: nobody knows.\n",
        'Not "faster models," but "p99 from 600 to 300 ms".\n',
        "Pros: it is fast.\nCons: it costs more.\n",
        "Right now we wait. Wrong turns happen.\n\nGood luck with the interview!\n",
        "- Good communication\n- Strong opinions\n- Bad habits\n",
        "Bad: only this one is here.\n",
        "Good: one.\nBad: two.\n",
        "Before: the old world we knew.\nAfter: the new world we know.\n",
    ],
)
def test_what_is_no_pair_gives_none(text: str) -> None:
    assert samples(text) == []
    assert samples(text, "a.txt") == []


def test_line_numbers_are_those_of_the_file() -> None:
    assert pairs_of("\n\nBad: We used it.\nGood: We used it twice.\n")[0].line == 3


PIECES = st.sampled_from(
    [
        "Bad:",
        "Good:",
        "Weak response:",
        "Strong answer —",
        "“",
        "”",
        '"',
        "'",
        "(",
        ")",
        "- ",
        "1. ",
        "\n",
        "\n\n",
    ]
    + [
        "| Bad | Good |\n",
        "|---|---|\n",
        "## ",
        "Do",
        "Don't",
        "Why:",
        "a few words.",
        "✅",
        "❌",
        " ",
        "Instead of",
    ]
)


@given(st.lists(PIECES, max_size=60))
def test_no_mixture_of_labels_breaks_the_finder(pieces: list[str]) -> None:
    text = "".join(pieces)
    for name in ("a.md", "a.txt"):
        document = read_document(Path(name), (text + " end").encode())
        for pair in find_pairs(document):
            assert pair.bad and pair.good and pair.bad != pair.good
            assert pair.line >= 1


@given(st.text(max_size=400))
def test_no_text_breaks_the_finder(text: str) -> None:
    lines = tuple(Line(number, line) for number, line in enumerate(text.splitlines(), start=1))
    for pair in find_pairs(Document(lines)):
        assert pair.bad and pair.good


REPEATED = ["Bad: “", 'Good: "', "Bad: x Good: y ", "(", "Weak response: ", "“", "- Don't\n", "Bad\n\n", "a"]
REPEATED += [
    "| Bad | Good |\n",
    "**",
    "[",
    "Instead of “",
    "*a ",
    "`",
    "<b>",
    "Bad: ‘’",
    "1. ",
    "  \n",
    "Bad: x\n",
]


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_long_repetitions_are_read_through(piece: str, name: str) -> None:
    """A step that takes the square of the length would run for minutes here."""
    text = "x " + piece * (60_000 // len(piece))
    for pair in find_pairs(read_document(Path(name), text.encode())):
        assert pair.bad != pair.good


def test_the_shipped_guides_give_back_their_eleven_pairs() -> None:
    found = [
        pair
        for path in sorted((corpus_dir() / "guides").glob("*.md"))
        for pair in find_pairs(read_document(path))
    ]
    assert len(found) == 11
    assert all(pair.why and "**" not in pair.bad + pair.good for pair in found)
