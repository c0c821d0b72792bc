"""Which picture of a set is most like another, and how alike the two are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError
from gdl_image.arrays import Picture, checked
from gdl_image.representations.layout import Layout

_BLOCK = 1024


def neighbours(pictures: Sequence[Picture], known: Sequence[Picture]) -> list[tuple[int, float]]:
    """Return for each picture the place of the nearest among the known, and their similarity.

    That is 1 less the root mean square difference of their pixels, with levels from 0 to 1: 1 for equal pictures, 0 for
    black against white. Pictures of another size or colour than the first one are brought to its own.

    Example:
        >>> black, white = np.zeros((2, 2, 1), np.uint8), np.full((2, 2, 1), 255, np.uint8)
        >>> neighbours([white], [black, white]), neighbours([white], [black])
        ([(1, 1.0)], [(0, 0.0)])
    """
    if not len(known):
        raise InputError("there is no picture to compare with")
    if not len(pictures):
        return []
    layout = Layout(*checked(pictures[0]).shape)
    others = _rows(known, layout)
    return [
        found
        for start in range(0, len(pictures), _BLOCK)
        for found in _nearest(pictures[start : start + _BLOCK], others, layout)
    ]


def _nearest(pictures: Sequence[Picture], others: NDArray[np.uint8], layout: Layout) -> list[tuple[int, float]]:
    """Find the nearest by blocks of the known, so that no matrix is larger than a block each way."""
    own = _rows(pictures, layout).astype(np.float32)
    place, least = np.zeros(len(own), int), np.full(len(own), np.inf, np.float32)
    for start in range(0, len(others), _BLOCK):
        block = others[start : start + _BLOCK].astype(np.float32)
        distance = (own**2).sum(1)[:, None] + (block**2).sum(1) - 2 * own @ block.T
        best = distance.argmin(1)
        found = np.take_along_axis(distance, best[:, None], 1)[:, 0]
        nearer = found < least
        place[nearer], least[nearer] = start + best[nearer], found[nearer]
    exact = ((own - others[place]) ** 2).mean(1)  # the expanded square above is rounded
    return [(int(where), 1 - float(np.sqrt(mean)) / 255) for where, mean in zip(place, exact, strict=True)]


def _rows(pictures: Sequence[Picture], layout: Layout) -> NDArray[np.uint8]:
    return np.stack([layout.apply(picture).ravel() for picture in pictures])
