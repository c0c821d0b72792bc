"""How a shape is laid into a cube of cells, or into the cube from -1 to 1."""

import numpy as np

from gdl_3d.shape import Floats, Shape, checked
from gdl_core.errors import RepresentationError, UsageError

SMALLEST, LARGEST = 8, 128


def checked_resolution(resolution: int) -> int:
    """Return the resolution if there can be such a grid.

    Raises:
        UsageError: It is not from 8 to 128.
    """
    if not SMALLEST <= resolution <= LARGEST:
        raise UsageError(f"a grid of {resolution} cells a side cannot be; choose {SMALLEST} to {LARGEST}")
    return resolution


def placed(thing: object, low: float, high: float) -> Shape:
    """Return the shape with its box centred in the cube from `low` to `high`, its longest side as long as the cube's.

    Raises:
        RepresentationError: It is no shape, or has no size.

    Example:
        >>> placed(Shape([[0, 0, 0], [2, 4, 0]]), 0, 1).vertices.tolist()
        [[0.25, 0.0, 0.5], [0.75, 1.0, 0.5]]
    """
    shape = checked(thing)
    used = shape.vertices if shape.faces is None else shape.vertices[np.unique(shape.faces)]
    least, most = used.min(0), used.max(0)
    size = float((most - least).max())
    if not 1e-150 < size < 1e150:
        raise RepresentationError(f"the shape is {size:g} long; there is nothing to see of it")
    moved = (shape.vertices - (least + most) / 2) * ((high - low) / size) + (low + high) / 2
    return Shape(moved, shape.faces, shape.normals)


def unit(vertices: Floats, resolution: int) -> Floats:
    """Return what stands in cells as parts of the cube from -0.5 to 0.5, in single precision as files hold them."""
    return (vertices / resolution - 0.5).astype(np.float32).astype(np.float64)
