"""Which-when: the option that an answer takes, what it says of prices, and when it would flip."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from coach.drills.content import NOTHING, Content
from coach.drills.drill import (
    Item,
    Labels,
    Step,
    asked_in,
    make_question,
    nudge,
    relabelled,
    sign_items,
)
from coach.drills.hold import Hold
from coach.drills.report import Check, Choice, Parts, Report, evidence_at, look
from coach.drills.subject import EVERYWHERE
from coach.guides.exercises import DrillKind, Option, Sought, WhichFile, WhichWhen
from coach.guides.terms import terms
from coach.schema.answer import Answer
from coach.schema.grade import Evidence
from coach.schema.question import Question
from coach.text.phrases import find, phrase, sentences

STEPS = 2
_SURE = 3.0  # points of a sentence that takes an option in so many words
NONE = "none"
REASON = "reason"
_OWN_WORDS = 2  # of the case, in a sentence that reasons from it
# Signs of the rubric that a price and a turning point show, whatever the key names.
TRADEOFF, PRICED, FLIPPED = "tradeoff_articulation", ("price-of-each", "who-pays"), "flip-condition"
_CONDITION = re.compile(
    r"\b(?:if|once|when|unless|until|should)\b.*\b(?:would|i'd|we'd|switch|go back|could|might|flip)"
    r"|\A\W*(?:if|unless|were)\b.*,"
    r"|\b(?:would|i'd|we'd) (?:only )?(?:switch|change|reconsider|flip|move|go back)\b",
    re.IGNORECASE | re.DOTALL,
)
_REJECTED = re.compile(
    r"\b(?:not|no|never|nothing|nobody|none|instead of|rather than|against|without|avoid|reject|than|nor|over"
    r"|neither|isn't|don't|can't|cannot|wouldn't)\b[^.;:,]{0,24}$",
    re.IGNORECASE,
)
_TAKEN = re.compile(
    r"\b(?:choos\w*|chose|pick\w*|take|taking|go (?:with|for)|going (?:with|for)|use|using|start with"
    r"|begin with|prefer\w*|opt for|recommend\w*|build|favou?r|my choice|decide (?:for|on)|vote for"
    r"|answer is|i'd do)\b"
    r"[^.;]{0,40}$",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"^[^.;,]{0,30}\b(?:can do neither|cannot|can't|knows nothing|is blind|would never|too late|is useless"
    r"|won't|would not|wouldn't|is wrong|is too)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class WhichDrill:
    """Implements Drill."""

    exercise: WhichWhen
    file: WhichFile
    kind: DrillKind = "which-when"
    steps: int = STEPS

    @cached_property
    def question(self) -> Question:
        case = self.exercise
        options = ", or ".join(option.name for option in case.options)
        text = f"{self.file.models[case.model]}.\n{case.case}\n\nThe options: {options}.\n{self.file.task}"
        return make_question(self.kind, case, text)

    @property
    def case(self) -> str:
        return f"{self.exercise.title}. {self.exercise.case} {self.exercise.also}"

    def next_step(self, answer: Answer) -> Step | None:
        """Ask for the choice, a price or the flip, whichever is the first not seen."""
        report = self.check(answer)
        wanted = [
            "" if report.choices[0].label else "choice",
            "" if any(check.seen for check in report.checks if check.group == "price") else "price",
            "" if any(c.seen for c in report.checks if c.group == "flip" or c.id == "flip") else "flip",
        ]
        asked = asked_in(answer)
        steps = (nudge(name, self.file.nudges, asked, self.exercise.criteria[0]) for name in wanted if name)
        return next((step for step in steps if step), None)

    def check(self, answer: Answer) -> Report:
        case, parts = self.exercise, answer.parts()
        label, words = choose(case.options, answer)
        return self.conclude(
            Choice(id="choice", label=label, evidence=(words,) if words else ()),
            (
                *(self._look(sign, parts) for sign in self.file.signs),
                *(look(price, parts, group="price") for price in case.prices),
                *(look(flip, parts, group="flip") for flip in case.flips),
            ),
        )

    def _look(self, sign: Sought, parts: Parts) -> Check:
        """A sign; a reason is one from this case only where it names this case's own things."""
        check = look(sign, parts)
        if sign.id != REASON:
            return check
        case = frozenset(terms(f"{self.exercise.case} {self.exercise.also}"))
        words = reason_in(parts, case, sign.said)
        return check.model_copy(update={"seen": words is not None, "evidence": (words,) if words else ()})

    def conclude(self, choice: Choice, checks: tuple[Check, ...]) -> Report:
        """The report for a choice, whoever read it out of the answer."""
        case = self.exercise
        return Report(
            kind=self.kind,
            name=case.id,
            checks=checks,
            choices=(choice,),
            verdict=self._verdict(choice.label),
            key=(("The key takes", f"{self._name(case.better)}. {case.because}"),),
        )

    def items(self, answer: Answer) -> tuple[Item, ...]:
        """The choice beside the signs."""
        names = "; ".join(f"{option.id}: {option.name}" for option in self.exercise.options)
        labels = (*(option.id for option in self.exercise.options), NONE)
        return (
            *sign_items(self.check(answer).checks),
            Item(
                id="choice",
                text=f"Which option the candidate takes for this case ({names}; {NONE}: no choice)",
                labels=labels,
                nothing=NONE,
            ),
        )

    def relabel(self, report: Report, labels: Labels) -> Report:
        choice = labels.get("choice", report.choices[0])
        if choice.label == NONE:
            choice = choice.model_copy(update={"label": ""})
        return self.conclude(choice, relabelled(report.checks, labels))

    def holds(self, answer: Answer, content: Mapping[str, Content]) -> tuple[Hold, ...]:
        """The choice that the key does not take; no price and no turning point, or only one of the two."""
        report, signs = self.check(answer), content.get(TRADEOFF, NOTHING).signs
        label = report.choices[0].label
        holds = []
        if label and not self._fits(label) and self._plainly(label, answer):
            holds.append(Hold(most=2, why=self._verdict(label), advice=self.exercise.because))
        gone = []
        if not any(name in signs for name in PRICED) and not _seen(report, "price"):
            gone.append(("price", "what the choice costs"))
        if FLIPPED not in signs and not _seen(report, "flip"):
            gone.append(("flip", "when you would take the other"))
        if gone:
            why = f"it does not say {' nor '.join(words for _, words in gone)}."
            holds.append(Hold(most=4 - len(gone), why=why, advice=self.file.nudges.get(gone[0][0], "")))
        return tuple(holds)

    def _fits(self, label: str) -> bool:
        return label == self.exercise.better or bool(self._accepted(label))

    def _plainly(self, label: str, answer: Answer) -> bool:
        """True where nothing speaks for another reading: no words for the better option stand beside it."""
        scores, words = _weighed(self.exercise.options, answer)
        return words[label][0] >= _SURE and scores[self.exercise.better] <= 0

    def _accepted(self, label: str) -> str:
        return next(option.accepted for option in self.exercise.options if option.id == label)

    def _verdict(self, label: str) -> str:
        case = self.exercise
        if not label:
            return "Which option you take is not seen in your words."
        yours, keys = f"By your words you take {self._name(label)}", self._name(case.better)
        if label == case.better:
            return f"{yours}, as the key does."
        if accepted := self._accepted(label):
            return f"{yours}. The key takes {keys}; yours is right too: {accepted}."
        return f"{yours}; the key takes {keys} for this case as it stands."

    def _name(self, option_id: str) -> str:
        return next(option.name for option in self.exercise.options if option.id == option_id)


