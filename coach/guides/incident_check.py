"""Says where an incident's texts contradict each other, leak the cause, or leave a fact out of reach.

Shape and ids are checked when it is loaded; how well facts are found by words is measured elsewhere.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator

from coach.guides.incidents import Incident
from coach.text.phrases import find

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_MILLION = re.compile(r"(\d[\d,]*(?:\.\d+)?) million")
_OPERATORS: dict[type[ast.AST], Callable[[float, float], float | bool]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.GtE: operator.ge,
}
_CLOSE = 1e-6


def incident_faults(incident: Incident, passages: Iterable[str]) -> list[str]:
    """Everything that is wrong with an incident, in words; `passages` are the ids that may be cited."""
    known = set(passages)
    wrong = [f"passage {name} does not exist" for name in incident.passages if name not in known]
    for rule in (_figures, _leaks, _paths, _hypotheses, _actions):
        wrong += rule(incident)
    return [f"{incident.id}: {text}" for text in wrong]


def texts_of(incident: Incident) -> list[str]:
    """Everything that is read out about the case: the opening, what facts show, what acts do."""
    shown = [incident.opening, *(fact.shows for fact in incident.facts)]
    return [*shown, *(action.effect for action in incident.actions)]


def holds(relation: str) -> bool:
    """Whether a relation such as `231 + 181 == 412` is true; ValueError where it is no such relation."""
    tree = ast.parse(relation.replace(",", ""), mode="eval").body
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1:
        raise ValueError(f"{relation!r} is not one comparison")
    left, right = _value(tree.left), _value(tree.comparators[0])
    if isinstance(tree.ops[0], ast.Eq):
        return abs(left - right) <= _CLOSE * max(1.0, abs(left))
    if type(tree.ops[0]) not in _OPERATORS:
        raise ValueError(f"{relation!r} compares in an unknown way")
    return bool(_OPERATORS[type(tree.ops[0])](left, right))


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return float(_OPERATORS[type(node.op)](_value(node.left), _value(node.right)))
    raise ValueError("only numbers and + - * / can be compared")


def _figures(incident: Incident) -> Iterator[str]:
    """Relations that are false, or that speak of figures that no text names."""
    text = " ".join(texts_of(incident))
    named = _numbers(text) | {float(n.replace(",", "")) * 1e6 for n in _MILLION.findall(text)}
    for relation in incident.holds:
        try:
            true = holds(relation)
        except (ValueError, SyntaxError, ZeroDivisionError) as error:
            yield f"holds: {relation!r} cannot be computed ({error})"
            continue
        if not true:
            yield f"holds: {relation!r} is false"
        used = _numbers(relation)
        if len(used & named) * 2 < len(used):
            yield f"holds: {relation!r} speaks of figures that the texts do not name"


def _numbers(text: str) -> set[float]:
    return {float(found.rstrip(",").replace(",", "")) for found in _NUMBER.findall(text)}


def _leaks(incident: Incident) -> Iterator[str]:
    """Words that give the cause away where nothing points to it yet."""
    cause = incident.cause.id
    places = [("the opening", incident.opening), ("the title", incident.title)]
    for fact in incident.facts:
        if not fact.after:
            # A check that needs others first is named in a hint only once these were seen.
            places.append((f"the title of {fact.id}", fact.title))
        places.append((f"{fact.id}.early", fact.early))
        if cause not in fact.points:
            places.append((f"what {fact.id} shows", fact.shows))
    for where, text in places:
        span = find(text, incident.leaks)
        if span:
            yield f"{where} gives the cause away: {text[span[0] : span[1]]!r}"


def _paths(incident: Incident) -> Iterator[str]:
    cause = incident.cause.id
    for path in incident.paths:
        shown = " > ".join(path)
        if path[-1] not in incident.confirm:
            yield f"the path {shown} does not end with a check that confirms the cause"
        if not any(cause in incident.fact(name).points for name in path):
            yield f"nothing on the path {shown} points to the cause"
        for n, name in enumerate(path):
            needed = incident.fact(name).after
            if needed and not set(needed) & set(path[:n]):
                yield f"the path {shown} asks for {name} too soon"
    reached: set[str] = set()
    while more := {f.id for f in incident.facts if not f.after or set(f.after) & reached} - reached:
        reached |= more
    yield from (f"{fact.id} can never be asked for" for fact in incident.facts if fact.id not in reached)


def _hypotheses(incident: Incident) -> Iterator[str]:
    cause = incident.cause
    for fact in incident.facts:
        if cause.id in fact.excludes:
            yield f"{fact.id} excludes the cause"
        both = set(fact.points) & set(fact.excludes)
        yield from (f"{fact.id} points to {name} and excludes it" for name in sorted(both))
    for name in incident.confirm:
        if cause.id not in incident.fact(name).points:
            yield f"{name} confirms the cause and does not point to it"
    excluded = {name for fact in incident.facts for name in fact.excludes}
    for item in incident.hypotheses:
        if not item.cause and item.id not in excluded:
            yield f"nothing rules {item.id} out"
        if find(item.text, item.says) is None:
            yield f"{item.id}.says does not recognise its own text"
        if not item.cause and find(item.text, cause.says):
            yield f"the text of {item.id} is recognised as the cause"


def _actions(incident: Incident) -> Iterator[str]:
    if not any(action.kind == "fix" for action in incident.actions):
        yield "no action is the fix"
    if not any(action.kind == "limit" and action.reduces >= 0.5 for action in incident.actions):
        yield "no action limits at least half of the harm"
