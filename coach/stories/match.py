"""Finds the stories that answer a question or show a principle, and says by which words. Asks no model.

A story fits by what is asked for (a theme that the question names and the story clearly shows) or by telling
words that both hold; one cue, shared criteria or a single word make it a possible one. None is named where
none fits.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from coach.guides.corpus import Corpus
from coach.guides.stories import Intent, StoryGuide, StoryKind, Theme
from coach.guides.terms import terms
from coach.schema.base import Frozen
from coach.schema.story import Story
from coach.stories.facets import Facet, facet, tagged
from coach.stories.lexicon import RARE, Lexicon
from coach.stories.nearness import nearness
from coach.stories.signs import hit_words
from coach.text.phrases import find, sentences

if TYPE_CHECKING:
    from coach.guides.embed import Embedder

Fit = Literal["fits", "possible", "none"]

# Weights of what speaks for a story; the words' part is measured in bits of rarity.
TAGGED, SHOWN, CRITERION = 6.0, 4.0, 1.5
# What each further cue of a theme adds to it.
CLEARER = 0.5
# What each further word of the question that asks for it adds, up to so many: "depth" alone says little.
CLOSER, _MOST_ASKED = 0.15, 4
# What words weigh beside themes.
BESIDE = 0.4
# What a sentence adds that counted for another theme already.
AGAIN = 0.4
# What an intent weighs that only the kind of story asks for.
IMPLIED = 0.8
# What nearness in meaning weighs: enough to part stories that are about equally good.
NEAR = 5.0
# A story fits by words alone from this weight on, where at least two words are telling.
BY_WORDS, TELLING_WORDS = 9.0, 2
# ... and of at least this share of what the text's words weigh: a long case shares some with any story.
SHARE = 0.18
# Asks for what the candidate did, where a case asks for what they would do.
_OWN = re.compile(
    r"\b(?:tell me (?:about|of)|describe|give (?:me |us )?an example|have you|did you|when were you"
    r"|(?:take|walk) me through (?:one|a time|something)|show me|because of you|a time (?:when|that|you)"
    r"|in your (?:portfolio|career|work|team)|(?:you are|are you) (?:most )?proud"
    r"|^when (?:did|have|has|was|were) |^how (?:do|did|have) you\b"
    r"|(?:biggest|proudest|greatest|worst|hardest) .{0,30}\byou\b)",
    re.IGNORECASE,
)
_CASE = re.compile(
    r"^(?:re)?(?:design|explain|propose|set out|take-home|turn|pick|you (?:own|join|are|can)|your)\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"\byou(?:r|rself)?\b", re.IGNORECASE)
# A principle, a subject or a short question to `you` asks for one's own doing too.
_FEW_WORDS = 12
# What themes and words together must weigh before a criterion is proposed for a story.
ENOUGH_FOR_CRITERION = 1.5
_MOST_WORDS = 12.0
_QUOTED = 26


class Reason(Frozen):
    """One thing that speaks for a story: `asked` are words of the question, `quote` of the story's `part`."""

    kind: Literal["theme", "words", "criterion"]
    text: str
    asked: str = ""
    quote: str = ""
    part: str = ""


class Match(Frozen):
    """A story for a question. `score` is comparable only within one question."""

    story: Story
    fit: Fit
    score: float
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class _ByTheme:
    """What a story shows of what a text asks for. `clear` is enough to fit.

    `missed` says that a kind of story was asked for that this is not.
    """

    reasons: list[Reason] = field(default_factory=list)
    score: float = 0.0
    clear: bool = False
    missed: bool = False


