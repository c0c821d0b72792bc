"""Which shape of a set is most like another, and how alike the two are."""

from collections.abc import Iterable, Sequence

import numpy as np

from gdl_3d.metrics.distances import chamfer_matrix
from gdl_3d.metrics.reference import POINTS, spread_points
from gdl_3d.shape import Shape

_ALIKE = 0.05
"""Where shapes are so far apart, as the root of half the Chamfer distance and a share of their size, they are alike by
e^-1."""


def neighbours(shapes: Iterable[Shape], known: Sequence[Shape], *, points: int = POINTS) -> list[tuple[int, float]]:
    """Return for each shape the place of the nearest among the known by Chamfer distance, and how alike the two are.

    That is exp(-d / 0.05), where d is the root mean square distance to the nearest point, the longest side being 1.

    Example:
        >>> import trimesh
        >>> make = lambda *extents: Shape.from_trimesh(trimesh.creation.box(extents))
        >>> neighbours([make(2, 4, 6)], [make(1, 1, 1), make(1, 2, 3)], points=64)
        [(1, 1.0)]
    """
    left, right = ([spread_points(shape, points) for shape in group] for group in (shapes, known))
    distances = chamfer_matrix(left, right)
    nearest = distances.argmin(1)
    alike = np.exp(-np.sqrt(distances.min(1) / 2) / _ALIKE)
    return list(zip(nearest.tolist(), alike.tolist(), strict=True))
