"""Commands and wiring: the only place that composes rooms, prints, or catches errors."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the program and exit with its code; Ctrl-C ends it without a traceback from the first moment."""
    try:
        from coach.cli.app import main as start

        start()
    except KeyboardInterrupt:
        sys.exit(130)


__all__ = ["main"]
