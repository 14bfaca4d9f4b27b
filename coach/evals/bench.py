"""Gathers what a suite needs: gold, rubric, corpus, stress cases, recordings, and the jobs to be graded.

Paths and prompts come in as arguments; the caller decides where recordings are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from coach.errors import UsageError
from coach.evals.gold import GoldRow, GoldSet, load_gold
from coach.evals.plain import PlainGrader
from coach.evals.plan import Job, bound, plan_gold, plan_plain, plan_stress
from coach.evals.stress import load_cases, load_pairs
from coach.evals.suite import Part, Repeats, Suite, load_suite
from coach.grading.llm import LlmGrader
from coach.grading.request import Order, RequestBuilder
from coach.guides.corpus import Corpus, load_rubric
from coach.llm.port import ChatModel
from coach.prompts import Prompts
from coach.schema.grade import Grade, Grader
from coach.schema.rubric import Rubric

PARTS: tuple[Part, ...] = ("main", "samples", "plain", "stress")


@dataclass
class Bench:
    """A suite with everything that it names, loaded and checked."""

    suite: Suite
    corpus: Corpus
    rubric: Rubric
    gold: tuple[GoldSet, ...]
    prompts: Prompts
    folder: Path
    _builders: dict[Order, RequestBuilder] = field(default_factory=dict)

    @cached_property
    def jobs(self) -> list[Job]:
        """Every job of the suite, part by part, in the order of the files."""
        jobs = plan_gold(self.suite, self.gold, self.corpus, self.rubric)
        if self.suite.plain:
            jobs += plan_plain(jobs)
        if self.suite.stress:
            cases = load_cases(self.folder / "stress" / "cases.jsonl")
            pairs = load_pairs(self.folder / "exemplars.jsonl")
            jobs += plan_stress(cases, self.rows, pairs, self.corpus, self.rubric)
        return bound(jobs, self.suite)

    @cached_property
    def rows(self) -> dict[str, GoldRow]:
        return {row.id: row for gold in self.gold for row in gold.rows}

    def grader_for(self, model: ChatModel, job: Job) -> Grader:
        """The model-backed grader of one job: plain chat, or the llm grader with the job's order."""
        if job.part == "plain":
            return PlainGrader(model, self.prompts, sample=job.sample)
        return LlmGrader(
            model,
            self.builder(job.order),
            rubric_digest=self.rubric.digest,
            guides_digest=self.corpus.digest,
            samples=self.suite.vote,
            first_sample=job.sample,
            per_criterion=self.suite.per_criterion,
        )

    async def ask(self, model: ChatModel, job: Job) -> Grade:
        """The grade of one job by `model`."""
        return await self.grader_for(model, job).grade(job.task)

    def builder(self, order: Order) -> RequestBuilder:
        if order not in self._builders:
            self._builders[order] = RequestBuilder(self.prompts, order)
        return self._builders[order]


def open_bench(
    name: str,
    *,
    folder: Path,
    corpus: Corpus,
    prompts: Prompts,
    gold: Path | None = None,
    rubric: Path | None = None,
    samples: int | None = None,
) -> Bench:
    """Load a suite by name. A gold file of the user's takes the place of the suite's own gold.

    With such a file the suite's stress cases, repeats and tuning split do not apply: they are made of
    the committed gold. `samples` grades every answer that many times.
    """
    if rubric is not None and gold is None:
        raise UsageError("--rubric needs --gold: the committed gold is labelled with the corpus's rubric.")
    suite = load_suite(name, folder / "suites")
    used = load_rubric(rubric) if rubric is not None else corpus.rubric
    if gold is not None:
        changes = {
            "gold": (gold.stem,),
            "stress": False,
            "repeats": Repeats(),
            "gates": (),
            "plain": False,
            "only": {},
        }
        suite = suite.model_copy(update={**changes, "tuning_questions": ()})
        sets: tuple[GoldSet, ...] = (load_gold(gold, used),)
    else:
        sets = tuple(load_gold(folder / "gold" / f"{item}.jsonl", used) for item in suite.gold)
    if samples is not None:
        suite = suite.model_copy(update={"repeats": Repeats(samples=samples)})
    return Bench(suite, corpus, used, sets, prompts, folder)
