"""Grades the path through an incident by rule, on the rubric's criterion problem_decomposition.

`level_of` is the rule: what must be there for each level, in the words of the rubric's anchors. No model
takes part.
"""

from __future__ import annotations

import hashlib

from coach.drills.incident_path import Path
from coach.drills.incident_signs import QUOTED, Reading, read_path
from coach.drills.incident_words import GUARD, VERIFY
from coach.guides.corpus import Corpus
from coach.guides.incidents import Incident
from coach.schema.grade import Citation, Evidence, Grade, GraderId, Verdict

CRITERION = "problem_decomposition"
GRADER = "incident-rules-1"
MOST_HINTS = 1


def level_of(path: Path) -> tuple[int, list[str]]:
    """The level, 1 to 4, and what keeps it from being higher, the most serious first."""
    if not path.standing.facts:
        return 1, ["No check of yours found anything: a remedy or a cause without a look is a guess."]
    lacking = _to_two(path)
    if lacking:
        return 1, lacking
    lacking = _to_three(path)
    if lacking:
        return 2, lacking
    lacking = _to_four(path)
    return (3, lacking) if lacking else (4, [])


def _to_two(path: Path) -> list[str]:
    first_look, remedies = path.first("fact"), path.remedies
    if path.isolated_at is None and remedies and first_look is not None and remedies[0] < first_look:
        return ["You began with a remedy, and nothing that you looked at later pointed to the cause."]
    return []


def _to_three(path: Path) -> list[str]:
    wanting = []
    if path.isolated_at is None:
        wanting.append(
            "Nothing that you asked for points to the cause: name the slice, log or query of this case."
        )
    if path.standing.gave_up:
        wanting.append("You gave up before the cause was stated.")
    elif not path.cause_right:
        wanting.append("The cause that you stated is not the one that the findings show.")
    elif len(path.named) > 2:
        wanting.append("You named several causes: a search ends with one.")
    early = [n for n in path.jumps if path.isolated_at is None or n < path.isolated_at]
    if early and not wanting:
        wanting.append("You applied a remedy before anything pointed to a cause.")
    return wanting


def _to_four(path: Path) -> list[str]:
    confirmed, fixed = path.confirmed_at, path.fixed_at
    checks = (
        (
            confirmed is None or (fixed is not None and confirmed > fixed),
            "The cause was not confirmed before the fix.",
        ),
        (bool(path.jumps), "A remedy that could not work was tried on the way."),
        (not path.fix_right, "What you would do does not mend the cause."),
        (path.hedges, "You named another cause beside the right one."),
        (path.standing.limited < 0.5, "The harm went on while you searched: nothing was done to limit it."),
        (not path.opening, "Begin with when it started and what changed then."),
        (not _half_excluded(path), "Less than half of the other explanations were ruled out."),
        (
            path.is_costly,
            f"Checks for {path.search_minutes} minutes, where {path.best_minutes} lead to the cause.",
        ),
        (path.standing.hints > MOST_HINTS, "More than one hint was needed."),
        (path.did("hand_over") is not None, "The search was handed to somebody else on the way."),
        (
            not _guarded(path),
            "Nothing was said of how you know that the fix worked, and what would catch its return.",
        ),
    )
    return [words for lacking, words in checks if lacking]


def _half_excluded(path: Path) -> bool:
    rivals = [item.id for item in path.incident.hypotheses if not item.cause]
    return len(path.excluded & set(rivals)) * 2 >= len(rivals)


def _guarded(path: Path) -> bool:
    fix = path.standing.fix.text if path.standing.fix else ""
    return path.did("guard") is not None or bool(VERIFY.search(fix)) or bool(GUARD.search(fix))


def grade_path(path: Path, corpus: Corpus) -> Grade:
    """The path's grade: one verdict, quotes of moves as evidence, the debrief's passages as citations."""
    level, lacking = level_of(path)
    readings = read_path(path)
    anchor = corpus.criteria_of([CRITERION])[0].levels[level]
    good = [item.text for item in readings if item.good]
    reason = " ".join(
        ["; ".join(text.rstrip(".") for text in good) + "." if good else "", *lacking[:1]]
    ).strip()
    verdict = Verdict(
        id=CRITERION,
        status="graded",
        score=level,
        evidence=tuple(_evidence(item, path) for item in readings if item.turn is not None and item.quote),
        citations=tuple(
            Citation(passage=name, guide=name.partition("#")[0]) for name in path.incident.passages
        ),
        reason=reason or anchor,
        advice=" ".join(lacking),
    )
    return Grade(
        status="graded",
        overall=level,
        range=(level, level),
        criteria=(verdict,),
        grader=GraderId(
            kind="local",
            model=GRADER,
            prompt=digest_of(path.incident),
            rubric=corpus.rubric.digest,
            guides=corpus.digest,
        ),
    )


def digest_of(incident: Incident) -> str:
    """First 12 hex digits of a hash over the incident: two runs compare only where it is equal."""
    return hashlib.sha256(incident.model_dump_json().encode()).hexdigest()[:12]


def _evidence(item: Reading, path: Path) -> Evidence:
    """The quote in the move that it rests on, or in the one before, where "1" picked what was asked there."""
    texts = {said.turn: said.text for said in path.said if item.turn is not None and said.turn <= item.turn}
    turn = next((turn for turn in list(reversed(texts))[:2] if item.quote in texts[turn]), item.turn or 0)
    text = texts[turn]
    start = max(text.find(item.quote), 0)
    end = min(start + len(item.quote) if item.quote in text else len(text), start + QUOTED)
    return Evidence(quote=text[start:end], start=start, end=end, found=True, turn=turn)
