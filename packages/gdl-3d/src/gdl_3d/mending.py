"""Faults of a mesh that have one remedy, put right."""

import numpy as np

from gdl_3d.shape import Floats, Integers, Shape

LEAST_FILLED = 1e-3
"""A part with filled holes encloses at least this share of its box; a sheet stays a sheet."""


def mended(shape: Shape) -> Shape:
    """Return the mesh with what is clearly wrong put right; what has no fault comes back as it is.

    Vertices at one place become one; faces that come twice, or have two corners at one place, are left out. Within
    each part neighbours turn the same way, and holes of three or four edges are filled if the part then encloses
    something; such parts are turned outwards, and so is the whole if it is inside out. Larger holes, and edges of more
    than two faces, stay: `gdl_3d.closing.closed` makes a solid of any mesh.

    Example:
        >>> import trimesh
        >>> box = trimesh.creation.box()
        >>> float(mended(Shape(box.vertices, box.faces[1:, ::-1])).to_trimesh().volume)
        1.0
    """
    from trimesh import Trimesh

    if shape.faces is None:
        return shape
    mesh = Trimesh(shape.vertices, shape.faces, process=False)
    if mesh.is_watertight and mesh.is_winding_consistent and mesh.volume > 0:
        return shape
    vertices, faces = _joined(shape.vertices, shape.faces)
    faces = _each_once(np.concatenate([_mended_part(vertices, part) for part in _parts(vertices, faces)]))
    if Trimesh(vertices, faces, process=False).volume < 0:
        faces = faces[:, ::-1]
    used, faces = np.unique(faces, return_inverse=True)
    return Shape(vertices[used], faces.reshape(-1, 3))


def _joined(vertices: Floats, faces: Integers) -> tuple[Floats, Integers]:
    """Join vertices at one place; leave out faces that then have no size, or come again."""
    places, number = np.unique(vertices, axis=0, return_inverse=True)
    faces = number.reshape(-1)[faces]
    return places, _each_once(faces[(faces != np.roll(faces, 1, axis=1)).all(1)])


def _each_once(faces: Integers) -> Integers:
    _, first = np.unique(np.sort(faces, axis=1), axis=0, return_index=True)
    return faces[np.sort(first)]


def _parts(vertices: Floats, faces: Integers) -> list[Integers]:
    """Cut a mesh into the faces that hang together by edges of two faces."""
    from trimesh import Trimesh
    from trimesh.graph import connected_components

    if not len(faces):
        return [faces]
    beside = Trimesh(vertices, faces, process=False).face_adjacency
    return [faces[group] for group in connected_components(beside, nodes=np.arange(len(faces)), min_len=1)]


def _mended_part(vertices: Floats, faces: Integers) -> Integers:
    from trimesh import Trimesh
    from trimesh.repair import fill_holes, fix_winding

    part = Trimesh(vertices, faces, process=False)
    if part.is_watertight and part.is_winding_consistent:
        return faces  # and where it is inside out, it may be the wall of a hollow
    fix_winding(part)
    filled = part.copy()
    fill_holes(filled)
    box = float(np.ptp(vertices[np.unique(faces)], axis=0).prod())
    if not (filled.is_watertight and filled.is_winding_consistent and abs(filled.volume) > LEAST_FILLED * box):
        return np.array(part.faces)
    return np.array(filled.faces if filled.volume > 0 else filled.faces[:, ::-1])
