"""Which molecule of a set is most like another, and how alike the two are."""

from collections.abc import Iterable, Sequence

import numpy as np
from rdkit.DataStructs import BulkTanimotoSimilarity, CreateFromBinaryText, ExplicitBitVect

from gdl_core.errors import InputError
from gdl_core.workers import spread
from gdl_molecules.metrics.stream import Object, spelled


def neighbours(molecules: Iterable[Object], known: Sequence[Object]) -> list[tuple[int, float]]:
    """Return for each molecule the place of the nearest among the known, and their similarity.

    That is the Tanimoto similarity of Morgan fingerprints of radius 2 and 1,024 bits: 1 for molecules that have the
    same parts, 0 for those that share none.

    Example:
        >>> [(place, round(alike, 2)) for place, alike in neighbours(["CCO", "c1ccccc1"], ["CCCO", "c1ccccc1C", "OCC"])]
        [(2, 1.0), (1, 0.27)]
    """
    others = _fingerprints(known)
    if not others:
        raise InputError("there is no molecule to compare with")
    return [_nearest(BulkTanimotoSimilarity(own, others)) for own in _fingerprints(molecules)]


def _nearest(similarity: Sequence[float]) -> tuple[int, float]:
    place = int(np.argmax(similarity))
    return place, similarity[place]


def _fingerprints(molecules: Iterable[Object]) -> list[ExplicitBitVect]:
    texts = spread("gdl_molecules.measures:fingerprint", map(spelled, molecules))
    return [CreateFromBinaryText(bytes.fromhex(text)) for text in texts]  # type: ignore[arg-type]  # it takes bytes
