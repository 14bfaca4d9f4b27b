"""Loads corpus/pressing.yaml and checks it against the rubric. Asks nothing."""

from __future__ import annotations

from pathlib import Path

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, load_yaml
from coach.schema.pressing import Pressing


def load_pressing(folder: Path, corpus: Corpus) -> Pressing:
    """How the offline interviewer presses; SetupError for a missing file, DatasetError for a wrong one."""
    path = folder / "pressing.yaml"
    pressing = load_yaml(Pressing, path)
    known = corpus.rubric.by_id()
    named = {name: f"doubts.{item.id}" for item in pressing.doubts for name in item.asks}
    for name, where in {**dict.fromkeys(pressing.criteria, "criteria"), **named}.items():
        if name not in known:
            raise DatasetError(f"{path}: {where}: there is no criterion {name}.")
    return pressing
