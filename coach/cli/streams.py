"""The three standard streams: there from the start, and told apart when one of them breaks."""

from __future__ import annotations

import io
import os
import select
import sys
from pathlib import Path


def open_missing() -> None:
    """Put /dev/null in the place of streams that the program was started without (`>&-`).

    It comes before any file is opened: a database that got the number of standard output would be
    written into by the next message.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - it stays open for good
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A character that the output's encoding lacks must not end the program.
        sys.stdout.reconfigure(errors="replace")


def reader_left(error: BaseException | None) -> bool:
    """True where `error` says that nobody reads standard output or standard error any more (`| head`)."""
    # rich points a broken output at nothing before it gives up.
    return isinstance(error, BrokenPipeError) and any(_is_broken(n) or _is_nothing(n) for n in (1, 2))


def silence() -> None:
    """Point the streams that nobody reads at nothing, so that what is left in them goes quietly."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        if _is_broken(number):
            os.dup2(nothing, number)
    os.close(nothing)


def give_up_output() -> None:
    """Let go what standard output does not take, so that ending the program does not fail on it again."""
    try:
        sys.stdout.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.close(nothing)


def _is_nothing(number: int) -> bool:
    return os.path.samestat(os.fstat(number), Path(os.devnull).stat())


def _is_broken(number: int) -> bool:
    if not hasattr(select, "poll"):
        return True
    asked = select.poll()
    asked.register(number, select.POLLOUT)
    return any(state & (select.POLLERR | select.POLLHUP | select.POLLNVAL) for _, state in asked.poll(0))
