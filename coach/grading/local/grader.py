"""The local grader: the same grade as the llm grader's, from the fitted model, with no network.

It says `language` instead of a mark for an answer that is not English.
"""

from __future__ import annotations

import math

from coach.grading import decide
from coach.grading.local import aim, explain
from coach.grading.local.carrying import NAMES as CARRYING
from coach.grading.local.carrying import Carrying, Numbers
from coach.grading.local.cues import Cues
from coach.grading.local.explain import Explainer, Vectors, Weighed
from coach.grading.local.features import Features, extract
from coach.grading.local.model import ANY, CAP_START, CAP_WIDTH, OVERALL, LocalModel, fade, load_model
from coach.grading.local.own_text import own_parts, own_words
from coach.grading.local.relevance import Relevance
from coach.grading.local.sentences import Embed, SentenceNearness
from coach.grading.local.shown import DEEPER
from coach.grading.local.vectors import Array, WordVectors
from coach.grading.rules import half, highest_beside
from coach.guides.corpus import Corpus
from coach.schema.grade import (
    Citation,
    Evidence,
    Flag,
    Grade,
    GradeError,
    GraderId,
    GradeTask,
    Verdict,
)
from coach.schema.rubric import Criterion
from coach.text.language import is_english

NAME = "local-linear-1"
# A mark with this chance or more belongs to the range; so the gold mark lies in nine of ten ranges.
LIKELY = 0.15
SURE = 0.6
LEVELS = 4
LIKELY_SHOWN = 0.5
# No sign of a criterion is seen, and the words are no nearer to it than in a tenth of all gold answers: then
# it is no yes. Of eleven such yeses six were wrong in cross-validation, and all three gold files gain.
SILENT = 1.46
# No labelled answer has fewer different words: a mark of a shorter one is a guess, and none is the top.
SHORTEST = 38
NEAR, SIGNS = CARRYING.index("near_few"), CARRYING.index("signs")


