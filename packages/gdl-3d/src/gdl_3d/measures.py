"""Numbers of shapes, and which shape of a set is most like another."""

from collections.abc import Iterable, Sequence

import numpy as np

from gdl_3d.representations.placing import placed
from gdl_3d.shape import Floats, Shape
from gdl_3d.surface import farthest, spread
from gdl_core.errors import InputError, RepresentationError

_POINTS = 256
_LEAST_SIZE = 1e-12


def histograms(shapes: Iterable[Shape]) -> dict[str, list[float]]:
    """Return width, height, depth and, of meshes, area, volume and the number of faces of each shape.

    Sizes are those of the shape when its longest side is one, so that shapes of all units compare. The volume is that
    of the box as far as it is filled, and counts with holes only as far as it can; of an open mesh it means little.

    Example:
        >>> import trimesh
        >>> box = Shape.from_trimesh(trimesh.creation.box(extents=(2, 4, 1)))
        >>> {name: round(values[0], 3) for name, values in histograms([box]).items()}
        {'width': 0.5, 'height': 1.0, 'depth': 0.25, 'area': 1.75, 'volume': 0.125, 'faces': 12}
    """
    found: dict[str, list[float]] = {name: [] for name in ("width", "height", "depth", "area", "volume", "faces")}
    for shape in shapes:
        extents = shape.extents / max(shape.extents.max(initial=0), _LEAST_SIZE)
        numbers = dict(zip(("width", "height", "depth"), map(float, extents), strict=True))
        if shape.faces is not None:
            corners = shape.vertices[shape.faces] / max(shape.extents.max(), _LEAST_SIZE)
            cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            numbers["area"] = float(np.linalg.norm(cross, axis=1).sum() / 2)
            numbers["volume"] = abs(float(np.einsum("ij,ij->", corners[:, 0], cross) / 6))
            numbers["faces"] = len(shape.faces)
        for name, number in numbers.items():
            found[name].append(number)
    return {name: values for name, values in found.items() if values}


def neighbours(shapes: Iterable[Shape], known: Sequence[Shape]) -> list[tuple[int, float]]:
    """Return for each shape the place of the nearest among the known, and how alike the two are, 0 to 1.

    256 points stand for each shape, its longest side from -1 to 1; alike is 1 less the Chamfer distance between them:
    the mean over both sets of the distance to the nearest point of the other.

    Example:
        >>> import trimesh
        >>> box, ball = (Shape.from_trimesh(one) for one in (trimesh.creation.box(), trimesh.creation.icosphere()))
        >>> neighbours([box], [ball, box])
        [(1, 1.0)]
    """
    from scipy.spatial import cKDTree

    others = [_cloud(shape) for shape in known]
    if not others:
        raise InputError("there is no shape to compare with")
    trees = [cKDTree(other) for other in others]
    found = []
    for shape in shapes:
        cloud = _cloud(shape)
        tree = cKDTree(cloud)
        distances = [
            (other_tree.query(cloud)[0].mean() + tree.query(other)[0].mean()) / 2
            for other, other_tree in zip(others, trees, strict=True)
        ]
        place = int(np.argmin(distances))
        found.append((place, max(0.0, 1.0 - float(distances[place]))))
    return found


def _cloud(shape: Shape) -> Floats:
    """Return the points that stand for a shape."""
    laid = placed(shape, -1, 1)
    try:
        return laid.vertices[farthest(laid.vertices, _POINTS)] if laid.is_cloud else spread(laid, _POINTS)[0]
    except RepresentationError:  # a mesh without area
        return laid.vertices
