"""Loads what the coach knows of stories, audits and CVs from corpus/, and checks it. Judges no text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, load_yaml
from coach.schema.base import Frozen
from coach.schema.question import Angle
from coach.schema.story import AUDIT_FIELDS, STORY_PARTS, AuditField, StoryPart
from coach.text.phrases import read_phrase


def _compiled(text: str) -> str:
    read_phrase(text)
    return text


Said = Annotated[str, AfterValidator(_compiled)]
PartLevel = Literal["missing", "weak", "fair", "strong"]
# Signs that are counted in code and have no phrases.
COUNTED = ("too-long", "own-action", "we-throughout", "stuffed", "no-own-act", "number", "unmeasured")


class PartSign(Frozen):
    """One thing that a reader can tick off in a part of a story.

    A bad one caps the part at `cap`, unless the sign named by `unless` is there; a good one that is
    `needed` stands between fair and strong.
    """

    id: str
    kind: Literal["good", "bad"]
    text: str
    advice: str
    said: tuple[Said, ...] = ()
    needed: bool = True
    cap: Literal["weak", "fair"] = "weak"
    unless: str = ""

    @model_validator(mode="after")
    def _can_be_seen(self) -> PartSign:
        if not self.said and self.id not in COUNTED:
            raise ValueError(f"sign {self.id!r} needs `said`; only {', '.join(COUNTED)} are counted")
        return self


class PartGuide(Frozen):
    """What one part of a story should hold, in at most `most_words` words."""

    id: StoryPart
    title: str
    asks: str
    most_words: int = Field(gt=0)
    signs: tuple[PartSign, ...] = Field(min_length=1)


class Theme(Frozen):
    """What questions and principles may ask for, and how a story shows it.

    `asks` are phrases of a question, each of `shows` is a cue of a story, of which it takes `needs`, in
    `parts` where these are named; `tags` are tags that show it; `criteria` are the rubric's.
    """

    id: str
    title: str
    asks: tuple[Said, ...] = Field(min_length=1)
    shows: tuple[Said, ...] = ()
    needs: int = Field(default=1, gt=0)
    parts: tuple[Literal["title"] | StoryPart, ...] = ()
    tags: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()


class Intent(Theme):
    """What an interviewer asks a story for; `kinds` are the kinds of story that it is part of."""

    kinds: tuple[str, ...] = ()


class StoryKind(Theme):
    """A kind of story that a bank should hold `wanted` times; `prompt` helps to find one."""

    wanted: int = Field(gt=0)
    prompt: str


class StoryGuide(Frozen):
    """`target` is how many stories a bank should hold, `per_criterion` how many for each criterion.

    `always` are criteria that every story serves, so that they tell none from another.
    """

    target: int = Field(gt=0)
    per_criterion: int = Field(gt=0)
    always: tuple[str, ...] = ()
    parts: tuple[PartGuide, ...]
    kinds: tuple[StoryKind, ...] = Field(min_length=1)
    themes: tuple[Theme, ...] = ()
    intents: tuple[Intent, ...] = ()

    @field_validator("parts")
    @classmethod
    def _has_every_part(cls, parts: tuple[PartGuide, ...]) -> tuple[PartGuide, ...]:
        if tuple(part.id for part in parts) != STORY_PARTS:
            raise ValueError(f"must be {', '.join(STORY_PARTS)}, in this order")
        return parts

    def part(self, name: StoryPart) -> PartGuide:
        return next(part for part in self.parts if part.id == name)


class CvSign(PartSign):
    """A sign in one line of a CV; `blank` stands in a rewrite for what a good one lacks."""

    blank: str = ""


class ClaimGuide(Frozen):
    """A question that a line of a CV invites: the line shows all signs of `when` and none of `without`.

    `text` holds {claim} for the line's own words; angles may hold {quote} as those of questions do.
    """

    id: str
    when: tuple[str, ...] = Field(min_length=1)
    without: tuple[str, ...] = ()
    criteria: tuple[str, ...] = Field(min_length=1)
    passages: tuple[str, ...] = ()
    text: str
    angles: tuple[Angle, ...] = ()

    @field_validator("text")
    @classmethod
    def _quotes_the_claim(cls, text: str) -> str:
        if '"{claim}"' not in text:
            raise ValueError('must hold "{claim}" between quotation marks')
        return text


class CvGuide(Frozen):
    """How lines of a CV are read. `skip` are headings under which nothing is claimed, `sections` the others.

    A line that holds none of `improving` lacks `result_blank` instead of "by how much".
    """

    skip: tuple[Said, ...] = ()
    sections: tuple[Said, ...] = ()
    improving: tuple[Said, ...] = ()
    result_blank: str
    bad: tuple[str, ...] = Field(min_length=1)
    good: tuple[str, ...] = Field(min_length=1)
    signs: tuple[CvSign, ...] = Field(min_length=1)
    claims: tuple[ClaimGuide, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_its_own_signs(self) -> CvGuide:
        known = {sign.id for sign in self.signs}
        for claim in self.claims:
            for name in (*claim.when, *claim.without):
                if name not in known:
                    raise ValueError(f"claim {claim.id!r} names the sign {name!r}, which is not there")
        return self


class _Themes(Frozen):
    themes: tuple[Theme, ...]


class _Intents(Frozen):
    intents: tuple[Intent, ...]


class AuditNeed(Frozen):
    """What an answer must hold: one of `said`, where there are any; `say_more` asks for it."""

    say_more: str
    said: tuple[Said, ...] = ()


class AuditTopic(Frozen):
    """One field of the audit: what it asks, what a clear answer holds, and what closes a gap in it.

    `telling` is how many words it takes besides those of `empty`, which say nothing by themselves.
    """

    id: AuditField
    title: str
    asks: str
    example: str
    find_out: str
    drill: str
    question: str
    passage: str
    needs: tuple[AuditNeed, ...] = Field(min_length=1)
    telling: int = 0
    empty: tuple[str, ...] = ()


class AuditGuide(Frozen):
    fields: tuple[AuditTopic, ...]

    @field_validator("fields")
    @classmethod
    def _has_every_field(cls, fields: tuple[AuditTopic, ...]) -> tuple[AuditTopic, ...]:
        if tuple(topic.id for topic in fields) != AUDIT_FIELDS:
            raise ValueError(f"must be {', '.join(AUDIT_FIELDS)}, in this order")
        return fields


def load_story_guide(folder: Path, corpus: Corpus) -> StoryGuide:
    """corpus/stories.yaml, the themes of principles.yaml and intents.yaml; raises as `load_audit_guide`."""
    guide = load_yaml(StoryGuide, folder / "stories.yaml")
    themes = load_yaml(_Themes, folder / "principles.yaml").themes
    for theme in themes:
        _raise_first(folder / "principles.yaml", _unknown(theme.id, corpus, criteria=theme.criteria))
    path = folder / "intents.yaml"
    intents = load_yaml(_Intents, path).intents
    kinds = {kind.id for kind in guide.kinds}
    faults = (f"{i.id}: kind {kind} does not exist" for i in intents for kind in i.kinds if kind not in kinds)
    _raise_first(path, faults)
    return guide.model_copy(update={"themes": themes, "intents": intents})


def load_audit_guide(folder: Path, corpus: Corpus) -> AuditGuide:
    """corpus/audit.yaml; SetupError for a missing file, DatasetError for a wrong one."""
    path = folder / "audit.yaml"
    guide = load_yaml(AuditGuide, path)
    for topic in guide.fields:
        _raise_first(path, _unknown(topic.id, corpus, questions=(topic.question,), passages=(topic.passage,)))
    return guide


def load_cv_guide(folder: Path, corpus: Corpus) -> CvGuide:
    """corpus/cv.yaml; raises as `load_audit_guide`."""
    path = folder / "cv.yaml"
    guide = load_yaml(CvGuide, path)
    for claim in guide.claims:
        pressed = tuple(angle.criterion for angle in claim.angles)
        faults = _unknown(claim.id, corpus, passages=claim.passages, criteria=(*claim.criteria, *pressed))
        _raise_first(path, faults)
    return guide


def _unknown(
    name: str,
    corpus: Corpus,
    *,
    questions: tuple[str, ...] = (),
    passages: tuple[str, ...] = (),
    criteria: tuple[str, ...] = (),
) -> Iterator[str]:
    """What an entry names and the corpus does not hold."""
    known = corpus.rubric.by_id()
    yield from (f"{name}: question {i} does not exist" for i in questions if i not in corpus.questions)
    yield from (f"{name}: passage {i} does not exist" for i in passages if i not in corpus.passages)
    yield from (f"{name}: criterion {i} does not exist" for i in criteria if i not in known)


def _raise_first(path: Path, faults: Iterator[str]) -> None:
    for fault in faults:
        raise DatasetError(f"{path}: {fault}.")
