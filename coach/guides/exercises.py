"""Nouns of drills: exercises as corpus/drills holds them. An exercise becomes a question to be graded.

`said` holds phrases of `coach.text.phrases`; a phrase that matches is a sign in the candidate's words,
and one that does not match proves nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, model_validator

from coach.schema.base import Frozen
from coach.schema.question import Round
from coach.text.phrases import read_phrase

DrillKind = Literal["code", "tradeoff", "which-when", "audiences", "devil", "native", "artifact"]
KINDS: tuple[DrillKind, ...] = get_args(DrillKind)
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


def _readable(text: str) -> str:
    read_phrase(text)
    return text


Said = Annotated[str, AfterValidator(_readable)]


class Sought(Frozen):
    """One thing that the rules look for in an answer; `why` is what it is good for."""

    id: Name
    text: Text
    why: str = ""
    said: tuple[Said, ...] = Field(min_length=1)


class Exercise(Frozen):
    """What every exercise has; `example` is an answer that holds what is looked for.

    `also` are words that a candidate may use for the case's own things, beside those of its text.
    """

    id: Name
    title: Text
    round: Round
    criteria: tuple[str, ...] = Field(min_length=2, max_length=5)
    passages: tuple[str, ...] = Field(min_length=1)
    example: str = ""
    also: str = ""


class Finding(Sought):
    """A fault in a snippet. `lines` are 1-based, first and last; `nudge` asks without giving it away."""

    lines: tuple[int, int]
    consequence: Text
    mend: Text
    nudge: Text


class CodeReading(Exercise):
    """A snippet with faults; `about` says where it runs and what is known."""

    about: Text
    code: Text
    findings: tuple[Finding, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _lines_exist(self) -> Self:
        last = len(self.code.rstrip("\n").split("\n"))
        for finding in self.findings:
            first, end = finding.lines
            if not 1 <= first <= end <= last:
                raise ValueError(f"{finding.id}: lines {first}-{end} are not in a snippet of {last} lines")
        return self


class CodeFile(Frozen):
    task: Text
    exercises: tuple[CodeReading, ...] = Field(min_length=1)


class VagueWish(Exercise):
    """A wish as somebody says it, and what is known of the product."""

    wish: Text
    setting: Text


class WishFile(Frozen):
    """`signs` are looked for in every answer; `nudges` ask for one of them by its id."""

    task: Text
    signs: tuple[Sought, ...] = Field(min_length=1)
    nudges: dict[Name, Text]
    exercises: tuple[VagueWish, ...] = Field(min_length=1)


class Option(Frozen):
    """A way to go. `accepted` says under which reasons it is right too where it is not the better one."""

    id: Name
    name: Text
    said: tuple[Said, ...] = Field(min_length=1)
    accepted: str = ""


class WhichWhen(Exercise):
    """A short case with two or more options, the better one, its prices and what would flip it."""

    model: Name
    case: Text
    options: tuple[Option, ...] = Field(min_length=2)
    better: Name
    because: Text
    prices: tuple[Sought, ...] = Field(min_length=1)
    flips: tuple[Sought, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _better_is_an_option(self) -> Self:
        if self.better not in {option.id for option in self.options}:
            raise ValueError(f"better: {self.better} is no option")
        return self


class WhichFile(Frozen):
    """`models` names the choices of the mental model library; `signs` hold for every case."""

    task: Text
    models: dict[Name, Text]
    signs: tuple[Sought, ...] = Field(min_length=1)
    nudges: dict[Name, Text]
    exercises: tuple[WhichWhen, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _models_are_known(self) -> Self:
        for case in self.exercises:
            if case.model not in self.models:
                raise ValueError(f"{case.id}: {case.model} is not among the models")
        return self


class Audience(Frozen):
    """Who is spoken to. `terms` are the least and the most technical terms in a hundred words that fit."""

    id: Literal["engineers", "compliance", "executives"]
    name: Text
    prompt: Text
    needs: Text
    terms: tuple[float, float]
    words: tuple[int, int]
    signs: tuple[Sought, ...] = Field(min_length=1)


class ModelDecision(Exercise):
    """A decision about a model with its facts, to be told three times."""

    facts: Text


class AudienceFile(Frozen):
    """`technical` are terms that count as technical, whoever listens."""

    task: Text
    audiences: tuple[Audience, ...] = Field(min_length=3, max_length=3)
    technical: tuple[Said, ...] = Field(min_length=1)
    exercises: tuple[ModelDecision, ...] = Field(min_length=1)


class Challenge(Frozen):
    """A way to attack a decision. {quote} stands for the decision's own words.

    `fits` are words that invite the attack, `answered` words that already meet it.
    """

    id: Name
    attack: Text
    criterion: str
    text: Text
    fits: tuple[Said, ...] = Field(min_length=1)
    answered: tuple[Said, ...] = ()

    @model_validator(mode="after")
    def _quotes(self) -> Self:
        if self.text.count("{quote}") != 1:
            raise ValueError(f"{self.id}: the text must hold {{quote}} once")
        return self


class PastDecision(Exercise):
    """A prepared decision for those whose story bank is empty."""

    decision: Text


class DevilFile(Frozen):
    task: Text
    own: Exercise
    signs: tuple[Sought, ...] = Field(min_length=1)
    challenges: tuple[Challenge, ...] = Field(min_length=1)
    exercises: tuple[PastDecision, ...] = Field(min_length=1)


class NativeQuestion(Frozen):
    """A question that finds out what AI is to a product; `weight` counts in the verdict."""

    id: Name
    text: Text
    criterion: str
    why: Text
    weight: int = Field(default=1, ge=1, le=3)
    native: tuple[Said, ...] = Field(min_length=1)
    enabled: tuple[Said, ...] = Field(min_length=1)


class NativeFile(Frozen):
    """`verdicts` words the outcomes: native, enabled, mixed, unclear."""

    task: Text
    questions: tuple[NativeQuestion, ...] = Field(min_length=1)
    verdicts: dict[Literal["native", "enabled", "mixed", "unclear"], Text]
    exercises: tuple[Exercise, ...] = Field(min_length=1)


class Brief(Exercise):
    """A document to write; `words` are the fewest and the most that suit it."""

    form: Literal["one-page-brief", "post-mortem", "dashboard", "data-story", "point-of-view"]
    brief: Text
    words: tuple[int, int]
    signs: tuple[Sought, ...] = ()


class BriefFile(Frozen):
    """`forms` holds what every document of a form is looked through for."""

    task: Text
    forms: dict[str, tuple[Sought, ...]]
    exercises: tuple[Brief, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _forms_are_known(self) -> Self:
        for brief in self.exercises:
            if brief.form not in self.forms:
                raise ValueError(f"{brief.id}: the form {brief.form} has no signs")
        return self


DrillFile = CodeFile | WishFile | WhichFile | AudienceFile | DevilFile | NativeFile | BriefFile
