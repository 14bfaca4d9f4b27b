"""Whether a text has anything to do with what was asked, by its words. Judges no quality."""

from __future__ import annotations

from collections.abc import Iterable

from coach.interview.words import stems
from coach.schema.question import Question
from coach.schema.rubric import Criterion
from coach.text.language import is_other

# Share of its words of meaning that an answer has from the question's and its criteria's. All 500 labelled
# answers of six such words or more have .15 at least, those to another question included.
LEAST_SHARED = 0.13
FEWEST = 6


def is_beside(text: str, question: Question, criteria: Iterable[Criterion]) -> bool:
    """True for a text long enough to tell that speaks of something else altogether.

    Never for one in another language, whose words cannot be compared.
    """
    said = stems(text)
    if len(said) < FEWEST or is_other(text):
        return False
    asked = [question.text, *(angle.text for angle in question.angles)]
    asked += [part for item in criteria for part in _words_of(item)]
    return len(said & stems("\n".join(asked))) < LEAST_SHARED * len(said)


def _words_of(criterion: Criterion) -> Iterable[str]:
    signs = (sign.text for sign in (*criterion.signs.good, *criterion.signs.bad))
    return (
        criterion.title,
        criterion.asks,
        *criterion.bad,
        *criterion.good,
        *criterion.levels.values(),
        *signs,
    )