class Matcher:
    """Matches stories with texts. `corpus` tells how rare a word is, and which words mean the same.

    An `embedder` orders those that are equally good by nearness in meaning; it makes none fit.
    """

    def __init__(self, corpus: Corpus, guide: StoryGuide, embedder: Embedder | None = None) -> None:
        self._corpus = corpus
        self._lexicon = Lexicon(corpus)
        self._guide = guide
        self._embedder = embedder

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
        found = self._nearer(text, [self._match(text, story, criteria, own=own) for story in stories])
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
            scores[criterion.id] += sum(self._lexicon.rarity(term) for term in words & known) / 8
        for i in self._guide.always:
            scores.pop(i, None)
        ranked = sorted(scores, key=lambda i: -scores[i])
        return [i for i in ranked if scores[i] >= ENOUGH_FOR_CRITERION][:most]

    def kinds_of(self, story: Story) -> list[StoryKind]:
        """The kinds that a story is of: by its tags, else by the words that show them."""
        named = [kind for kind in self._guide.kinds if tagged(story, kind)]
        return named or [kind for kind in self._guide.kinds if find(story.whole(), kind.shows)]

    def _nearer(self, text: str, found: list[Match]) -> list[Match]:
        """The matches with what nearness adds to each, against their mean."""
        if self._embedder is None or len(found) < 2:
            return found
        near = nearness(text, [match.story for match in found], self._embedder)
        mean = sum(near) / len(near)
        return [
            match.model_copy(update={"score": round(match.score + NEAR * (one - mean), 2)})
            for match, one in zip(found, near, strict=True)
        ]

    def _match(self, text: str, story: Story, criteria: Sequence[str], *, own: bool) -> Match:
        by_theme = self._themes(text, story) if own else _ByTheme()
        by_words, word_score, by_words_alone = self._words(text, story)
        shared = [i for i in criteria if i in story.criteria and i not in self._guide.always]
        reasons = (*_unrepeated([*by_theme.reasons, *by_words]), *self._shared(shared))
        # A question for a failure is not answered by a success on the same subject.
        missed = by_theme.missed
        fits = (by_theme.clear or by_words_alone) and not missed
        touches = bool(shared) or bool(by_words) or bool(by_theme.reasons)
        if own and not missed and any(self._asked(text)):
            word_score *= BESIDE
        score = (0.0 if missed else by_theme.score) + word_score + CRITERION * len(shared)
        fit: Fit = "fits" if fits else "possible" if touches and not missed else "none"
        return Match(story=story, fit=fit, score=round(score, 2), reasons=reasons)

    def _themes(self, text: str, story: Story) -> _ByTheme:
        """What the text asks for and the story shows."""
        asked, implied = self._asked(text)
        found = [(theme, words, facet(story, theme)) for theme, words in (*asked, *implied)]
        found = [item for item in found if item[2] is not None or tagged(story, item[0])]
        weighed: list[tuple[float, Reason]] = []
        told: set[str] = set()
        for theme, words, shown in found:
            quote, part = (shown.quote, shown.part) if shown else ("", "")
            reason = Reason(kind="theme", text=theme.title, asked=words, quote=_cut(quote), part=part)
            # The same sentence counts once in full, whatever themes it shows.
            again = AGAIN if quote in told else IMPLIED if (theme, words) in implied else 1.0
            weight = again * _clearness(shown, words) + TAGGED * tagged(story, theme)
            weighed.append((weight + CRITERION * len({*theme.criteria} & {*story.criteria}), reason))
            told.add(quote)
        named = set(terms(text))
        tags = [tag for tag in story.tags if (held := set(terms(tag))) and held <= named]
        weighed += [(TAGGED, Reason(kind="theme", text="what your tag says", asked=tag)) for tag in tags]
        clear = bool(tags) or any(_is_clear(theme, shown) for theme, _, shown in found)
        kinds = {i for theme, _ in asked for i in _kinds(theme)}
        missed = bool(kinds) and not any(_kinds(theme) and _is_clear(theme, one) for theme, _, one in found)
        reasons = [reason for _, reason in sorted(weighed, key=lambda item: -item[0])]
        return _ByTheme(reasons, sum(weight for weight, _ in weighed), clear=clear, missed=missed)

    def _asked(self, text: str) -> tuple[list[tuple[Theme, str]], list[tuple[Intent, str]]]:
        """What a text asks for, with the words that ask; then what only the kind of story asks for."""
        every = (*self._guide.kinds, *self._guide.themes, *self._guide.intents)
        named = {theme.id: asked for theme in every if (asked := _cut(hit_words(text, theme.asks)))}
        # Who asks for a kind of story asks for what such stories show, unless it is said more closely.
        said = {kind for intent in self._guide.intents if intent.id in named for kind in intent.kinds}
        by_kind = {
            intent.id: named[kind]
            for intent in self._guide.intents
            for kind in intent.kinds
            if kind in named and kind not in said
        }
        implied = [(intent, by_kind[intent.id]) for intent in self._guide.intents if intent.id in by_kind]
        return [(theme, named[theme.id]) for theme in every if theme.id in named], implied

    def _words(self, text: str, story: Story) -> tuple[list[Reason], float, bool]:
        """The sentence that shares the most telling words with the text, their weight, and if they do."""
        wanted = self._lexicon.wanted(text)
        told = story.whole()
        held = {term: wanted[term] for term in terms(told) if term in wanted}
        telling = self._lexicon.telling(held)
        score = min(sum(held[term] for term in telling), _MOST_WORDS)
        if score < RARE:
            return [], score, False

        def weight(sentence: str) -> float:
            return sum(held[term] for term in {*terms(sentence)} if term in held)

        best = max((told[start:end] for start, end in sentences(told)), key=weight)
        reason = Reason(kind="words", text="the same words", asked=_cut(text), quote=_cut(best))
        whole = sum(self._lexicon.rarity(term) for term in set(terms(text)))
        enough = len(telling) >= TELLING_WORDS and score >= max(BY_WORDS, SHARE * whole)
        return [reason], score, enough

    def _shared(self, ids: Sequence[str]) -> list[Reason]:
        known = self._corpus.rubric.by_id()
        return [Reason(kind="criterion", text=known[i].title) for i in ids if i in known]


def asks_for_story(text: str) -> bool:
    """True for a question about the candidate's own doing, a principle or a subject; False for a case."""
    if _OWN.search(text):
        return True
    short = len(text.split()) <= _FEW_WORDS and not _CASE.search(text)
    return short and ("?" not in text or _YOU.search(text) is not None)


def _clearness(shown: Facet | None, asked: str) -> float:
    """What a theme weighs, by how many cues the story has and how many words ask for it."""
    if shown is None:
        return 0.0
    closely = 1 + CLOSER * min(len(asked.split()) - 1, _MOST_ASKED)
    return SHOWN * (1 + CLEARER * (shown.cues - 1)) * closely


def _is_clear(theme: Theme, shown: Facet | None) -> bool:
    """True for what makes a story fit: a tag, two cues, or one of a theme that goes by one."""
    return shown is None or shown.cues > 1 or not isinstance(theme, Intent)


def _kinds(theme: Theme) -> tuple[str, ...]:
    """The kinds of story that a theme asks for."""
    if isinstance(theme, Intent):
        return theme.kinds
    return (theme.id,) if isinstance(theme, StoryKind) else ()


def _unrepeated(reasons: list[Reason]) -> list[Reason]:
    """One reason for each quote: the first names it best."""
    return list({reason.quote or reason.text: reason for reason in reversed(reasons)}.values())[::-1]


def _cut(text: str) -> str:
    """At most _QUOTED words, on one line; what is left out shows as dots."""
    words = text.split()
    return " ".join(words) if len(words) <= _QUOTED else " ".join(words[:_QUOTED]) + " ..."
