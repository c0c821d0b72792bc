"""Whether pictures are copies of those that were trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdl_image.arrays import Picture
from gdl_image.neighbours import neighbours

RARELY = 0.01
"""The share of real pictures that are as near to a training picture as what counts as a copy."""


@dataclass(frozen=True)
class Copies:
    """Training pictures, and how near to one of them a picture has to be to count as its copy.

    The distance of two pictures is the root mean square difference of their pixels, with levels from 0 to 1. The
    `threshold` is that within which `RARELY` of real pictures, that were not trained on, have a training picture: a
    model that has learned to draw, and not to remember, meets it as rarely.
    """

    train: Sequence[Picture]
    threshold: float

    @classmethod
    def calibrated(cls, train: Sequence[Picture], held_out: Sequence[Picture]) -> Self:
        """Find the threshold from pictures that were not trained on."""
        return cls(train, float(np.quantile(distances(held_out, train), RARELY, method="lower")))

    def among(self, pictures: Sequence[Picture]) -> float:
        """Return the share of pictures that are copies.

        Example:
            >>> black, white = np.zeros((2, 2, 1), np.uint8), np.full((2, 2, 1), 255, np.uint8)
            >>> Copies([black], threshold=0.1).among([white, black + np.uint8(20), black, white])
            0.5
        """
        return float((distances(pictures, self.train) <= self.threshold).mean())


def distances(pictures: Sequence[Picture], known: Sequence[Picture]) -> NDArray[np.float64]:
    """Return the distance of each picture to the nearest known one. Shapes: (pictures,)."""
    return np.array([1 - similarity for _, similarity in neighbours(pictures, known)])
