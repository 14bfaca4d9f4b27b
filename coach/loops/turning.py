"""The two things that would change a decision, found by trying them out under the same rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coach.loops.decision import Outcome, Vote, decide, raised
from coach.loops.findings import Change, CriterionFinding, RoundFinding
from coach.loops.marks import TOP, YES
from coach.loops.rounds import all_criteria
from coach.report.words import mark_words
from coach.schema.loop import Words

THINGS = 2


@dataclass(frozen=True)
class Bench:
    """The votes of a loop and what is needed to try other ones; `scores` shows marks as numbers too."""

    rounds: Mapping[str, RoundFinding]
    votes: Sequence[Vote]
    softer: frozenset[str] | None
    words: Words
    scores: bool

    @property
    def outcome(self) -> Outcome:
        return decide(self.votes, self.softer).outcome

    def outcome_with(self, changed: Mapping[str, Vote]) -> Outcome:
        votes = [changed.get(vote.round_id, vote) for vote in self.votes]
        return decide(votes, self.softer).outcome


def turn(bench: Bench) -> tuple[Change, ...]:
    """Two changes, the most telling first; each is reckoned on top of the one before it."""
    ways = {"hire": _falls, "undecided": _missing}
    found = list(ways.get(bench.outcome, _rises)(bench))
    if not found:
        found = [Change(text=bench.words.change["none"], outcome=bench.outcome)]
    return tuple(found[:THINGS])


def beyond(bench: Bench, changes: Sequence[Change]) -> str:
    """What is still in the way when all `changes` are made; empty where they turn the decision."""
    stays = changes[-1].outcome == bench.outcome and bench.outcome in ("no_hire", "lower")
    weak = sum(1 for vote in bench.votes if vote.fatal or (vote.mark or YES) < YES) - len(changes)
    return bench.words.change["beyond"].format(count=weak) if stays and weak > 0 else ""


def _missing(bench: Bench) -> Iterator[Change]:
    """Marks that are missing, each tried as a lean yes; then what would have to be better as well."""
    changed: dict[str, Vote] = {}
    for vote in bench.votes:
        if vote.mark is None:
            changed[vote.round_id] = raised(vote)
            found = bench.rounds[vote.round_id]
            text = bench.words.change["hold"].format(round=found.title)
            advice = f"Reckoned as a {mark_words(YES, scores=bench.scores)}."
            yield Change(
                text=text, advice=advice, outcome=bench.outcome_with(changed), on_top=len(changed) > 1
            )
    yield from _rises(bench, changed)


def _rises(bench: Bench, changed: Mapping[str, Vote] | None = None) -> Iterator[Change]:
    """Weak rounds brought to a lean yes, the worst first; of one round alone its two weakest criteria."""
    done = dict(changed or {})
    weak = [vote for vote in bench.votes if vote.fatal or (vote.mark or YES) < YES]
    weak.sort(key=lambda vote: (not vote.fatal, vote.mark or TOP))
    for vote in weak:
        done[vote.round_id] = raised(vote)
        after = bench.outcome_with(done)
        points = _points(bench.rounds[vote.round_id])
        if len(weak) == 1 and len(points) > 1 and not vote.fatal:
            # One thing alone lifts a round only part of the way.
            yield _raise_point(bench, vote, points[0], "raise", bench.outcome)
            second = _raise_point(bench, vote, points[1], "raise_too", after)
            yield second.model_copy(update={"on_top": True})
            return
        change = _raise_round(bench, vote, points, after)
        yield change.model_copy(update={"on_top": len(done) > 1})


def _falls(bench: Bench) -> Iterator[Change]:
    """Rounds that could least afford to be a lean no."""

    def margin(vote: Vote) -> tuple[int, int]:
        found = bench.rounds[vote.round_id]
        return (vote.mark or TOP, found.range[0] if found.range else TOP)

    for vote in sorted(bench.votes, key=margin):
        if vote.mark is None:
            continue
        fallen = replace(vote, mark=YES - 1, high=YES - 1)
        found = bench.rounds[vote.round_id]
        points = _points(found)
        yield Change(
            text=bench.words.change["fall"].format(
                round=found.title,
                before=mark_words(vote.mark, scores=bench.scores),
                after=mark_words(YES - 1, scores=bench.scores),
            ),
            advice=f"{points[0].title}: {points[0].advice}" if points and points[0].advice else "",
            outcome=bench.outcome_with({vote.round_id: fallen}),
        )


def _raise_point(bench: Bench, vote: Vote, point: CriterionFinding, word: str, after: Outcome) -> Change:
    level = point.level or 1
    return Change(
        text=bench.words.change[word].format(
            criterion=point.title,
            round=bench.rounds[vote.round_id].title,
            before=mark_words(level, scores=bench.scores),
            after=mark_words(min(max(level + 1, YES), TOP), scores=bench.scores),
        ),
        advice=point.advice,
        outcome=after,
    )


def _raise_round(bench: Bench, vote: Vote, points: Sequence[CriterionFinding], after: Outcome) -> Change:
    title = bench.rounds[vote.round_id].title
    if vote.fatal or not points:
        return Change(text=bench.words.change["fatal"].format(round=title), outcome=after)
    text = bench.words.change["raise_round"].format(
        criterion=points[0].title,
        round=title,
        before=mark_words(vote.mark or 1, scores=bench.scores),
        after=mark_words(YES, scores=bench.scores),
    )
    return Change(text=text, advice=points[0].advice, outcome=after)


def _points(found: RoundFinding) -> list[CriterionFinding]:
    """Criteria below the top, weakest and heaviest first."""
    points = [item for item in all_criteria(found.answers) if item.level is not None and item.level < TOP]
    return sorted(points, key=lambda item: (item.level or 0, -item.weight))
