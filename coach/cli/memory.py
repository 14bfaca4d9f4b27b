"""Spares the garbage collector what is loaded for good: looking through it again and again is all cost."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_YOUNG = 5_000  # objects that are made before a collection looks for cycles among them; 700 as it comes


@contextmanager
def loading() -> Iterator[None]:
    """What is made in here stays: no collection runs, and no later one looks at it."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(_YOUNG)
        gc.enable()
