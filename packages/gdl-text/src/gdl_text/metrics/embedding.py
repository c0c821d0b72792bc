"""An embedding of passages that takes no network: hashed runs of characters and words, and principal components."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from gdl_text.metrics.words import words

NAME = "hashed 1- to 4-grams of characters and words, 64 principal components of the reference"
PASSAGE = 256
"""Texts are compared in passages of so many characters; what is left at the end of a text is left out."""

BUCKETS, COMPONENTS = 4096, 64
MOST = 20_000
"""The most passages of a set that are measured."""

Rows = NDArray[np.float64]


def passages(texts: Iterable[str], size: int = PASSAGE) -> list[str]:
    """Cut texts into passages of one size.

    Example:
        >>> passages(["abcdef", "gh"], 2), passages(["a"], 2)
        (['ab', 'cd', 'ef', 'gh'], [])
    """
    return [text[start : start + size] for text in texts for start in range(0, len(text) - size + 1, size)]


def counts(text: str) -> NDArray[np.float32]:
    """Return a vector of length one: the square roots of how often each hashed run comes up.

    Shapes: (2 * BUCKETS,), runs of characters and runs of words, which weigh the same.
    """
    tokens = words(text)
    letters = [text[place : place + size] for size in range(1, 5) for place in range(len(text) - size + 1)]
    runs = [" ".join(tokens[place : place + size]) for size in (1, 2) for place in range(len(tokens) - size + 1)]
    halves = [np.sqrt(np.bincount(_buckets(found), minlength=BUCKETS)) for found in (letters, runs)]
    norms = [max(float(np.linalg.norm(half)), 1e-12) for half in halves]
    return np.concatenate([half / norm for half, norm in zip(halves, norms, strict=True)]).astype(np.float32)


def _buckets(runs: Sequence[str]) -> NDArray[np.int64]:
    return np.array([crc32(run.encode("utf-8", "surrogatepass")) % BUCKETS for run in runs], np.int64)


@dataclass(frozen=True)
class Embedding:
    """The directions in which the passages of a reference differ most. Shapes: mean (f,), axes (f, components)."""

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]

    @classmethod
    def fit(cls, features: NDArray[np.float32]) -> Self:
        """Find the principal components of feature vectors. Shapes: (passages, f)."""
        mean = features.mean(0)
        _, _, axes = np.linalg.svd(features - mean, full_matrices=False)
        return cls(mean, axes[:COMPONENTS].T)

    def __call__(self, features: NDArray[np.float32]) -> Rows:
        """Return the components of feature vectors. Shapes: (passages, f) -> (passages, components)."""
        return ((features - self.mean) @ self.axes).astype(np.float64)


def features(parts: Sequence[str]) -> NDArray[np.float32]:
    """Return the feature vectors of passages. Shapes: (passages, 2 * BUCKETS)."""
    return np.stack([counts(part) for part in parts]) if parts else np.zeros((0, 2 * BUCKETS), np.float32)
