"""Finds the stories that answer a question or show a principle, and says by which words. Asks no model.

A story fits by what is asked for (a theme that the question names and the story shows) or by telling
words that both hold; shared criteria or a single word make it a possible one. None is named where none fits.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Literal

from coach.guides.corpus import Corpus
from coach.guides.stories import StoryGuide, StoryKind, Theme
from coach.guides.terms import synonym_map, terms
from coach.schema.base import Frozen
from coach.schema.story import Story
from coach.stories.signs import hit_words
from coach.text.phrases import find, sentences

Fit = Literal["fits", "possible", "none"]

# Weights of what speaks for a story; the words' part is measured in bits of rarity.
TAGGED, SHOWN, CRITERION, SYNONYM = 6.0, 4.0, 1.5, 0.5
# A story fits by words alone from this weight on, where at least two words are telling.
BY_WORDS, TELLING_WORDS = 9.0, 2
# ... and of at least this share of what the text's words weigh: a long case shares some with any story.
SHARE = 0.18
# Asks for what the candidate did, where a case asks for what they would do.
_OWN = re.compile(
    r"\b(?:tell me (?:about|of)|describe|give (?:me |us )?an example|have you|did you|when were you"
    r"|(?:take|walk) me through (?:one|a time|something)|show me|because of you|a time (?:when|that|you)"
    r"|in your (?:portfolio|career|work|team)|(?:you are|are you) (?:most )?proud"
    r"|(?:biggest|proudest|greatest|worst|hardest) .{0,30}\byou\b)",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"^(?:re)?(?:design|explain|propose|set out|take-home|turn|pick|you (?:own|join|are|can)|your)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou\b", re.IGNORECASE)
# A principle, a subject or a short question to `you` asks for one's own doing too.
_FEW_WORDS = 12
# What themes and words together must weigh before a criterion is proposed for a story.
ENOUGH_FOR_CRITERION = 1.5
_MOST_WORDS = 12.0
_RARE = 3.0
_QUOTED = 26


class Reason(Frozen):
    """One thing that speaks for a story: `asked` are words of the question, `quote` of the story."""

    kind: Literal["theme", "words", "criterion"]
    text: str
    asked: str = ""
    quote: str = ""


class Match(Frozen):
    """A story for a question. `score` is comparable only within one question."""

    story: Story
    fit: Fit
    score: float
    reasons: tuple[Reason, ...] = ()


class Matcher:
    """Matches stories with texts. `corpus` tells how rare a word is, and which words mean the same."""

    def __init__(self, corpus: Corpus, guide: StoryGuide) -> None:
        self._corpus = corpus
        self._guide = guide

    def match(
        self, text: str, stories: Iterable[Story], criteria: Sequence[str] = (), *, own: bool = False
    ) -> list[Match]:
        """Stories by how well they serve `text`, best first; those that do not are left out.

        `criteria` are ids of what the question is graded on, where that is known; `own` says that the text
        asks for the candidate's own doing, whatever its words (see `asks_for_story`).
        """
        return [match for match in self.rank(text, stories, criteria, own=own) if match.fit != "none"]

    def rank(
        self, text: str, stories: Iterable[Story], criteria: Sequence[str] = (), *, own: bool = False
    ) -> list[Match]:
        """Every story, also those that do not fit, in the order of `match`."""
        own = own or asks_for_story(text)
        found = [self._match(text, story, criteria, own=own) for story in stories]
        order = {"fits": 0, "possible": 1, "none": 2}
        return sorted(found, key=lambda match: (order[match.fit], -match.score, match.story.id))

    def criteria_for(self, story: Story, most: int = 3) -> list[str]:
        """Criteria of the rubric that the story's themes and words speak for, best first."""
        told = story.whole()
        scores: defaultdict[str, float] = defaultdict(float)
        for theme in self._guide.themes:
            if theme.criteria and find(told, theme.shows):
                for i in theme.criteria:
                    scores[i] += 2.0 / len(theme.criteria)
        known = set(terms(told))
        for criterion in self._corpus.rubric.criteria:
            signs = " ".join(sign.text for sign in criterion.signs.good)
            words = set(terms(f"{criterion.title} {criterion.asks} {signs} {' '.join(criterion.good)}"))
            scores[criterion.id] += sum(self._rarity(term) for term in words & known) / 8
        for i in self._guide.always:
            scores.pop(i, None)
        ranked = sorted(scores, key=lambda i: -scores[i])
        return [i for i in ranked if scores[i] >= ENOUGH_FOR_CRITERION][:most]

    def kinds_of(self, story: Story) -> list[StoryKind]:
        """The kinds that a story is of: by its tags, else by the words that show them."""
        tagged = [kind for kind in self._guide.kinds if _tagged(story, kind)]
        return tagged or [kind for kind in self._guide.kinds if find(story.whole(), kind.shows)]

    def _match(self, text: str, story: Story, criteria: Sequence[str], *, own: bool) -> Match:
        by_theme, theme_score, missed = self._themes(text, story) if own else ([], 0.0, False)
        by_words, word_score, by_words_alone = self._words(text, story)
        shared = [i for i in criteria if i in story.criteria and i not in self._guide.always]
        reasons = (*_unrepeated([*by_theme, *by_words]), *self._shared(shared))
        score = theme_score + word_score + CRITERION * len(shared)
        # A question for a failure is not answered by a success on the same subject.
        fits = (bool(by_theme) or by_words_alone) and not missed
        touches = bool(shared) or bool(by_words)
        fit: Fit = "fits" if fits else "possible" if touches and not missed else "none"
        return Match(story=story, fit=fit, score=round(score, 2), reasons=reasons)

    def _themes(self, text: str, story: Story) -> tuple[list[Reason], float, bool]:
        """Reasons by theme, their weight, and whether a kind of story was asked for that this is not."""
        reasons: list[Reason] = []
        score, kinds_asked, kinds_shown = 0.0, 0, 0
        for theme in (*self._guide.kinds, *self._guide.themes):
            asked = _cut(hit_words(text, theme.asks))
            if not asked:
                continue
            tagged = _tagged(story, theme)
            shown = find(story.whole(), theme.shows)
            kinds_asked += isinstance(theme, StoryKind)
            if not tagged and shown is None:
                continue
            kinds_shown += isinstance(theme, StoryKind)
            quote = story.whole()[shown[0] : shown[1]] if shown else ""
            reasons.append(Reason(kind="theme", text=theme.title, asked=asked, quote=_cut(quote)))
            score += TAGGED if tagged else SHOWN
            score += CRITERION * len(set(theme.criteria) & set(story.criteria))
        named = set(terms(text))
        for tag in story.tags:
            if named and (held := set(terms(tag))) and held <= named:
                reasons.append(Reason(kind="theme", text="what your tag says", asked=tag))
                score += TAGGED
        return reasons, score, bool(kinds_asked) and not kinds_shown

    def _words(self, text: str, story: Story) -> tuple[list[Reason], float, bool]:
        """The sentence that shares the most telling words with the text, their weight, and if they do."""
        wanted = self._wanted(text)
        told = story.whole()
        held = {term: wanted[term] for term in terms(told) if term in wanted}
        telling = [term for term, weight in held.items() if weight >= _RARE * SYNONYM]
        score = min(sum(held[term] for term in telling), _MOST_WORDS)
        if score < _RARE:
            return [], score, False

        def weight(sentence: str) -> float:
            return sum(held[term] for term in {*terms(sentence)} if term in held)

        best = max((told[start:end] for start, end in sentences(told)), key=weight)
        reason = Reason(kind="words", text="the same words", asked=_cut(text), quote=_cut(best))
        whole = sum(self._rarity(term) for term in set(terms(text)))
        enough = len(telling) >= TELLING_WORDS and score >= max(BY_WORDS, SHARE * whole)
        return [reason], score, enough

    def _shared(self, ids: Sequence[str]) -> list[Reason]:
        known = self._corpus.rubric.by_id()
        return [Reason(kind="criterion", text=known[i].title) for i in ids if i in known]

    def _wanted(self, text: str) -> dict[str, float]:
        """Stems of a text, and those that mean the same, with how much a match on each says."""
        own = {term: self._rarity(term) for term in terms(text)}
        alike = {
            other: SYNONYM * weight for term, weight in own.items() for other in self._synonyms.get(term, ())
        }
        return alike | own

    def _rarity(self, term: str) -> float:
        """How telling a stem is, in bits; 0 for one that is everywhere."""
        texts = len(self._background)
        return max(0.0, math.log2((texts + 1) / (self._spread.get(term, 0) + 1)) - 1.0)

    @cached_property
    def _background(self) -> list[set[str]]:
        questions = [question.text for question in self._corpus.questions.values()]
        return [set(terms(text)) for text in (*questions, *(p.text for p in self._corpus.passages.values()))]

    @cached_property
    def _spread(self) -> Mapping[str, int]:
        return Counter(term for held in self._background for term in held)

    @cached_property
    def _synonyms(self) -> dict[str, frozenset[str]]:
        return synonym_map(self._corpus.synonyms)


def asks_for_story(text: str) -> bool:
    """True for a question about the candidate's own doing, a principle or a subject; False for a case."""
    if _OWN.search(text):
        return True
    short = len(text.split()) <= _FEW_WORDS and not _CASE.search(text)
    return short and ("?" not in text or _YOU.search(text) is not None)


def _tagged(story: Story, theme: Theme) -> bool:
    tags = {tag.casefold() for tag in story.tags}
    return any(tag in tags for tag in theme.tags)


def _unrepeated(reasons: list[Reason]) -> list[Reason]:
    """One reason for each quote: the first names it best."""
    return list({reason.quote or reason.text: reason for reason in reversed(reasons)}.values())[::-1]


def _cut(text: str) -> str:
    """At most _QUOTED words, on one line; what is left out shows as dots."""
    words = text.split()
    return " ".join(words) if len(words) <= _QUOTED else " ".join(words[:_QUOTED]) + " ..."
