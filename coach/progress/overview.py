"""Everything that `coach progress` says, worked out from the marks: series that never mix makers.

Reads no database and shows nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from coach.progress.noise import Noise, spread
from coach.progress.trend import Point, Trend, beyond_zero, enough, measure_trend
from coach.store.marks import Maker, Mark


@dataclass(frozen=True)
class Row:
    """One line of a series: the overall mark (`name` ""), a round or a criterion, with all its marks."""

    name: str
    title: str
    points: tuple[Point, ...]
    trend: Trend


@dataclass(frozen=True)
class SelfRating:
    """Own marks beside the grader's for the same answers. `gap` is own minus given, `beyond` its noise.

    `verdict` is `higher` or `lower` only where the gap lies beyond the noise.
    """

    number: int
    own: float
    given: float
    gap: float
    beyond: float | None
    verdict: str
    pairs: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class Retries:
    """Answers given again by the same maker: how many got a higher, an equal and a lower mark.

    `apart` counts those whose earlier answer another maker graded; they are compared with nothing.
    """

    number: int
    higher: int
    equal: int
    lower: int
    apart: int = 0


@dataclass(frozen=True)
class Series:
    """The marks of one maker; `changed` says in words how it differs from the one before, "" for none."""

    maker: Maker
    noise: Noise
    first_at: str
    last_at: str
    overall: Row
    rounds: tuple[Row, ...]
    criteria: tuple[Row, ...]
    own: SelfRating | None
    retries: Retries
    changed: str


@dataclass(frozen=True)
class Practice:
    """How often a round or criterion came up, by whatever grader, and when last; null for never."""

    name: str
    title: str
    times: int
    last_at: str | None


@dataclass(frozen=True)
class Overview:
    """`series` come with the latest first. `again` of the answers are retries."""

    answers: int
    again: int
    series: tuple[Series, ...]
    rounds: tuple[Practice, ...]
    criteria: tuple[Practice, ...]

    @property
    def never(self) -> tuple[list[Practice], list[Practice]]:
        """Rounds and criteria that never came up."""
        return [row for row in self.rounds if not row.times], [row for row in self.criteria if not row.times]


def make_overview(
    marks: Sequence[Mark],
    noise_of: Callable[[str], Noise],
    *,
    rounds: Mapping[str, str],
    criteria: Mapping[str, str],
) -> Overview:
    """Sort `marks` (oldest first) into series. `rounds` and `criteria` map every id to its title."""
    by_maker: dict[Maker, list[Mark]] = {}
    for mark in marks:
        by_maker.setdefault(mark.maker, []).append(mark)
    before: dict[Maker, Maker] = {}
    # Another kind of session is no change; another grader, level or rubric for the same kind is one.
    latest: dict[str, Maker] = {}
    for mark in marks:
        if mark is by_maker[mark.maker][0] and mark.maker.kind in latest:
            before[mark.maker] = latest[mark.maker.kind]
        latest[mark.maker.kind] = mark.maker
    # A maker that comes back goes on with its series: the order is by its latest mark.
    series = [
        _series(maker, own, noise_of(maker.grader), before.get(maker), rounds, criteria)
        for maker, own in sorted(by_maker.items(), key=lambda item: item[1][-1].at, reverse=True)
    ]
    return Overview(
        answers=len({mark.attempt for mark in marks}),
        again=len({mark.attempt for mark in marks if mark.again}),
        series=tuple(series),
        rounds=_practised(((mark.round or "", mark.at) for mark in marks), rounds),
        criteria=_practised(((name, mark.at) for mark in marks for name in mark.criteria), criteria),
    )


def _series(
    maker: Maker,
    marks: Sequence[Mark],
    noise: Noise,
    before: Maker | None,
    rounds: Mapping[str, str],
    criteria: Mapping[str, str],
) -> Series:
    # A retry comes right after the advice on the same answer: it says nothing of the level without it.
    first_tries = [mark for mark in marks if not mark.again]
    points = [Point(mark.at, mark.overall, spread(mark, noise)) for mark in first_tries]
    by_round: dict[str, list[Point]] = defaultdict(list)
    by_criterion: dict[str, list[Point]] = defaultdict(list)
    deviations = {name: noise.of(name) for name in {name for mark in first_tries for name in mark.criteria}}
    for mark, point in zip(first_tries, points, strict=True):
        if mark.round:
            by_round[mark.round].append(point)
        for name, level in mark.criteria.items():
            by_criterion[name].append(Point(mark.at, level, deviations[name]))
    return Series(
        maker=maker,
        noise=noise,
        first_at=marks[0].at,
        last_at=marks[-1].at,
        overall=Row("", "Overall", tuple(points), measure_trend(points)),
        rounds=_rows(by_round, rounds),
        criteria=_rows(by_criterion, criteria),
        own=_self_rating(first_tries, noise),
        retries=_retries(marks),
        changed=difference(before, maker) if before else "",
    )


def _rows(groups: Mapping[str, list[Point]], titles: Mapping[str, str]) -> tuple[Row, ...]:
    """One row for each group, the weakest first; what the corpus does not know keeps its id."""
    lines = sum(enough(points) for points in groups.values())
    rows = [
        Row(name, titles.get(name, name), tuple(points), measure_trend(points, lines=lines))
        for name, points in groups.items()
    ]
    return tuple(sorted(rows, key=lambda row: (recent(row), row.name)))


def recent(row: Row) -> float:
    """Where a row stands now: the mean of its latest marks."""
    return row.trend.now if row.trend.now is not None else row.trend.mean


def _self_rating(marks: Sequence[Mark], noise: Noise) -> SelfRating | None:
    rated = [(mark, mark.own) for mark in marks if mark.own is not None]
    if not rated:
        return None
    gaps = [Point(mark.at, own - mark.overall, spread(mark, noise)) for mark, own in rated]
    gap, beyond = fmean(point.value for point in gaps), beyond_zero(gaps)
    verdict = "as the grader does"
    if beyond is not None and abs(gap) > beyond:
        verdict = "higher" if gap > 0 else "lower"
    return SelfRating(
        number=len(rated),
        own=fmean(own for _, own in rated),
        given=fmean(mark.overall for mark, _ in rated),
        gap=gap,
        beyond=beyond,
        verdict=verdict if beyond is not None else "too few",
        pairs=tuple((mark.at, own, mark.overall) for mark, own in rated),
    )


def _retries(marks: Iterable[Mark]) -> Retries:
    """Each retry against the mark before it for the same question in the same session."""
    last: dict[tuple[str, str], int] = {}
    higher = equal = lower = apart = 0
    for mark in marks:
        place = (mark.session, mark.question)
        if mark.again and place in last:
            higher += mark.overall > last[place]
            equal += mark.overall == last[place]
            lower += mark.overall < last[place]
        apart += mark.again and place not in last
        last[place] = mark.overall
    return Retries(higher + equal + lower, higher, equal, lower, apart)


def difference(before: Maker, after: Maker) -> str:
    """What keeps two series apart, after the word `graded`: `by another model (b, before it a)`.

    Hashes are not named: they say nothing to a person, and JSON has them.
    """
    changed = [_grader_words(before, after)]
    if before.level != after.level:
        changed.append(f"for another level ({after.level}, before it {before.level})")
    if before.rubric != after.rubric:
        changed.append("on another version of the rubric")
    if before.guides != after.guides:
        changed.append("with another version of the guides")
    changed = [words for words in changed if words]
    return " and ".join([", ".join(changed[:-1]), changed[-1]] if len(changed) > 1 else changed)


def _grader_words(before: Maker, after: Maker) -> str:
    if before.grader != after.grader:
        who, other = (_maker_words(maker) for maker in (after, before))
        return f"by {who}, not by {other} as before"
    if before.model != after.model:
        what = "another version of the local grader" if after.grader == "local" else "another model"
        return f"by {what} ({after.model}, before it {before.model})"
    if before.prompt == after.prompt:
        return ""
    if after.grader == "local":
        return "by another version of the local grader"
    return "with another version of the prompt"


def _maker_words(maker: Maker) -> str:
    return "the local grader" if maker.grader == "local" else f"the model {maker.model}"


def _practised(seen: Iterable[tuple[str, str]], titles: Mapping[str, str]) -> tuple[Practice, ...]:
    """Counts of what was seen, and the moment when last; the moments come in order."""
    times: dict[str, int] = defaultdict(int)
    last: dict[str, str] = {}
    for name, at in seen:
        times[name] += 1
        last[name] = at
    return tuple(Practice(name, title, times.get(name, 0), last.get(name)) for name, title in titles.items())
