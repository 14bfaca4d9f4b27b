"""Makes vectors.npz from all-MiniLM-L6-v2, where the `semantic` extra's model files are present.

    python -m coach.grading.local.distil PATH_OF_MODEL

Each whole word of the model's own vocabulary is embedded alone; the vectors are centred, reduced to
128 principal components and stored as 8-bit integers. Not run by installs or tests.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coach.grading.local.vectors import FILE

DIMENSIONS = 128


def reduce_vectors(vectors: NDArray[np.float32], dimensions: int = DIMENSIONS) -> NDArray[np.int8]:
    """Principal components of the rows, scaled to -127..127."""
    centred = vectors - vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ axes[:dimensions].T
    reduced /= np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-6)
    scaled: NDArray[np.int8] = np.round(reduced * 127 / np.abs(reduced).max()).astype(np.int8)
    return scaled


def main(model_path: Path, target: Path = FILE) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_path))
    vocabulary: dict[str, int] = model.tokenizer.get_vocab()
    words = sorted(
        (w for w in vocabulary if w.isascii() and w.isalpha() and len(w) > 1), key=vocabulary.__getitem__
    )
    vectors = np.asarray(model.encode(words, batch_size=256), dtype=np.float32)
    np.savez_compressed(target, words=np.array(words), vectors=reduce_vectors(vectors))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
