"""The offline embedder: TF-IDF and truncated SVD, fitted on the corpus, kept as plain arrays.

Fitting needs scikit-learn; embedding needs numpy alone, so that a search starts fast.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.guides.terms import SYNONYM_WEIGHT, VERSION, synonym_map, terms

FORMAT = "2"
DIMENSIONS = 64
_SEED = 7


def features(text: str) -> list[str]:
    """Stems and pairs of neighbouring stems."""
    stems = terms(text)
    return stems + [f"{a} {b}" for a, b in zip(stems, stems[1:], strict=False)]


def fit_digest(texts: Sequence[str], dimensions: int = DIMENSIONS) -> str:
    """What a fitted form is named by: 12 hex digits over the texts and the method's settings."""
    material = "\x00".join([FORMAT, VERSION, str(dimensions), *texts])
    return hashlib.sha256(material.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Lsa:
    """A fitted embedder. `columns` maps a feature to its column; `axes` has shape (features, dimensions)."""

    name: str
    columns: dict[str, int]
    weights: NDArray[np.float32]
    axes: NDArray[np.float32]
    synonyms: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape (texts, dimensions); a text with no known word gives zeros."""
        rows = np.zeros((len(texts), self.axes.shape[1]), dtype=np.float32)
        for n, text in enumerate(texts):
            counts = Counter(f for f in features(text) if f in self.columns)
            rows[n] = self._project({f: 1.0 + math.log(count) for f, count in counts.items()})
        return rows

    def _project(self, weights: Mapping[str, float]) -> NDArray[np.float32]:
        at = np.array([self.columns[f] for f in weights], dtype=np.intp)
        weighted = np.array(list(weights.values()), dtype=np.float32) * self.weights[at]
        row = np.asarray(weighted @ self.axes[at], dtype=np.float32)
        length = np.linalg.norm(row)
        return row / np.float32(length) if length > 0 else row

    def knows(self, text: str) -> float:
        """Share of the text's meaningful words that the fitted vocabulary holds; 0 for none."""
        stems = terms(text)
        return sum(stem in self.columns for stem in stems) / len(stems) if stems else 0.0

    def embed_query(self, query: str) -> NDArray[np.float32]:
        """The unit vector of a query, widened by synonyms at a small weight."""
        asked = features(query)
        weights = {f: 1.0 for f in asked if f in self.columns}
        for stem in asked:
            for other in self.synonyms.get(stem, ()):
                if other in self.columns:
                    weights.setdefault(other, SYNONYM_WEIGHT)
        return self._project(weights)


def fit_lsa(texts: Sequence[str], dimensions: int = DIMENSIONS) -> Lsa:
    """Fit on the texts of a corpus; the same texts give the same vectors."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True, min_df=1)
    matrix = vectorizer.fit_transform(texts)
    size = max(1, min(dimensions, min(matrix.shape) - 1))
    svd = TruncatedSVD(n_components=size, algorithm="arpack", random_state=_SEED).fit(matrix)
    axes = svd.components_.T
    # The sign of an axis is arbitrary; the largest entry is made positive so that runs agree.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return Lsa(
        name=f"lsa:{fit_digest(texts, dimensions)}",
        columns={str(term): int(column) for term, column in vectorizer.vocabulary_.items()},
        weights=vectorizer.idf_.astype(np.float32),
        axes=axes.astype(np.float32),
    )


def open_lsa(
    texts: Sequence[str],
    cache_dir: Path,
    synonyms: Iterable[Iterable[str]] = (),
    dimensions: int = DIMENSIONS,
) -> Lsa:
    """The fitted form from the cache folder, or a fresh fit that is then kept there.

    `synonyms` are groups of words that widen queries; they do not change the space.
    """
    name = fit_digest(texts, dimensions)
    path = cache_dir / f"lsa-{name}.npz"
    kept = _read(path, f"lsa:{name}")
    lsa = kept if kept is not None else fit_lsa(texts, dimensions)
    if kept is None:
        _write(lsa, path)
    return replace(lsa, synonyms=synonym_map(synonyms))


def _read(path: Path, name: str) -> Lsa | None:
    """None where the file is missing or broken: it can be fitted again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            features_kept, weights, axes = data["features"], data["weights"], data["axes"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if not len(features_kept) == len(weights) == len(axes):
        return None
    columns = {str(feature): n for n, feature in enumerate(features_kept)}
    return Lsa(name=name, columns=columns, weights=weights, axes=axes)


def _write(lsa: Lsa, path: Path) -> None:
    """Whole or not at all; a cache that cannot be written costs a fit next time and nothing more."""
    ordered = sorted(lsa.columns, key=lsa.columns.__getitem__)
    part = path.with_name(f".{path.stem}-{secrets.token_hex(4)}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(part, features=np.array(ordered), weights=lsa.weights, axes=lsa.axes)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