def _seen(report: Report, group: str) -> bool:
    return any(check.seen for check in report.checks if group in (check.group, check.id))


def reason_in(parts: Parts, case: frozenset[str], said: tuple[str, ...]) -> Evidence | None:
    """The sentence that argues with most of the case's own words, two at least; not one of a condition."""
    best: tuple[int, Evidence] | None = None
    for turn, text in parts:
        for span in sentences(text):
            words = text[span[0] : span[1]]
            shared = frozenset(terms(words)) & case
            own = len(shared)
            if (
                own < _OWN_WORDS
                or not shared - EVERYWHERE
                or find(words, said) is None
                or _CONDITION.search(words)
            ):
                continue
            if best is None or own > best[0]:
                best = own, evidence_at(text, span, turn)
    return best[1] if best else None


def choose(options: tuple[Option, ...], answer: Answer) -> tuple[str, Evidence | None]:
    """The option that the words take, and those words; empty where two are level or none is named.

    Sentences with a condition count little, since they say when one would choose differently.
    """
    scores, words = _weighed(options, answer)
    ranked = sorted(scores, key=lambda name: (-scores[name], _place(words.get(name))))
    best, second = ranked[0], ranked[1]
    level = scores[best] == scores[second] and words.get(best, (0.0,))[0] < _SURE
    if scores[best] <= 0 or level or best not in words:
        return "", None
    return best, words[best][1]


def _weighed(
    options: tuple[Option, ...], answer: Answer
) -> tuple[dict[str, float], dict[str, tuple[float, Evidence]]]:
    """How much speaks for each option, and its best sentence with its points."""
    scores = dict.fromkeys((option.id for option in options), 0.0)
    words: dict[str, tuple[float, Evidence]] = {}
    for turn, text in answer.parts():
        for place, (start, end) in enumerate(sentences(text)):
            for option in options:
                points = _points(option, text[start:end], first=place == 0)
                scores[option.id] += points
                if points > words.get(option.id, (0.0,))[0]:
                    words[option.id] = (points, evidence_at(text, (start, end), turn))
    return scores, words


def _place(words: tuple[float, Evidence] | None) -> tuple[int, int]:
    """Where an option was taken: of two that are taken alike, the first is the choice."""
    return (words[1].turn or 0, words[1].start or 0) if words else (0, 0)


def _points(option: Option, sentence: str, *, first: bool) -> float:
    spans = [hits[0] for one in option.said if (hits := phrase(one).matches(sentence))]
    if not spans:
        return 0.0
    if _CONDITION.search(sentence):
        return 0.0
    start, end = min(spans)
    if _REJECTED.search(sentence[:start]) or _REFUSED.search(sentence[end:]):
        return -2.0
    points = 0.5
    if _TAKEN.search(sentence[:start]) or (first and start <= 12):
        points = _SURE
    return points + (1.0 if first else 0.0)
