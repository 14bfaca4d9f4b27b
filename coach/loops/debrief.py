"""Puts a debrief together: findings, dimensions, the advocate's questions, the decision with its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coach.interview.left_open import left_open
from coach.loops.advocate import challenge
from coach.loops.decision import Ruling, Vote, allowed, decide, hurdle
from coach.loops.dimensions import find_dimensions
from coach.loops.findings import Debrief, Decision, RoundFinding
from coach.loops.marks import YES
from coach.loops.rounds import find_round, vote_of
from coach.loops.standing import RoundStanding, Standing
from coach.loops.turning import Bench, beyond, turn
from coach.schema.grade import GraderId
from coach.schema.loop import LoopBook
from coach.schema.pressing import LeftOpen, Pressing
from coach.schema.rubric import Criterion
from coach.store.human_marks import HumanMark


@dataclass(frozen=True)
class Ground:
    """What the committee knows beside the loop: its words, the criteria, the levels from low to high.

    `pressing` holds what the interviewers hear as vague, or as no answer.
    """

    book: LoopBook
    criteria: Mapping[str, Criterion]
    levels: Sequence[str]
    pressing: Pressing = Pressing()

    def below(self, level: str) -> str:
        """The next level down, or nothing."""
        place = self.levels.index(level) if level in self.levels else 0
        return self.levels[place - 1] if place else ""

    def softer(self, level: str) -> frozenset[str] | None:
        """Criteria of which the next level down asks less for a 3; None where there is no such level."""
        lower = self.below(level)
        return frozenset(self.book.softer.get(lower, ())) if lower else None


def hold_debrief(
    standing: Standing, ground: Ground, human: Mapping[str, tuple[HumanMark, ...]] | None = None
) -> Debrief:
    """The debrief of a loop as it stands; `human` holds a person's marks by session id."""
    marks = human or {}
    rounds = tuple(
        find_round(
            item,
            ground.criteria,
            ground.book.words,
            marks.get(item.session.id, ()) if item.session else (),
        ).model_copy(update={"left_open": _left_open(item, ground.pressing)})
        for item in standing.rounds
    )
    plan, setup = standing.loop.plan, standing.loop.setup
    return Debrief(
        loop=standing.loop.id,
        preset=plan.id,
        title=plan.title,
        level=setup.level,
        mode=setup.mode,
        rounds=rounds,
        dimensions=find_dimensions(plan.dimensions, rounds),
        advocate=challenge(rounds, ground.book.challenges),
        decision=_decision(rounds, ground, setup.level, scores=setup.scores),
        graders=_graders(rounds),
    )


def _left_open(item: RoundStanding, pressing: Pressing) -> tuple[LeftOpen, ...]:
    """What the candidate left open in a round, over its graded answers."""
    marked = [attempt for attempt in item.graded if attempt.grades[-1].grade.status == "graded"]
    return tuple(found for attempt in marked for found in left_open(attempt.turns, pressing))


def _decision(rounds: Sequence[RoundFinding], ground: Ground, level: str, *, scores: bool) -> Decision:
    counted = {item.id: item for item in rounds if item.counts}
    votes = [vote_of(item) for item in counted.values()]
    softer, words = ground.softer(level), ground.book.words
    ruling = decide(votes, softer)
    lower = ground.below(level)
    bench = Bench(counted, votes, softer, words, scores)
    changes = turn(bench)
    by_people = [_by_people(vote, counted[vote.round_id]) for vote in votes]
    return Decision(
        outcome=ruling.outcome,
        title=words.outcome[ruling.outcome],
        meaning=_fill(words.meaning[ruling.outcome], level=level, lower=lower),
        reasons=tuple(_reasons(votes, counted, ruling, ground, level)),
        changes=changes,
        beyond=beyond(bench, changes),
        level=level,
        lower=lower,
        with_human=decide(by_people, softer).outcome if by_people != votes else None,
    )


def _reasons(
    votes: Sequence[Vote],
    counted: Mapping[str, RoundFinding],
    ruling: Ruling,
    ground: Ground,
    level: str,
) -> Iterator[str]:
    why = ground.book.words.why
    weak = [vote for vote in votes if not vote.fatal and vote.mark == YES - 1]
    for vote in votes:
        title = counted[vote.round_id].title
        if vote.fatal:
            yield _fill(why["fatal"], round=title)
        elif vote.mark == 1:
            yield _fill(why["clear_no"], round=title)
        elif vote in weak:
            yield _fill(why["weak"], round=title)
    if weak and not any(vote.fatal or vote.mark == 1 for vote in votes):
        yield from _lower_level(weak, votes, counted, ground, level)
    if ruling.outcome == "hire":
        yield _fill(why["all_yes"], count=str(len(votes)))
    yield from _missing(votes, counted, ruling, ground)


def _lower_level(
    weak: Sequence[Vote],
    votes: Sequence[Vote],
    counted: Mapping[str, RoundFinding],
    ground: Ground,
    level: str,
) -> Iterator[str]:
    """Whether a lower level makes up for the weak rounds, and why or why not."""
    why, softer, lower = ground.book.words.why, ground.softer(level), ground.below(level)
    if softer is None:
        yield _fill(why["no_lower"], level=level)
        return
    if len(weak) > allowed(len(votes)):
        yield _fill(
            why["too_many"], count=str(len(weak)), of=str(len(votes)), allowed=str(allowed(len(votes)))
        )
        return
    for vote in weak:
        title = counted[vote.round_id].title
        found = hurdle(vote, softer)
        if found is None:
            yield _fill(why["softer"], round=title, lower=lower)
        else:
            known = ground.criteria.get(found[1])
            yield _fill(why[found[0]], round=title, lower=lower, criterion=known.title if known else found[1])


def _missing(
    votes: Sequence[Vote], counted: Mapping[str, RoundFinding], ruling: Ruling, ground: Ground
) -> Iterator[str]:
    words = ground.book.words
    missing = [vote for vote in votes if vote.mark is None]
    for vote in missing:
        found = counted[vote.round_id]
        yield _fill(words.why["missing"], round=found.title, reason=found.reason)
    if missing and ruling.outcome == "undecided":
        best, worst = words.outcome[ruling.best], words.outcome[ruling.worst]
        yield _fill(words.why["matters"], best=best.lower(), worst=worst.lower())
    elif missing:
        yield words.why["moot"]


def _by_people(vote: Vote, found: RoundFinding) -> Vote:
    """The vote with people's marks in place of the coach's: their mean rounded down, by criterion too."""
    whole = [item.mark for item in found.human if item.criterion is None]
    levels = dict(vote.levels)
    for name in {item.criterion for item in found.human if item.criterion}:
        given = [item.mark for item in found.human if item.criterion == name]
        levels[name] = sum(given) // len(given)
    if not whole:
        return vote
    mark = sum(whole) // len(whole)
    return replace(vote, mark=mark, high=mark, levels=levels, fatal=False)


def _graders(rounds: Sequence[RoundFinding]) -> tuple[GraderId, ...]:
    """Everything that graded, once each."""
    used = (answer.grader for found in rounds for answer in found.answers)
    return tuple(dict.fromkeys(item.model_copy(update={"replayed": False}) for item in used))


def _fill(template: str, **values: str) -> str:
    """A sentence of the corpus with its blanks filled; values that it has no blank for are left out."""
    return template.format(**values)
