"""The coach's words for what came of a message.

Every word about the incident comes from its file; here are only the words around it.
"""

from __future__ import annotations

from collections.abc import Sequence

from coach.drills.incident_context import follows
from coach.drills.incident_intent import ANSWER, FOREIGN, MOST_CHECKS, NEITHER
from coach.drills.incident_play import Event, Standing, deed_of


def reply(standing: Standing, events: Sequence[Event]) -> str:
    """The coach's words for what came of a message."""
    if not events:
        return _UNCLEAR
    parts = list(dict.fromkeys(_words(standing, event, alone=len(events) == 1) for event in events))
    if len(parts) > 1:
        parts = [part for part in parts if part != _REASON]
    return "\n\n".join(part for part in parts if part)


_REASON = "Noted. Which check do you want, or what do you do?"
_NO_DATA = "Nobody has figures on that here."
_UNCLEAR = (
    "I cannot tell which check that is, or there is nothing on it here."
    " Name what you would look at, and what you would compare it with or split it by."
)
_NOT_UNDERSTOOD = {
    NEITHER: "Then say it in other words: what would you look at, and compared with what?",
    ANSWER: "That is yours to find: I show what a check shows, and nothing else."
    " Ask for a check. /hint says where to look, for 15 minutes; /give-up ends the incident and explains it.",
    FOREIGN: "By rule I read English alone; nothing was looked at. Say it in English, or let a model read"
    " (--grader llm), which knows other languages.",
}
_WHETHER = "That is yours to decide. Say it as an order, and it is done."
_SUSPECT = "Noted as a suspicion. What would show that it is so, or rule it out?"
_SUSPECT_LATE = (
    "Noted as a suspicion. If it is your conclusion, say what you do about it; if not: what would show that"
    " it is so, or rule it out?"
)
_CAUSE = (
    "Noted as your cause. What do you do about it, and how will you know that it worked?"
    " (/fix and your words, or more checks first)"
)
_UNSEEN = (
    "Noted as your cause. You have looked at nothing that shows it: which check would? Ask for it,"
    " or say with /fix what you do about it."
)
_FIX = (
    "Noted as your fix. Which cause does it mend? (/cause and your words; or ask for a check first,"
    " and state the fix again after it)"
)
_TOO_MANY = f"That is a list. The first {MOST_CHECKS} were run; say which of the others you still need."


def _words(standing: Standing, event: Event, *, alone: bool) -> str:
    incident = standing.incident
    if event.kind in ("fact", "again", "early"):
        return _shown(standing, event)
    if event.kind == "act":
        return cost(deed_of(incident, standing.moves, event.id).effect, event.minutes)
    if event.kind == "unclear":
        return _NOT_UNDERSTOOD.get(event.id, _UNCLEAR)
    if event.kind == "which":
        return _which(standing, event, alone=alone)
    fixed = {
        "no_data": _NO_DATA,
        "whether": _WHETHER,
        "suspect": _SUSPECT_LATE if standing.facts else _SUSPECT,
        "reason": _REASON,
        "too_many": _TOO_MANY,
        "cause": "" if standing.fix else _CAUSE if standing.facts else _UNSEEN,
        "fix": "" if standing.cause else _FIX,
    }
    return fixed.get(event.kind, "")


def _shown(standing: Standing, event: Event) -> str:
    fact = next((item for item in standing.incident.facts if item.id == event.id), None)
    if fact is None:
        return "That is done already."
    if event.kind == "early":
        return fact.early
    if event.kind == "again":
        lead = "That is all that this check shows" if follows(event.text) else "You have that already"
        return f"{lead}: {fact.shows}"
    return cost(fact.shows, fact.minutes, fact.who)


QUOTED = 60  # characters of a request that are quoted when it is asked back


def _which(standing: Standing, event: Event, *, alone: bool) -> str:
    """Asks back rather than guess; nothing was looked at, and nothing is counted."""
    titles = [standing.incident.fact(name).title.rstrip("?.") for name in event.options]
    of = "Do" if alone else f'By "{_short(event.text)}", do'
    if len(titles) == 1:
        return f"{of} you mean this check: {titles[0]}? (yes, or say it in other words)"
    return f"{of} you mean\n  1  {titles[0]}\n  2  {titles[1]}\n(1, 2, both, or say it in other words)"


def _short(text: str) -> str:
    """The first words of a long quote."""
    return text if len(text) <= QUOTED else f"{text[:QUOTED].rsplit(' ', 1)[0]} ..."


def cost(text: str, minutes: int, who: str = "") -> str:
    """`text` with what it took."""
    spent = f"{minutes} min" + (f" of {who}" if who and who != "you" else "")
    return f"{text} [{spent}]" if minutes else text


def notes(standing: Standing) -> list[str]:
    """What is known so far, one line each: checks with what they showed, acts, suspicions."""
    seen = [standing.incident.fact(name) for name in standing.facts]
    lines = [f"{fact.title}{'' if fact.title.endswith('?') else ':'} {fact.shows}" for fact in seen]
    lines += [f"Done: {deed_of(standing.incident, standing.moves, name).title}" for name in standing.deeds]
    lines += [f"Suspected: {event.text}" for event in standing.events if event.kind == "suspect"]
    if standing.cause:
        lines.append(f"Stated as the cause: {standing.cause.text}")
    return lines