class LocalGrader:
    """Grades with the fitted model. Deterministic; safe to use from several threads."""

    def __init__(
        self,
        model: LocalModel,
        vectors: WordVectors,
        corpus: Corpus,
        sentences: SentenceNearness | None = None,
    ) -> None:
        self._sentences = sentences if model.relevance_by_sentences is not None else None
        self._model = model
        self._vectors = vectors
        self._explainer = Explainer(vectors, corpus.rubric)
        self._carrying = Carrying(self._explainer, Cues())
        self._relevance = Relevance.over(corpus, vectors)
        self._kinds = model.sounding.kinds.table(list(corpus.questions.values()))
        self.identity = GraderId(
            kind="local",
            model=f"{NAME}+sentences" if self._sentences else NAME,
            prompt=model.digest,
            rubric=corpus.rubric.digest,
            guides=corpus.digest,
        )
        self.figures = model.figures

    async def grade(self, task: GradeTask) -> Grade:
        return self.grade_now(task)

    def grade_now(self, task: GradeTask) -> Grade:
        """Grade one answer; never raises for what the answer holds."""
        blank = decide.grade_blank(task, self.identity)
        if blank is not None:
            return blank
        said = task.answer.said()
        if not is_english(said, self._knows):
            message = "The local grader reads English only; a model can grade other languages (--grader llm)."
            error = GradeError(kind="bad_reply", message=message)
            grade = decide.grade_nothing(task, self.identity, error, "ungraded")
            flags = decide.order_flags({*grade.flags, "language"})
            return grade.model_copy(update={"flags": flags, "error": None})
        return self._grade(task, own_words(said))

    def _knows(self, word: str) -> bool:
        return self._vectors.find(word) is not None

    def leanings(self, task: GradeTask) -> dict[str, float]:
        """The criteria's marks before rounding, to be compared within one answer; none of a blank one.

        Doubt that the answer serves its question is left out: it would draw all of them together.
        """
        said = own_words(task.answer.said())
        if not said.strip():
            return {}
        features = extract(said)
        raw = self._model.raw(features, self._vectors.mean(features.words))
        heads = {item.id: self._model.head.get(item.id, self._model.head[ANY]) for item in task.criteria}
        return {name: float(raw[head]) for name, head in heads.items()}

    def _grade(self, task: GradeTask, text: str) -> Grade:
        features = extract(text)
        vector = self._vectors.mean(features.words)
        beside = self._beside(task, text, features, vector)
        raw = self._model.raw(features, vector)
        heads = [self._model.head.get(item.id, self._model.head[ANY]) for item in task.criteria]
        told = self._carrying.told(text)
        shown = self._carrying.shown(told, task.criteria)
        numbers = self._carrying.measure(told, shown, task.criteria)
        carried = self._model.carried.add(numbers, heads)
        values = [float(value) for value in fade(raw[heads] + carried, beside)]
        top = task.criteria[0].top
        levels = [
            _from_four(min(self._model.criterion_noise.level(value), most), top)
            for value, most in zip(values, self._most(heads, numbers, features), strict=True)
        ]
        weighed = self._explainer.weigh(own_parts(task))
        vectors = self._explainer.stack(weighed)
        chosen = self._explainer.choose(
            weighed, vectors, task.criteria, [n > half(top) for n in levels], self._model.pointing
        )
        verdicts = tuple(
            Verdict(
                id=criterion.id,
                status="graded",
                score=level,
                evidence=tuple(_evidence(item) for item in quoted),
                citations=_cite(task, criterion),
                reason=explain.reason(criterion, level, closest),
                advice=explain.advice(criterion, level, missed),
            )
            for criterion, level, value, times, quoted in zip(
                task.criteria, levels, values, shown, chosen, strict=True
            )
            for closest, missed in [self._signs(criterion, level, value, times, vectors)]
        )
        head = float(fade(raw[self._model.head[OVERALL]], beside))
        return self._conclude(task, verdicts, self._model.overall(head, values), beside)

    def _most(self, heads: list[int], numbers: Numbers, features: Features) -> list[int]:
        """The level of four that each criterion can reach: a no where nothing in the answer speaks of it."""
        silent = (numbers[:, SIGNS] == 0) & (numbers[:, NEAR] < SILENT)
        known = [head != self._model.head[ANY] for head in heads]
        most = LEVELS if len(features.words) >= SHORTEST else LEVELS - 1
        return [2 if is_known and mute else most for is_known, mute in zip(known, silent, strict=True)]

    def _beside(self, task: GradeTask, text: str, features: Features, vector: Array) -> float:
        """Chance that the answer serves another question."""
        question = task.question
        look = self._relevance.look(question.text, [item.text for item in task.passages], text)
        if self._sentences is not None:
            return self._model.beside_question([*look.numbers, *self._sentences.measure(question.text, text)])
        sounding = self._model.sounding
        sounds = sounding.of(features.words, vector)
        own = sounding.kinds.of(question, [item.id for item in task.criteria])
        asked, every = aim.layers(look, sounds, sounding.kinds, own, self._kinds)
        told = aim.contrast(asked, every, look.column, sounding.rank)
        return self._model.beside_question(
            [*look.numbers, *told, *aim.bearing(asked, sounds, own, sounding.kinds)]
        )

    def _signs(
        self, criterion: Criterion, level: int, value: float, times: list[int], vectors: Vectors
    ) -> tuple[str, list[str]]:
        """The good sign that the answer most likely shows, if any, and what to ask for.

        Signs of another rubric than the corpus's are told by the nearness of their words alone.
        """
        signs = criterion.signs.good
        names = [sign.id for sign in signs]
        if not self._model.shown.knows(names):
            near = self._explainer.match(vectors, signs)
            closest = near[0][0].text if level * 2 > criterion.top else ""
            return closest, [sign.text for sign, _ in near[::-1][:2]]
        if not signs:
            return "", []
        chances = self._model.shown.chances(value, names, times)
        likely = [n for n in range(len(signs)) if times[n] and chances[n] >= LIKELY_SHOWN]
        closest = signs[max(likely, key=chances.__getitem__)].text if likely else ""
        missed = [signs[n].text for n in self._model.shown.lacking(names, chances)]
        return closest, missed or [DEEPER]

    def _conclude(
        self, task: GradeTask, verdicts: tuple[Verdict, ...], overall: float, beside: float
    ) -> Grade:
        top = task.criteria[0].top
        noise = self._model.overall_noise
        chances = noise.chances(overall)
        scores = [_to_four(verdict.score, top) for verdict in verdicts if verdict.score is not None]
        mark = min(max(noise.level(overall), min(scores)), max(scores), highest_beside(scores, LEVELS))
        likely = [level for level, chance in enumerate(chances, start=1) if chance >= LIKELY or level == mark]
        low, high = _from_four(min(likely), top), _from_four(max(likely), top)
        flags: set[Flag] = decide.text_flags(task)
        if beside >= CAP_START + CAP_WIDTH / 2:
            flags.add("off_topic")
        if low != high:
            flags.add("border")
        return Grade(
            status="graded",
            overall=_from_four(mark, top),
            range=(low, high),
            criteria=verdicts,
            flags=decide.order_flags(flags),
            needs_review=chances[mark - 1] < SURE,
            grader=self.identity,
        )


def open_local_grader(corpus: Corpus, embed: Embed | None = None) -> LocalGrader:
    """The grader with the model and vectors that ship with the program.

    `embed`, a sentence embedder, makes it surer whether an answer serves its question.
    """
    asked = [question.text for question in corpus.questions.values()]
    sentences = SentenceNearness(embed, asked) if embed is not None else None
    return LocalGrader(load_model(), WordVectors(), corpus, sentences)


def _from_four(level: int, top: int) -> int:
    """A level of 1..4 on a scale of 1..top, nearest, halves down."""
    return level if top == LEVELS else math.ceil(1 + (level - 1) * (top - 1) / (LEVELS - 1) - 0.5)


def _to_four(level: int, top: int) -> int:
    return level if top == LEVELS else math.ceil(1 + (level - 1) * (LEVELS - 1) / max(top - 1, 1) - 0.5)


def _evidence(item: Weighed) -> Evidence:
    """A sentence as a quote; a very long one is cut at a word's end."""
    start, end, text = item.sentence.start, item.sentence.end, item.sentence.text
    if len(text) > explain.LONGEST_QUOTE:
        end = start + (text.rfind(" ", 0, explain.LONGEST_QUOTE) + 1 or explain.LONGEST_QUOTE)
        text = text[: end - start].rstrip()
        end = start + len(text)
    return Evidence(quote=text, start=start, end=end, found=True, turn=item.turn)


def _cite(task: GradeTask, criterion: Criterion) -> tuple[Citation, ...]:
    """The criterion's own passages among those given for the question, else the first given one."""
    given = {passage.id: passage for passage in task.passages}
    own = [i for i in criterion.passages if i in given] or list(given)[:1]
    return tuple(Citation(passage=i, guide=given[i].guide) for i in own[:2])
