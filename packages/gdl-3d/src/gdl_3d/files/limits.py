"""What a file may ask of the machine that reads it, and what is mended in what it holds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from gdl_3d.shape import Floats, Integers, Shape
from gdl_core.errors import InputError

Piece = tuple[Floats, Integers]
"""Vertices and faces of one mesh of a scene."""

LARGEST_FILE = 512 << 20
"""Bytes of a file, and of what an archive unpacks to; more is refused."""

MOST = 8_000_000
"""Vertices and faces of a mesh; more is refused."""


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, if they are not too many.

    Raises:
        InputError: The file is empty, or larger than `LARGEST_FILE`.
    """
    size = path.stat().st_size
    if not size:
        raise InputError("the file is empty")
    if size > LARGEST_FILE:
        raise InputError(f"the file has {size:,} bytes; up to {LARGEST_FILE:,} are read: simplify the mesh")
    return path.read_bytes()


def check_count(count: int, least: int, there: int, what: str) -> None:
    """Refuse a count that the file cannot hold, before anything is made for it.

    Args:
        least: How many bytes, or lines, one of them takes at least.
        there: How many bytes, or lines, are left in the file.

    Raises:
        InputError: There is no room for so many, or they are more than `MOST`.

    Example:
        >>> check_count(10**9, 50, 1000, "faces")
        Traceback (most recent call last):
        gdl_core.errors.InputError: the file claims 1,000,000,000 faces and ends long before; it is cut off or damaged
    """
    if count < 0 or count * least > there:
        raise InputError(f"the file claims {count:,} {what} and ends long before; it is cut off or damaged")
    if count > MOST:
        raise InputError(f"the file has {count:,} {what}; up to {MOST:,} are read: simplify the mesh")


def together(pieces: Sequence[Piece]) -> Shape:
    """Return the meshes of a scene, which are some, as one (`mesh_of`).

    Example:
        >>> triangle = np.eye(3), np.array([[0, 1, 2]])
        >>> together([triangle, triangle]).faces.tolist()
        [[0, 1, 2], [3, 4, 5]]
    """
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    faces = [triangles + start for (_, triangles), start in zip(pieces, starts, strict=False)]
    return mesh_of(np.concatenate([vertices for vertices, _ in pieces]), np.concatenate(faces))


def mesh_of(vertices: ArrayLike, faces: ArrayLike, *, join: bool = False) -> Shape:
    """Return a mesh, mended: vertices at one place are joined if asked, faces that name one twice are left out.

    Faces keep their turn, and holes stay: what is open or inside out is the business of `check` and of the
    representations, which trust no side.

    Raises:
        InputError: No face is left, or a number in it is not finite.
    """
    points, triangles = np.asarray(vertices, np.float64).reshape(-1, 3), np.asarray(faces, np.int64).reshape(-1, 3)
    for count, what in ((len(points), "vertices"), (len(triangles), "faces")):
        if count > MOST:
            raise InputError(f"the mesh has {count:,} {what}; up to {MOST:,} are read: simplify it")
    shape = Shape(points, triangles)
    if join and len(points):
        points, number = np.unique(points, axis=0, return_inverse=True)
        triangles = number.reshape(-1)[triangles]
    a, b, c = triangles.T
    sound = (a != b) & (b != c) & (c != a)
    if not sound.any():
        raise InputError("the mesh is empty: it has no face of three different vertices")
    return shape if sound.all() and not join else Shape(points, triangles[sound])
