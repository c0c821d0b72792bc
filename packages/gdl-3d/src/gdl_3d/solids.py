"""Surfaces from numbers on a grid that are closed, whatever the numbers: what can be printed, weighed and cut."""

import numpy as np
from numpy.typing import NDArray

from gdl_3d.shape import Floats, Shape
from gdl_core.errors import RepresentationError

SMALLEST_PART = 0.05
"""Parts of less than this share of the largest part's volume are left out."""

WALL = 0.9
"""Half the thickness of a wall in cells: above half the diagonal of a cell, so that a wall has no holes."""


def solid_of(field: NDArray[np.floating], *, level: float = 0.0) -> Shape:
    """Return the surface around the cells that lie below `level`, closed and turned outwards. Cells are one long.

    The field is taken as high all around, so that nothing is open at its border. Marching cubes draws the surface,
    and manifold3d checks it; what remains are the parts of positive volume that have at least
    `SMALLEST_PART` of the largest's. The cell at (0, 0, 0) has its centre at (0.5, 0.5, 0.5).

    Raises:
        RepresentationError: No cell lies below the level, or what does encloses nothing.

    Example:
        >>> field = np.ones((4, 4, 4))
        >>> field[1:3, 1:3, 1:3] = -1
        >>> solid_of(field).to_trimesh().is_watertight
        True
    """
    from manifold3d import Error, Manifold, Mesh
    from skimage.measure import marching_cubes

    if not (field < level).any():
        raise RepresentationError("nothing is there: no cell of the grid is within the shape")
    scale = float(np.abs(field - level).max())
    padded = np.pad((level - field) / scale, 1, constant_values=-1.0).astype(np.float32)
    padded[np.abs(padded) < _CLEAR] = -_CLEAR  # a corner on the surface itself would give triangles of no size
    vertices, faces, _, _ = marching_cubes(padded, 0.0, gradient_direction="ascent")
    faces = _largest(vertices, faces)
    used, faces = np.unique(faces, return_inverse=True)
    corners = np.ascontiguousarray(vertices[used] - 0.5, np.float32)
    body = Manifold(Mesh(corners, np.ascontiguousarray(faces.reshape(-1, 3), np.uint32)))
    if body.status() != Error.NoError:
        raise RepresentationError(f"the surface is not that of a solid ({body.status().name})")
    mesh = body.to_mesh()
    return Shape(mesh.vert_properties[:, :3], mesh.tri_verts)


_CLEAR = 1e-3


def _largest(vertices: Floats, faces: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the faces of the parts that enclose most. The walls of a hollow enclose less than nothing."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.repeat(faces[:, 0], 2), faces[:, 1:].ravel()
    links = coo_array((np.ones(2 * len(faces), np.int8), ends), shape=(len(vertices),) * 2)
    count, part = connected_components(links, directed=False)
    a, b, c = np.asarray(vertices, np.float64)[faces].transpose(1, 0, 2)
    volumes = np.bincount(part[faces[:, 0]], np.einsum("ij,ij->i", a, np.cross(b, c)) / 6, minlength=count)
    if not volumes.max() > 0:
        raise RepresentationError("the surface encloses nothing")
    return faces[(volumes >= SMALLEST_PART * volumes.max())[part[faces[:, 0]]]]


def filled(walls: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Add the cells that cannot be reached from outside without crossing a wall, face to face.

    Example:
        >>> walls = np.ones((3, 3, 3), bool)
        >>> walls[1, 1, 1] = False
        >>> bool(filled(walls)[1, 1, 1])
        True
    """
    from scipy.ndimage import binary_fill_holes

    return np.asarray(binary_fill_holes(walls))


def walled(distance: NDArray[np.floating]) -> Shape:
    """Return the solid whose walls are where the unsigned distance is below `WALL` cells; what they enclose is solid.

    So a closed surface becomes a body that is `WALL` cells larger all around, and an open one a sheet of twice that
    thickness. No sign is needed, and none is trusted.
    """
    inside = filled(distance < WALL)
    return solid_of(np.where(inside, np.minimum(distance - WALL, -0.1), distance - WALL))
