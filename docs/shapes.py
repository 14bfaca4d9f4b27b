"""What each command prints with --json, as types; `python -m docs.generate` makes docs/schemas of them.

Where a command prints a noun of the program, that noun is the shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import Field

from coach.cli.doctor_finding import State
from coach.drills.report import Report
from coach.evals.stress import Direction
from coach.guides.exercises import DrillKind
from coach.guides.library import Outcome
from coach.guides.measure import Figures
from coach.loops.findings import Debrief
from coach.progress.noise import Noise
from coach.progress.overview import Practice, Retries, SelfRating
from coach.schema.base import Frozen, Loose
from coach.schema.grade import Grade
from coach.schema.loop import Preset
from coach.schema.plan import MemoryCard, Plan, PlanItem
from coach.schema.question import Question
from coach.schema.row import RowOut
from coach.schema.story import AuditEntry, Story
from coach.store.drills import DrillRecord, Move, Status
from coach.store.listing import Found, Line
from coach.store.marks import Maker
from coach.store.profile import Profile
from coach.store.records import SessionRecord
from coach.stories.audit import Gap
from coach.stories.choose import Choice
from coach.stories.coverage import Covered, Suggestion
from coach.stories.cv import CvReview
from coach.stories.match import Reason
from coach.stories.opening import Opening
from coach.stories.review import StoryReview

Moment: TypeAlias = str  # ISO 8601 in UTC
Mark: TypeAlias = int | None  # null: not graded


class SpokenTurn(Frozen):
    role: Literal["interviewer", "candidate"]
    text: str
    criterion: str | None


class Practised(Frozen):
    """One question of a session: what was said, and the grade as a row of `coach grade`."""

    question: str
    question_id: str
    turns: tuple[SpokenTurn, ...]
    grade: RowOut | None


class LoopAnswer(Practised):
    """One question of a loop; the mark waits for the debrief."""

    loop: str
    round: str


class ExerciseName(Frozen):
    kind: DrillKind
    name: str
    title: str


class ExerciseDone(Practised):
    exercise: ExerciseName
    report: Report | None


class IncidentDone(Frozen):
    drill: str
    kind: Literal["incident"]
    name: str
    status: Status
    opening: str
    moves: tuple[Move, ...]
    minutes: int
    grade: Grade | None
    details: dict[str, Any]


class DrillLine(Frozen):
    kind: str
    name: str
    title: str
    last_mark: Mark
    last_at: Moment | None


class AnswerSentence(Frozen):
    text: str
    citations: tuple[str, ...]


class AnswerPassage(Frozen):
    """`marked` are the spans of the text that the answer used, in code points."""

    id: str
    guide: str
    title: str
    text: str
    marked: tuple[tuple[int, int], ...]


class Asked(Frozen):
    """`found` is false where the guides do not say. `cost_usd` is null where a price is unknown."""

    question: str
    found: bool
    answer: tuple[AnswerSentence, ...]
    passages: tuple[AnswerPassage, ...]
    model: str | None
    cost_usd: float | None


class GuideLine(Frozen):
    """`from` is coach, or the name of the file that was added."""

    id: str
    title: str
    source: str = Field(alias="from")
    passages: int
    pairs: int


class GuidesAdded(Frozen):
    files: tuple[Outcome, ...]


class GuidesBuilt(Frozen):
    """`embedded` counts the passages whose vectors were not known before."""

    embedder: str
    passages: int
    embedded: int


class Drift(Frozen):
    """A question whose passages would be retrieved differently now: ids of passages."""

    question: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]


class GuidesChecked(Frozen):
    """Drift is no problem: exit code 1 goes with `problems`."""

    problems: tuple[str, ...]
    drift: tuple[Drift, ...]


@dataclass(frozen=True)
class Retrieval(Figures):
    """`chosen` marks the method that searches use."""

    chosen: bool


class GuideHit(Frozen):
    id: str
    guide: str
    title: str
    text: str
    digest: str
    user: bool
    score: float


class ProgressRow(Frozen):
    """`points` are [moment, mark, deviation]; `before` and `now` are null where there are too few."""

    name: str
    title: str
    number: int
    mean: float
    window: int
    before: float | None
    now: float | None
    beyond: float | None
    verdict: Literal["better", "worse", "within noise", "too few"]
    points: tuple[tuple[Moment, float, float], ...]


class ProgressSeries(Frozen):
    """Marks that were made in one way; `changed` says in words how it differs from the one before."""

    maker: Maker
    changed: str
    first_at: Moment
    last_at: Moment
    noise: Noise
    overall: ProgressRow
    rounds: tuple[ProgressRow, ...]
    criteria: tuple[ProgressRow, ...]
    self_rating: SelfRating | None
    retries: Retries


class Progress(Frozen):
    """`again` of the answers are retries, which the series leave out."""

    answers: int
    again: int
    series: tuple[ProgressSeries, ...]
    rounds: tuple[Practice, ...]
    criteria: tuple[Practice, ...]


class PlanView(Frozen):
    plan: Plan
    today: str
    notes: tuple[str, ...]
    items: tuple[PlanItem, ...]


class LoopRound(Frozen):
    id: str
    title: str
    interviewer: str
    minutes: int | None
    minutes_from: Literal["guides", "coach"] | None
    counts: bool
    stage: Literal["waiting", "open", "done"]
    questions: int
    answered: int
    seconds: float
    session: str | None


class LoopStanding(Frozen):
    """Holds no marks: they wait for the debrief."""

    loop: str
    preset: str
    created_at: Moment
    updated_at: Moment
    mode: str
    level: str
    timed: bool
    scores: bool
    done: bool
    next: str | None
    rounds: tuple[LoopRound, ...]


class ReviewedStory(StoryReview):
    grade: Grade


class CoverageOfStories(Frozen):
    """`complete`: enough stories for every criterion and kind."""

    stories: int
    drafts: int
    target: int
    criteria: tuple[Covered, ...]
    kinds: tuple[Covered, ...]
    unmeasured: tuple[int, ...]
    untold: tuple[int, ...]
    next: tuple[Suggestion, ...]
    complete: bool


class StoryMatch(Frozen):
    story: int
    title: str
    fit: str
    score: float
    reasons: tuple[Reason, ...]


class StoryMatches(Frozen):
    question: str
    text: str
    fits: bool
    choice: Choice
    matches: tuple[StoryMatch, ...]
    opening: Opening | None


class PrincipleMatches(Frozen):
    """A company's principle with the stories that fit it or may, best first."""

    principle: str
    text: str
    fits: bool
    matches: tuple[StoryMatch, ...]


