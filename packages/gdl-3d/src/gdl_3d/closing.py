"""Any mesh or cloud of points as a solid: watertight, and with walls that have a thickness."""

import numpy as np

from gdl_3d.representations.distance import MARGIN, distances
from gdl_3d.representations.placing import SMALLEST, checked_resolution, placed
from gdl_3d.shape import Shape
from gdl_3d.solids import walled

_REACH = 2.0


def closed(shape: Shape, *, resolution: int = 64) -> Shape:
    """Return the solid around a shape, where it stood: what encloses something is filled, what is open gets walls.

    The solid is 0.9 cells larger than the shape all around; a cell is the longest side over `resolution`, but in a
    cloud not less than the distance that is usual between neighbours, so that its surface has no holes. Parts of less
    than a twentieth of the largest are left out.

    Raises:
        RepresentationError: The shape is empty, or has no size.

    Example:
        >>> import trimesh
        >>> box = trimesh.creation.box()
        >>> box.update_faces(range(10))  # open at one side
        >>> closed(Shape.from_trimesh(box), resolution=16).to_trimesh().is_watertight
        True
    """
    side = checked_resolution(resolution)
    if shape.is_cloud:
        side = max(SMALLEST, min(side, int(1 / max(_spacing(placed(shape, 0, 1)), 1e-9))))
    laid = placed(shape, MARGIN, side - MARGIN)
    solid = walled(distances(laid, side, _REACH))
    used = shape.vertices if shape.faces is None else shape.vertices[np.unique(shape.faces)]
    least, most = used.min(0), used.max(0)
    cell = float((most - least).max()) / (side - 2 * MARGIN)
    return Shape((solid.vertices - side / 2) * cell + (least + most) / 2, solid.faces)


def _spacing(cloud: Shape) -> float:
    """Return the distance that is usual between neighbours, and is exceeded by one in ten."""
    from scipy.spatial import cKDTree

    away, _ = cKDTree(cloud.vertices).query(cloud.vertices, k=min(3, len(cloud.vertices)))
    return float(np.quantile(np.atleast_2d(away)[:, -1], 0.9))
