"""Commands and wiring: the only place that composes rooms, prints, or catches errors."""

from coach.cli.app import main

__all__ = ["main"]
