"""Whether a mesh bounds a solid: holes, edges, volume, parts, and how thin its walls are."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Vertices = NDArray[np.float64]
Faces = NDArray[np.int64]

RAYS = 512
"""How many places of a surface walls are measured at."""


@dataclass(frozen=True)
class Soundness:
    """What was found of a mesh.

    `watertight`: each edge joins two faces that turn the same way. `manifold`: besides, the faces around each vertex
    form one fan. `volume` is that enclosed, negative where the mesh is inside out, and means nothing of a mesh with
    holes. `parts` hang together by edges; `largest` is the share of the surface that the largest one has.
    """

    faces: int
    open_edges: int
    crowded_edges: int
    watertight: bool
    manifold: bool
    volume: float
    parts: int
    largest: float

    @property
    def solid(self) -> bool:
        """Whether the mesh bounds a solid: manifold, watertight, with a positive volume."""
        return self.manifold and self.volume > 0

    def facts(self) -> dict[str, Any]:
        """Describe what was found as JSON values."""
        return {**asdict(self), "solid": self.solid}


def soundness(vertices: Vertices, faces: Faces) -> Soundness:
    """Find whether a mesh bounds a solid. Vertices at one place count as several: weld a mesh before.

    Shapes: (vertices, 3), (faces, 3).

    Example:
        >>> corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
        >>> found = soundness(corners, np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
        >>> found.solid, found.parts, round(6 * found.volume, 6)
        (True, 1, 1.0)
    """
    edges = _Edges(np.asarray(faces, np.int64), len(vertices))
    labels, areas = edges.parts, face_areas(vertices, faces)
    sizes = np.bincount(labels, areas) if len(labels) else np.zeros(1)
    watertight = bool(len(faces)) and edges.open == edges.crowded == 0 and edges.turn_alike
    return Soundness(
        faces=len(faces),
        open_edges=edges.open,
        crowded_edges=edges.crowded,
        watertight=watertight,
        manifold=watertight and edges.one_fan_each,
        volume=volume(vertices, faces),
        parts=len(sizes) if len(labels) else 0,
        largest=float(sizes.max() / sizes.sum()) if sizes.sum() else 0.0,
    )


class _Edges:
    """The edges of faces: which are alike, and what hangs together by them. A half-edge is one side of a face."""

    def __init__(self, faces: Faces, vertices: int) -> None:
        self.faces = faces
        self.starts, self.ends = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
        keys = np.minimum(self.starts, self.ends) * vertices + np.maximum(self.starts, self.ends)
        self.order = np.argsort(keys)
        ordered = keys[self.order]
        self.first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(keys)])
        self.counts = np.diff(np.r_[self.first, len(keys)])

    @property
    def open(self) -> int:
        return int((self.counts == 1).sum())

    @property
    def crowded(self) -> int:
        return int((self.counts > 2).sum())

    @cached_property
    def pairs(self) -> tuple[Faces, Faces]:
        """The half-edges that meet in one edge: each with the next of the same edge."""
        inner = np.ones(len(self.order), dtype=bool)
        inner[self.first] = False
        places = np.flatnonzero(inner)
        return self.order[places - 1], self.order[places]

    @property
    def turn_alike(self) -> bool:
        left, right = self.pairs
        return bool((self.starts[left] == self.ends[right]).all())

    @property
    def parts(self) -> NDArray[np.int32]:
        left, right = self.pairs
        return _components(left // 3, right // 3, len(self.faces))[1]

    @property
    def one_fan_each(self) -> bool:
        """Whether there are as many fans of corners, joined across edges, as vertices in use."""
        left, right = self.pairs
        following = np.arange(self.faces.size).reshape(-1, 3)[:, [1, 2, 0]].ravel()
        fans, _ = _components(np.r_[left, following[left]], np.r_[following[right], right], self.faces.size)
        return fans == len(np.unique(self.faces))


def _components(left: Faces, right: Faces, count: int) -> tuple[int, NDArray[np.int32]]:
    links = coo_matrix((np.ones(len(left), dtype=np.int8), (left, right)), shape=(count, count))
    return connected_components(links, directed=False)


def face_areas(vertices: Vertices, faces: Faces) -> Vertices:
    """Return the area of each face. Shapes: (vertices, 3), (faces, 3) -> (faces,)."""
    return np.linalg.norm(face_normals(vertices, faces), axis=1) / 2


def face_normals(vertices: Vertices, faces: Faces) -> Vertices:
    """Return the normal of each face, twice as long as the face is large. Shapes: ..., (faces, 3) -> (faces, 3)."""
    first, second, third = vertices[faces].transpose(1, 0, 2)
    return np.cross(second - first, third - first)


def volume(vertices: Vertices, faces: Faces) -> float:
    """Return the volume that a closed mesh encloses: the sum of tetrahedra between its faces and its middle."""
    if not len(faces):
        return 0.0
    first, second, third = (vertices - vertices.mean(0))[faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", first, np.cross(second, third)) / 6)


def wall_thickness(vertices: Vertices, faces: Faces, *, rays: int = RAYS, seed: int = 0) -> Vertices:
    """Return how far it is through the solid, straight inwards, from places spread evenly over its surface.

    The mesh must be solid. manifold3d casts the rays; the least of them is an upper bound of the thinnest wall.

    Shapes: (vertices, 3), (faces, 3) -> (up to `rays`,).
    """
    places, normals = scattered(vertices, faces, rays, seed=seed)
    solid, reach = as_manifold(vertices, faces), float(np.ptp(vertices, axis=0).sum())
    skin = 1e-6 * reach
    found = [solid.ray_cast(place - skin * out, place - reach * out) for place, out in zip(places, normals, strict=True)]
    return np.array([hits[0].distance * (reach - skin) + skin for hits in found if hits])


def scattered(vertices: Vertices, faces: Faces, count: int, *, seed: int = 0) -> tuple[Vertices, Vertices]:
    """Draw places of a surface, each part of it as likely as its area, and the unit normals there.

    Shapes: (vertices, 3), (faces, 3) -> (count, 3), (count, 3).
    """
    chance = np.random.default_rng(seed)
    normals = face_normals(vertices, faces)
    areas = np.linalg.norm(normals, axis=1)
    chosen = chance.choice(len(faces), count, p=areas / areas.sum())
    u, v = chance.random((2, count, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    first, second, third = vertices[faces[chosen]].transpose(1, 0, 2)
    return first + u * (second - first) + v * (third - first), normals[chosen] / areas[chosen, None]


def as_manifold(vertices: Vertices, faces: Faces) -> Any:
    """Return the mesh as a `manifold3d.Manifold`; ask its `status()` whether it took it."""
    from manifold3d import Manifold, Mesh64

    return Manifold(Mesh64(np.ascontiguousarray(vertices), np.ascontiguousarray(faces, dtype=np.uint64)))
