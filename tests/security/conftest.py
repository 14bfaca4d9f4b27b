"""The fixtures of the command line's tests, which these tests drive the program with."""

from tests.cli.conftest import local, piped

__all__ = ["local", "piped"]
