"""Reads YAML that anybody may have written: plain values only, within bounds, one error for every fault."""

from __future__ import annotations

from typing import Any

import yaml

MOST_DEEP = 100  # the C parser has no bound of its own and overflows the stack of the process
MOST_NODES = 200_000  # counted with every alias written out

# The C loader is safe as well, and ten times as fast; a build of PyYAML without it still works.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What PyYAML lets through for values such as 2026-13-45, !!bool maybe or !!timestamp x.
_BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class BadYaml(ValueError):
    """`line` is the 1-based line of the fault, None where it is not known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line

    @property
    def place(self) -> str:
        """Words to put behind a file's name: `, line 3`, or nothing."""
        return f", line {self.line}" if self.line else ""


def parse_yaml(text: str) -> Any:
    """The one document in `text` as dicts, lists and scalars; raises BadYaml."""
    try:
        _check_size(text)
        return yaml.load(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise BadYaml("not valid YAML", mark.line + 1 if mark else None) from error
    except BadYaml:
        raise
    except _BROKEN as error:
        raise BadYaml("not valid YAML: a value is none of its kind") from error


def _check_size(text: str) -> None:
    """Raises BadYaml for nesting without end, and for aliases that write out to a giant."""
    sizes: dict[str, int] = {}
    # What is open: the anchor of each collection, and how many nodes came before it.
    open_: list[tuple[str | None, int]] = []
    count = 0
    for event in yaml.parse(text, Loader=_LOADER):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            count += sizes.get(str(anchor), MOST_NODES)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((anchor, count))
            count += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            sizes[str(anchor)] = count - before
        elif isinstance(event, yaml.ScalarEvent):
            count += 1
            sizes[str(anchor)] = 1
        if len(open_) > MOST_DEEP or count > MOST_NODES:
            raise BadYaml(
                "nested too deep or too large", event.start_mark.line + 1 if event.start_mark else None
            )
