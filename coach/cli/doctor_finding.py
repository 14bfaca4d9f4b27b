"""What one check of `coach doctor` found, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`says` is one sentence; `remedy` is the exact command that mends it, "" where nothing is wrong."""

    name: str
    state: State
    says: str
    remedy: str = ""


def ok(name: str, says: str) -> Finding:
    return Finding(name, "ok", says)


def warn(name: str, says: str, remedy: str) -> Finding:
    return Finding(name, "warn", says, remedy)


def fail(name: str, says: str, remedy: str) -> Finding:
    return Finding(name, "fail", says, remedy)
