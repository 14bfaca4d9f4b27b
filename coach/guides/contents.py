"""Loads what each criterion's own content sounds like in an answer to a drill (corpus/drills/criteria.yaml).

Phrases are those of `coach.text.phrases`; they stand under the rubric's own signs. Reads no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from coach.errors import DatasetError
from coach.guides.corpus import Corpus, load_yaml
from coach.guides.exercises import Said
from coach.schema.base import Frozen

# Phrases by the id of a rubric's good sign.
Signs = dict[str, Annotated[tuple[Said, ...], Field(min_length=1)]]
Contents = Mapping[str, Signs]


class _File(Frozen):
    criteria: dict[str, Signs]


def load_contents(folder: Path, corpus: Corpus) -> Contents:
    """Phrases by criterion and sign.

    Raises SetupError for a missing file, DatasetError with file and key for a wrong one.
    """
    path = folder / "drills" / "criteria.yaml"
    found = load_yaml(_File, path).criteria
    for wrong in _faults(found, corpus):
        raise DatasetError(f"{path}: {wrong}.")
    return found


def _faults(found: Contents, corpus: Corpus) -> Iterator[str]:
    known = corpus.rubric.by_id()
    for name, signs in found.items():
        if name not in known:
            yield f"criterion {name} does not exist"
            continue
        good = {sign.id for sign in known[name].signs.good}
        yield from (f"{name}: sign {sign} does not exist" for sign in signs if sign not in good)
