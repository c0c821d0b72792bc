"""Points on the surface of a mesh: so dense that none of it is missed, or a few that are spread evenly."""

from collections.abc import Iterator

import numpy as np

from gdl_3d.shape import Floats, Integers, Shape
from gdl_core.errors import RepresentationError

AT_ONCE = 1 << 20
"""So many points are made at a time, whatever the mesh: about 80 MB."""

MOST = 1 << 27
"""More points than this are refused: a mesh of that many triangles or of such a size cannot be covered in a minute."""

_CANDIDATES = 4  # for each point that is kept
_PLASTIC = 1.324717957244746  # its powers fill a square evenly (Roberts' R2 sequence)


def cover(shape: Shape, spacing: float) -> Iterator[Floats]:
    """Yield points such that each place of the surface has one within `spacing`; of a cloud, its own points.

    Each triangle is covered by rows along its longest side, so that slivers cost no more than their area and length.

    Example:
        >>> square = Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
        >>> sum(map(len, cover(square, 0.5)))
        12
    """
    if shape.faces is None:
        yield shape.vertices
        return
    first, second, third = _longest_first(shape.vertices[shape.faces])
    length = np.linalg.norm(second - first, axis=1)
    height = np.linalg.norm(np.cross(second - first, third - first), axis=1) / np.maximum(length, 1e-300)
    along, across = (np.ceil(size / spacing).astype(np.int64) for size in (length, height))
    counts = (along + 1) * (across + 1)
    total = np.cumsum(counts)
    if total[-1] > MOST:
        raise RepresentationError(f"the mesh needs {total[-1]:,} points to be covered; simplify it first")
    begin = 0
    while begin < len(counts):
        before = total[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + AT_ONCE, side="right")))
        faces = np.repeat(np.arange(begin, end), counts[begin:end])
        number = np.arange(len(faces)) - np.repeat(total[begin:end] - counts[begin:end] - before, counts[begin:end])
        row, place = np.divmod(number, along[faces] + 1)
        up = (row / np.maximum(across[faces], 1))[:, None]
        side = (place / np.maximum(along[faces], 1))[:, None]
        yield (1 - up) * ((1 - side) * first[faces] + side * second[faces]) + up * third[faces]
        begin = end


def _longest_first(corners: Floats) -> tuple[Floats, Floats, Floats]:
    """Turn each triangle so that its longest side comes first. Shapes: (m, 3, 3) -> three of (m, 3)."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    order = (sides.argmax(1)[:, None] + np.arange(3)) % 3
    turned = np.take_along_axis(corners, order[:, :, None], axis=1)
    return turned[:, 0], turned[:, 1], turned[:, 2]


def spread(shape: Shape, count: int) -> tuple[Floats, Floats]:
    """Return `count` points spread evenly over a mesh, and their normals; always the same ones.

    Four times as many candidates, in equal steps of area along the faces, are thinned by farthest points, so that any
    first few are spread evenly too. Shapes: two of (count, 3).

    Raises:
        RepresentationError: The surface has no area.
    """
    corners = shape.vertices[_faces(shape)]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    doubled = np.linalg.norm(cross, axis=1)
    reach = np.cumsum(doubled)
    if not reach[-1] > 0:
        raise RepresentationError("the surface has no area, so no point can be put on it")
    number = np.arange(_CANDIDATES * count)
    face = np.searchsorted(reach, (number + 0.5) / len(number) * reach[-1], side="right").clip(0, len(reach) - 1)
    u, v = ((0.5 + number / _PLASTIC**power) % 1 for power in (1, 2))
    u, v = np.where(u + v > 1, 1 - u, u)[:, None], np.where(u + v > 1, 1 - v, v)[:, None]
    chosen = corners[face]
    points = chosen[:, 0] + u * (chosen[:, 1] - chosen[:, 0]) + v * (chosen[:, 2] - chosen[:, 0])
    kept = farthest(points, count)
    return points[kept], cross[face[kept]] / doubled[face[kept], None]


def farthest(points: Floats, count: int) -> Integers:
    """Return the places of `count` points, each the farthest from those before it; the first is the first given.

    Example:
        >>> farthest(np.array([[0.0, 0, 0], [1, 0, 0], [5, 0, 0], [2, 0, 0]]), 3).tolist()
        [0, 2, 3]
    """
    where = np.ascontiguousarray(points.T, dtype=np.float32)
    kept = np.zeros(count, np.int64)
    nearest = np.full(len(points), np.inf, np.float32)
    for place in range(1, count):
        away = where - where[:, kept[place - 1], None]
        np.minimum(nearest, np.einsum("ij,ij->j", away, away), out=nearest)
        kept[place] = nearest.argmax()
    return kept


def _faces(shape: Shape) -> Integers:
    if shape.faces is None or not len(shape.faces):
        raise RepresentationError("a cloud of points has no surface; give a mesh")
    return shape.faces
