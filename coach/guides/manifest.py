"""What an index was made from, as its current generation says. Reads no vector and loads no library."""

from __future__ import annotations

import re
from pathlib import Path

from coach.schema.base import Frozen

FORMAT = 1
CURRENT = "CURRENT"
_GENERATION = re.compile(r"g[0-9a-f]+-[0-9a-f]+")


class Manifest(Frozen):
    """What a generation was made from. `entries` is the digest over ids and indexed texts, in order."""

    format: int
    generation: str
    embedder: str
    corpus: str
    entries: str
    count: int
    url: str | None
    previous: str | None


def read_manifest(index_dir: Path) -> Manifest | None:
    """The manifest of the current generation; None where there is none that can be read."""
    try:
        generation = (index_dir / CURRENT).read_text(encoding="utf-8").strip()
        if not _GENERATION.fullmatch(generation):
            return None
        text = (index_dir / generation / "manifest.json").read_text(encoding="utf-8")
        return Manifest.model_validate_json(text)
    except (OSError, ValueError):
        return None
