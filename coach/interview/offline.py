"""The interviewer that needs no model: presses the weakest criterion where the candidate was vague.

A follow-up takes up a short clause of the candidate's, word for word, and asks one thing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.interview.check import faults
from coach.interview.claims import Claim, claims, doubtful, shortened
from coach.interview.follow_up import FollowUp, View
from coach.interview.quote import SHORTEST, Clause, ease, pick, usable
from coach.interview.silence import silence_of
from coach.interview.subject import is_beside
from coach.interview.weakest import rank
from coach.interview.withdrawn import standing
from coach.interview.words import is_common, quoted, stems, words
from coach.schema.pressing import SLOT, Pressing
from coach.schema.rubric import Criterion

# Weight of the stems that a clause shares with the angle: one that is the criterion's alone, and more.
GOOD_FIT = 1.5
# How much a way of pressing is worth, on the scale of a doubt's weight (1 to 4).
TOUCHES, NEAR, HEDGED, LATEST = 1.0, 0.5, 0.4, 0.3
OWN_ANGLE, BRIDGE, ANY_CLAIM, PLAIN = 3.3, 3.5, 0.8, 1.5
HEARD = 2.0
COMMITS = 1.5
_COMMITS = re.compile(
    r"\b(?:i|we)(?:['’](?:d|ll)| would| will| should| only| first)*\s+(?!remember|think|believe|know|mean"
    r"|guess|feel|have|had|was|were|am|are|do|did)\w+",
    re.IGNORECASE,
)
_CITES = re.compile(
    r"^(?:You said|Let us stay with|(?:Going |Looking )?[Bb]ack (?:to|at)|Concerning|Regarding|Thinking of"
    r'|Before we get to) "\{quote\}"[.,:]'
)


@dataclass(frozen=True)
class Option:
    """A way of pressing on a criterion: what is asked, around which clause, and its worth."""

    text: str
    worth: float


class OfflineInterviewer:
    """Implements Interviewer over the words of corpus/pressing.yaml and the question's angles."""

    def __init__(self, pressing: Pressing | None = None) -> None:
        self._pressing = pressing or Pressing()

    async def follow_up(self, view: View) -> FollowUp | None:
        return self.press(view)

    def press(self, view: View) -> FollowUp | None:
        """The best follow-up on the weakest criterion that passes its check; None when all are spent."""
        for criterion in rank(view, self._pressing):
            basis = view.basis(criterion)
            for text in _Worder(view, criterion, self._pressing).texts():
                if not faults(text, basis):
                    return FollowUp(text=text, criterion=criterion.id, author="local")
        return None


