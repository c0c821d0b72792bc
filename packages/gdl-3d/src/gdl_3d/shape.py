"""What this domain is about: a mesh of triangles, or a cloud of points."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdl_core.errors import RepresentationError

if TYPE_CHECKING:
    from trimesh import PointCloud, Trimesh

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST = 1e100
"""Coordinates are below this, so that areas and volumes are finite numbers."""


@dataclass(frozen=True, eq=False)
class Shape:
    """Triangles over vertices, or where `faces` is None, a cloud of points. +Y is up; a unit comes with writing.

    Shapes: `vertices` (n, 3) float64, `faces` (m, 3) int64, and of a cloud that has them, `normals` (n, 3). The arrays
    cannot be written to.

    Raises:
        RepresentationError: An array has another shape, a number is not finite or too large, a face names no vertex.

    Example:
        >>> Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
        Shape(3 vertices, 1 face)
        >>> Shape([[0, 0, 0]])
        Shape(1 point)
    """

    vertices: Floats
    faces: Integers | None = None
    normals: Floats | None = None

    def __init__(self, vertices: ArrayLike, faces: ArrayLike | None = None, normals: ArrayLike | None = None) -> None:
        points = _frozen(vertices, np.float64, "vertices")
        triangles = None if faces is None else _frozen(faces, np.int64, "faces")
        directions = None if normals is None else _frozen(normals, np.float64, "normals")
        if directions is not None and (len(directions) != len(points) or triangles is not None):
            raise RepresentationError("normals stand with the points of a cloud, one for each")
        if triangles is not None and len(triangles) and not 0 <= triangles.min() <= triangles.max() < len(points):
            wrong = int(np.flatnonzero(((triangles < 0) | (triangles >= len(points))).any(1))[0])
            raise RepresentationError(
                f"face {wrong} names the vertices {triangles[wrong].tolist()}, and there are {len(points)}"
            )
        for name, value in (("vertices", points), ("faces", triangles), ("normals", directions)):
            object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shape) and self._bytes() == other._bytes()

    def __hash__(self) -> int:
        return hash(self._bytes())

    def __repr__(self) -> str:
        if self.faces is None:
            return f"Shape({_counted(len(self.vertices), 'point', 'points')})"
        vertices, faces = len(self.vertices), len(self.faces)
        return f"Shape({_counted(vertices, 'vertex', 'vertices')}, {_counted(faces, 'face', 'faces')})"

    def _bytes(self) -> tuple[bytes | None, ...]:
        return tuple(None if part is None else part.tobytes() for part in (self.vertices, self.faces, self.normals))

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        return sum(part.nbytes for part in (self.vertices, self.faces, self.normals) if part is not None)

    @property
    def is_cloud(self) -> bool:
        """Whether this is a cloud of points."""
        return self.faces is None

    @property
    def extents(self) -> Floats:
        """The size along x, y and z."""
        return np.ptp(self.vertices, axis=0) if len(self.vertices) else np.zeros(3)

    def scaled(self, factor: float) -> Shape:
        """Return the shape, so many times as large."""
        return Shape(self.vertices * factor, self.faces, self.normals)

    def tall(self, height: float) -> Shape:
        """Return the shape, so large that it is `height` high.

        Raises:
            RepresentationError: It is flat.
        """
        if not self.extents[1] > 0:
            raise RepresentationError("the shape is flat, so it cannot be given a height; leave the height out")
        return self.scaled(height / float(self.extents[1]))

    def to_trimesh(self) -> Trimesh | PointCloud:
        """Return the shape as trimesh knows it, vertex for vertex."""
        import trimesh

        if self.faces is None:
            return trimesh.PointCloud(self.vertices)
        return trimesh.Trimesh(self.vertices, self.faces, process=False)

    @classmethod
    def from_trimesh(cls, mesh: Any) -> Shape:
        """Take over a mesh or a cloud of trimesh's; a scene becomes one mesh, its transforms applied."""
        whole = mesh.to_mesh() if hasattr(mesh, "to_mesh") else mesh
        return cls(whole.vertices, getattr(whole, "faces", None))


def checked(thing: Any) -> Shape:
    """Return what was given if it is a shape, and refuse it otherwise.

    Raises:
        RepresentationError: It is no `Shape`, or it has neither a face nor a point.
    """
    if not isinstance(thing, Shape):
        raise RepresentationError(f"{str(thing)[:60]!r} is no Shape; read a file with gdl_3d.read_shape, or build one")
    if not len(thing.vertices if thing.faces is None else thing.faces):
        raise RepresentationError("the shape is empty: it has no faces and no points")
    return thing


def identity(shape: Any) -> str:
    """Return what two shapes have in common only if they are the same, number for number.

    Raises:
        RepresentationError: It is no shape, or an empty one.

    Example:
        >>> one, other = Shape([[0, 0, 0]]), Shape([[0, 0, 1]])
        >>> identity(one) == identity(Shape([[0, 0, 0]])), identity(one) == identity(other)
        (True, False)
    """
    parts = checked(shape)._bytes()
    return hashlib.sha1(b"|".join(part or b"" for part in parts), usedforsecurity=False).hexdigest()


def _frozen(values: ArrayLike, dtype: type, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.array(values, dtype).reshape(-1, 3) if np.size(values) == 0 else np.array(values, dtype)
    if array.ndim != 2 or array.shape[1] != 3:
        raise RepresentationError(f"{name} have the shape (n, 3), not {array.shape}")
    if dtype is np.float64 and not (fitting := np.abs(array) < LARGEST).all():
        wrong = array[int(np.flatnonzero(~fitting.all(1))[0])]
        what = "too large" if np.isfinite(wrong).all() else "not finite"
        raise RepresentationError(f"{name}: {wrong.tolist()} is among them, which is {what}")
    array.flags.writeable = False
    return array


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
