"""Practice through a pipe: blocks of standard input are answers and commands, in their order."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator

from coach.cli.practice_commands import is_command, run_command
from coach.cli.practice_host import Host

SEPARATOR = "---"


def input_lines() -> Iterable[str]:
    """Standard input as UTF-8, whatever the locale says; bytes that are not become U+FFFD."""
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace", newline="")


def read_blocks(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Blocks between separator lines, and whether a separator followed.

    Blank text after the last separator is no block; a blank block before one is an empty answer.
    """
    held: list[str] = []
    for line in lines:
        if line.rstrip() == SEPARATOR:
            yield "".join(held).strip("\r\n"), True
            held = []
        else:
            held.append(line)
    rest = "".join(held).strip("\r\n")
    if rest.strip():
        yield rest, False


def run_piped(host: Host, lines: Iterable[str]) -> None:
    """Practise until the input ends; then the open question is graded at once."""
    host.begin()
    answer_blocks(host, read_blocks(lines))


def answer_blocks(host: Host, blocks: Iterator[tuple[str, bool]]) -> None:
    """Take blocks until they end or the session is over; what follows is left in `blocks`."""
    while not host.over:
        text, more = next(blocks, (None, False))
        if text is None:
            break
        if is_command(text):
            if run_command(host, text):
                return
            continue
        if not host.waits:
            host.offer_next()
        host.take(text, more=more)
        if more and not host.waits and not host.over:
            host.offer_next()
    if host.session.is_open and host.later is None:
        host.finish()