class _Worder:
    """Words follow-ups on one criterion at one point of the conversation."""

    def __init__(self, view: View, criterion: Criterion, pressing: Pressing) -> None:
        self._view = view
        self._criterion = criterion
        self._pressing = pressing
        self._angles = [a.text for a in view.task.question.angles if a.criterion == criterion.id]
        self._spent = [quote for text in view.earlier for quote in quoted(text)]
        self._number = len(view.pressed)
        # What answers nothing is not worth a quote.
        said = standing(view.answers, view.task.question, pressing.takes_back)
        self._told = [_unaimed(text, view) for text in said if silence_of(text, pressing.silences) is None]
        self._told = [text for text in self._told if text.strip()]
        task = view.task
        by_words = is_beside("\n".join(self._told), task.question, task.criteria)
        self._beside = by_words or "off_topic" in view.look.flags
        self._speaks_to_grader: dict[str, bool] = {}
        # A word or two can be quoted where nothing else was said.
        self._least = max(1, min(SHORTEST, len(words(" ".join(self._told)))))

    def texts(self) -> Iterator[str]:
        """Follow-ups, best first."""
        if not self._told:
            yield from self._after_silence()
            return
        options = [*self._bridges(), *self._plain()]
        if not self._beside:
            options += [*self._doubts(), *self._own_angles(), *self._any_claim()]
        yield from (item.text for item in sorted(options, key=lambda item: -item.worth))

    def _after_silence(self) -> Iterator[str]:
        """An angle with a lead that leaves a way in; a blank answer gets the angle alone."""
        last = self._view.answers[-1] if self._view.answers else ""
        found = silence_of(last, self._pressing.silences)
        for angle in self._bare():
            if found is not None:
                yield _join(found.leads[self._number % len(found.leads)], angle)
            yield angle

    def _doubts(self) -> Iterator[Option]:
        """What is vague in the words of the candidate, asked about from the side of this criterion."""
        for claim in claims(self._told):
            for doubt in self._pressing.doubts:
                asks = doubt.asks.get(self._criterion.id)
                cut = doubtful(claim, doubt) if asks else None
                if asks and cut is not None and self._can_quote(cut.clause):
                    worth = doubt.weight + self._weight(cut)
                    yield from self._around(cut.clause, asks, worth)

    def _any_claim(self) -> Iterator[Option]:
        asks = self._pressing.asked_of(self._criterion.id)
        for claim in claims(self._told):
            if self._can_quote(claim.clause):
                yield from self._around(claim.clause, asks, ANY_CLAIM + self._weight(claim))

    def _own_angles(self) -> Iterator[Option]:
        """The question's angles that cite, around a clause that fits them well."""
        weights = self._view.weights(self._criterion)
        for angle in self._angles:
            if _CITES.match(angle):
                aim = {**weights, **dict.fromkeys(stems(angle.replace(SLOT, " ")), 1.0)}
                found = pick("\n".join(self._told), aim, aimed=self._view.aimed, used=self._view.earlier)
                if found is not None:
                    worth = OWN_ANGLE if found[1] >= GOOD_FIT else PLAIN - 0.5
                    yield Option(angle.replace(SLOT, found[0]), worth - self._staleness(angle))

    def _bridges(self) -> Iterator[Option]:
        """From what was proposed to what was left out: an angle of the question after the main claim."""
        leads = self._pressing.returns if self._beside else self._pressing.bridges
        if not leads:
            return
        for angle in self._bare():
            claim = self._main_claim(angle)
            if claim is not None:
                # Interviewers of one loop do not all bridge alike.
                place = self._number + len(self._view.task.question.id)
                lead = leads[place % len(leads)].replace(SLOT, claim)
                yield Option(_join(lead, angle), BRIDGE - self._answered(angle))

    def _main_claim(self, angle: str) -> str | None:
        """The clause in which the candidate commits to most of what the question and the angle are about."""
        aim = dict.fromkeys(stems(self._view.task.question.text), 0.5) | dict.fromkeys(stems(angle), 1.0)

        def worth(claim: Claim) -> float:
            text = claim.clause.text
            about = sum(aim.get(stem, 0.0) for stem in stems(text))
            latest = LATEST * (claim.turn == len(self._told) - 1)
            return about + COMMITS * bool(_COMMITS.search(text)) + latest + ease(claim.clause)

        found = (shortened(claim) for claim in claims(self._told))
        fit = [claim for claim in found if self._can_quote(claim.clause)]
        return max(fit, key=worth).clause.text if fit else None

    def _plain(self) -> Iterator[Option]:
        yield from (Option(angle, PLAIN - self._answered(angle)) for angle in self._bare())

    def _bare(self) -> list[str]:
        """The angles without a quote; what shares least with the answer is what was left out."""
        return sorted((a for a in self._angles if SLOT not in a), key=self._answered)

    def _answered(self, angle: str) -> float:
        """Share of an angle's stems that the candidate has used, 0 to 1."""
        said = stems(self._view.task.answer.said())
        return len(stems(angle) & said) / max(1, len(stems(angle)))

    def _around(self, clause: Clause, asks: Iterable[str], worth: float) -> Iterator[Option]:
        for place, asked in enumerate(asks):
            text = f"{self._lead().replace(SLOT, clause.text)} {asked}"
            yield Option(text, worth - 0.05 * place - self._staleness(asked))

    def _lead(self) -> str:
        leads = self._view.leads or self._pressing.leads
        return leads[self._number % len(leads)]

    def _staleness(self, asked: str) -> float:
        """What was asked elsewhere in just these words gives way to what was not."""
        return HEARD * any(asked.split(SLOT)[-1] in text for text in self._view.heard)

    def _weight(self, claim: Claim) -> float:
        """How much a claim belongs to the criterion and how little it commits to."""
        text = claim.clause.text
        name = self._criterion.id
        near = NEAR * bool(self._pressing.spoken(name, claim.clause.sentence))
        touching = TOUCHES if self._pressing.spoken(name, text) else near
        hedges = len(self._pressing.hedges.findall(text)) if self._pressing.hedges else 0
        latest = LATEST * (claim.turn == len(self._told) - 1)
        return touching + HEDGED * min(2, hedges) + latest + ease(claim.clause)

    def _can_quote(self, clause: Clause) -> bool:
        aimed = self._view.aimed
        return (
            usable(clause, self._spent, self._least) and not aimed(clause.text) and not aimed(clause.sentence)
        )


def _unaimed(text: str, view: View) -> str:
    """The text without the paragraphs that speak to a grader, where others are left."""
    parts = text.split("\n\n")
    kept = [part for part in parts if not view.aimed(part)]
    return "\n\n".join(kept if any(part.strip() for part in kept) else parts)


def _join(lead: str, angle: str) -> str:
    """A lead and an angle; a single question follows a colon, in small letters."""
    first = words(angle)[:1]
    if re.search(r"[.!?;:]\s", angle) or first in ([], ["i"]) or not is_common(first[0]):
        return f"{lead} {angle}"
    return f"{lead.removesuffix('.')}: {angle[0].lower()}{angle[1:]}"
