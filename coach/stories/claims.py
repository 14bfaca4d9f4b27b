"""Questions that a CV's own lines invite, quoting the very words.

They are private: put to the candidate and kept in their own history, and shown in no report that is shared.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from coach.guides.stories import ClaimGuide, CvGuide
from coach.schema.base import Frozen
from coach.schema.question import PRIVATE, Question
from coach.stories.cv import CvLine, line_signs
from coach.stories.review import Aimed, nobody
from coach.stories.signs import SeenSign, ids_of
from coach.text.facts import numbers
from coach.text.quotes import Folded

FROM_CV = f"{PRIVATE}a line of your CV"
# As much of a line as is put in quotation marks.
LONGEST = 16
# Words that a quotation does not end in.
_LOOSE = frozenset(
    "a an and as at by for from in into of on or per that the through to using via which while with".split()
)
_JOINT = re.compile(r"[;:()\[\]\"“”«»]|,\s|\s[-–—]\s")


class Claim(Frozen):
    """Words of a CV that a question presses on. `quote` is verbatim; `kind` names the entry of the guide."""

    line: CvLine
    quote: str
    kind: str
    question: Question


def find_claims(lines: Sequence[CvLine], guide: CvGuide, aimed: Aimed = nobody) -> list[Claim]:
    """One claim for each line that invites a question, in the order of the guide's kinds.

    Lines that speak to a reviewer are passed over.
    """
    found = []
    for place, line in enumerate(lines):
        if aimed(line.text):
            continue
        signs = line_signs(line.text, guide)
        for rank, kind in enumerate(guide.claims):
            if _applies(kind, signs):
                claim = _claim(line, kind, signs)
                if claim is not None:
                    found.append((rank, place, claim))
                break
    # Kinds take turns, so that two questions in a row press on different things.
    earlier: Counter[int] = Counter()
    turned = []
    for rank, place, claim in sorted(found, key=lambda item: item[:2]):
        turned.append((earlier[rank], rank, place, claim))
        earlier[rank] += 1
    return [claim for *_, claim in sorted(turned, key=lambda item: item[:3])]


def _applies(kind: ClaimGuide, signs: Sequence[SeenSign]) -> bool:
    seen = ids_of(signs)
    return set(kind.when) <= seen and not seen & set(kind.without)


def _claim(line: CvLine, kind: ClaimGuide, signs: Sequence[SeenSign]) -> Claim | None:
    shown = next((sign.quote for sign in signs if sign.id == kind.when[0]), "")
    quote = quote_of(line.text, shown)
    if not quote:
        return None
    question = Question(
        id=f"cv-{kind.id}-{hashlib.sha256(line.text.encode()).hexdigest()[:6]}",
        text=kind.text.replace("{claim}", quote),
        round="hiring_manager",
        criteria=kind.criteria,
        angles=kind.angles,
        passages=kind.passages,
        source=FROM_CV,
    )
    return Claim(line=line, quote=quote, kind=kind.id, question=question)


def quote_of(text: str, shown: str) -> str:
    """The clause of a line that makes the claim, at most LONGEST words, verbatim; "" where none can be cut.

    The clause with a number is taken where there is one, else the one in which `shown` begins.
    """
    text = text.rstrip(" .;,")
    if len(text.split()) <= LONGEST and not re.search(r"[\"“”«»]", text):
        return text
    clauses = [clause.strip(" ,.") for clause in _JOINT.split(text)]
    clauses = [clause for clause in clauses if len(clause.split()) >= 2]
    if not clauses:
        return ""
    begun = Folded(text).find(" ".join(shown.split()[:3])) if shown else None
    first = next((clause for clause in clauses if numbers(clause) and re.search(r"\d", clause)), "")
    return _within(first or _clause_at(text, clauses, begun[0] if begun else 0))


def _clause_at(text: str, clauses: Sequence[str], place: int) -> str:
    """The clause that `place` lies in, else the first."""
    spans = ((clause, text.find(clause)) for clause in clauses)
    return next((clause for clause, start in spans if start <= place < start + len(clause)), clauses[0])


def _within(clause: str) -> str:
    """At most LONGEST words of a clause, around its first number, and no loose end."""
    words = clause.split(" ")
    number = next((n for n, word in enumerate(words) if any(c.isdigit() for c in word)), 0)
    if len(words) > LONGEST:
        start = max(0, min(number - LONGEST // 2, len(words) - LONGEST))
        words, number = words[start : start + LONGEST], number - start
        loose = [n for n, word in enumerate(words) if word.casefold() in _LOOSE and n > number + 1]
        words = words[: loose[-1]] if loose else words
    while len(words) > 2 and words[-1].casefold() in _LOOSE:
        words = words[:-1]
    return " ".join(words)