class Audited(AuditEntry):
    gaps: tuple[Gap, ...]


class Check(Frozen):
    """`remedy` is the command that mends it, "" where nothing is wrong."""

    name: str
    state: State
    says: str
    remedy: str


class Health(Frozen):
    ok: bool
    checks: tuple[Check, ...]


class Gate(Frozen):
    name: str
    value: float | None
    bar: float
    passed: bool


class EvalSummary(Loose):
    """More fields may follow. `metrics` holds validity, repeatability and grounding.

    Each has overall, criteria or by_kind: {NAME: {"value", "lo", "hi", "n"}}, lo and hi a 95% interval.
    """

    suite: str
    grader: dict[str, Any]
    n: int
    metrics: dict[Literal["validity", "repeatability", "grounding"], dict[str, dict[str, Any]]]
    gates: tuple[Gate, ...]


class Interval(Frozen):
    """A value with its 95% interval, bootstrapped over questions; null where it is undefined."""

    value: float | None
    lo: float | None
    hi: float | None
    n: int


class Compared(Frozen):
    """A figure of both runs; `difference` is after minus before, `p` from a permutation test."""

    before: float | None
    after: float | None
    difference: Interval
    p: float | None


class ComparedSet(Frozen):
    n: int
    overall: dict[str, Compared]
    criteria: dict[str, Compared]


class ChangedMark(Frozen):
    """An answer whose overall mark moved; `worse_by` is how much further from gold it is now."""

    id: str
    set: str
    kind: str
    question_id: str
    gold: Mark
    before: Mark
    after: Mark
    worse_by: int
    reasons: dict[str, dict[Literal["before", "after"], Any]]


class EvalComparison(Frozen):
    """`sets` holds one part for each gold set; `worst` are the changes furthest from gold."""

    before: dict[str, Any]
    after: dict[str, Any]
    n: int
    only_before: int
    only_after: int
    sets: dict[str, ComparedSet]
    changed: tuple[ChangedMark, ...]
    worst: tuple[ChangedMark, ...]


class Agreement(Frozen):
    """`raters` counts each one's labels; `pairs` has the figures of every two raters."""

    raters: dict[str, int]
    pairs: dict[str, dict[str, Interval]]
    overall_alpha: Interval
    criteria_alpha: Interval


class StressFamily(Frozen):
    """`violating` are the cases that moved against `direction`; the shift is the changed answer's mark
    minus the unchanged one's."""

    direction: Direction
    cases: int
    judged: int
    violations: int
    violating: tuple[str, ...]
    mean_shift: Interval


# file of docs/schemas -> (the shape, what prints it)
SHAPES: dict[str, tuple[Any, str]] = {
    "grade": (RowOut, "each line of what `coach grade` writes as JSON Lines"),
    "practice": (Practised, "`coach practice --json`, for each question"),
    "ask": (Asked, "`coach ask TEXT --json`"),
    "questions-list": (tuple[Question, ...], "`coach questions list --json`"),
    "questions-show": (Question, "`coach questions show ID --json`"),
    "guides-add": (GuidesAdded, "`coach guides add FILE --json`"),
    "guides-list": (tuple[GuideLine, ...], "`coach guides list --json`"),
    "guides-build": (GuidesBuilt, "`coach guides build --json`"),
    "guides-check": (GuidesChecked, "`coach guides check --json`"),
    "guides-measure": (tuple[Retrieval, ...], "`coach guides measure --json`"),
    "guides-search": (tuple[GuideHit, ...], "`coach guides search QUERY --json`"),
    "history-list": (tuple[Line, ...], "`coach history list --json`"),
    "history-search": (tuple[Found, ...], "`coach history search WORDS --json`"),
    "history-show": (SessionRecord | DrillRecord, "`coach history show ID --json`"),
    "progress": (Progress, "`coach progress --json`"),
    "plan": (PlanView, "`coach plan --json`, `coach plan today --json`"),
    "plan-memory": (tuple[MemoryCard, ...], "`coach plan memory --json`"),
    "loop": (LoopStanding | tuple[LoopStanding, ...], "`coach loop status --json`; all: `coach loop --json`"),
    "loop-list": (tuple[Preset, ...], "`coach loop list --json`"),
    "loop-start": (LoopAnswer, "`coach loop start PRESET --json`, for each question"),
    "loop-debrief": (Debrief, "`coach loop debrief --json`"),
    "drill-list": (tuple[DrillLine, ...], "`coach drill list --json`"),
    "drill-exercise": (ExerciseDone, "`coach drill KIND --json`, for each exercise but incidents"),
    "drill-incident": (IncidentDone, "`coach drill incident --json`"),
    "story": (Story | tuple[Story, ...], "`coach story show N --json`; all: `coach story list --json`"),
    "story-review": (ReviewedStory | tuple[ReviewedStory, ...], "`coach story review [N] --json`"),
    "story-coverage": (CoverageOfStories, "`coach story coverage --json`"),
    "story-match": (StoryMatches, "`coach story match QUESTION --json`"),
    "story-principles": (tuple[PrincipleMatches, ...], "`coach story match --principles FILE --json`"),
    "story-cv": (tuple[CvReview, ...], "`coach story cv FILE --json`"),
    "audit": (tuple[Audited, ...], "`coach audit list --json`"),
    "profile": (Profile, "`coach profile show --json`"),
    "doctor": (Health, "`coach doctor --json`"),
    "eval-summary": (EvalSummary, "`coach eval run --json`, and summary.json of a run"),
    "eval-compare": (EvalComparison, "`coach eval compare RUN RUN --json`"),
    "eval-label": (Agreement, "`coach eval label FILE --agreement --json`"),
    "eval-stress": (dict[str, StressFamily], "`coach eval stress --json`, by family"),
}
