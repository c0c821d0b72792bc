"""Whether a mesh bounds a solid: holes, edges, volume, parts, and how thin its walls are."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from gdl_3d.shape import Shape
from gdl_3d.surface import spread
from gdl_core.errors import RepresentationError

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

    @property
    def fault(self) -> str | None:
        """What keeps the mesh from bounding a solid, in words; None if nothing does."""
        faults = (
            (self.open_edges, f"{self.open_edges:,} edges have one face only"),
            (self.crowded_edges, f"{self.crowded_edges:,} edges have more than two faces"),
            (not self.watertight, "neighbouring faces turn different ways"),
            (not self.manifold, "faces touch in a vertex without sharing an edge"),
            (self.volume <= 0, "it is inside out, or encloses nothing"),
        )
        return next((words for wrong, words in faults if wrong), None)

    def facts(self) -> dict[str, Any]:
        """Describe what was found as JSON values."""
        return {**asdict(self), "solid": self.solid, "fault": self.fault}


def soundness(shape: Shape) -> Soundness:
    """Find whether a mesh bounds a solid. Where edges are open, vertices at one place are first made one.

    Raises:
        RepresentationError: The shape is a cloud of points, or has no face.

    Example:
        >>> corners = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
        >>> found = soundness(Shape(corners, [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]))
        >>> found.solid, found.parts, round(6 * found.volume, 6)
        (True, 1, 1.0)
    """
    vertices, faces, edges = _joined(shape)
    labels, areas = edges.parts, face_areas(vertices, faces)
    sizes = np.bincount(labels, areas)
    watertight = edges.open == edges.crowded == 0 and edges.turn_alike
    return Soundness(
        faces=len(faces),
        open_edges=edges.open,
        crowded_edges=edges.crowded,
        watertight=watertight,
        manifold=watertight and edges.one_fan_each,
        volume=volume(vertices, faces),
        parts=len(sizes),
        largest=float(sizes.max() / sizes.sum()) if sizes.sum() else 0.0,
    )


def _joined(shape: Shape) -> tuple[Vertices, Faces, "_Edges"]:
    """Return vertices, faces and edges, welded where that is needed."""
    if shape.faces is None or not len(shape.faces):
        raise RepresentationError("a cloud of points has no surface to check; give a mesh")
    edges = _Edges(shape.faces, len(shape.vertices))
    if not edges.open:
        return shape.vertices, shape.faces, edges
    welded = weld(shape)
    assert welded.faces is not None
    return welded.vertices, welded.faces, _Edges(welded.faces, len(welded.vertices))


def weld(shape: Shape) -> Shape:
    """Return the mesh with one vertex at each place; faces that had two corners at one place are left out.

    Example:
        >>> weld(Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 0], [0, 0, 1]], [[0, 1, 2], [4, 3, 5]]))
        Shape(4 vertices, 2 faces)
    """
    vertices, places = np.unique(shape.vertices, axis=0, return_inverse=True)
    faces = places.reshape(-1)[shape.faces]
    return Shape(vertices, faces[(faces != np.roll(faces, 1, axis=1)).all(1)])


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


def wall_thickness(shape: Shape, *, rays: int = RAYS) -> Vertices:
    """Return how far it is through the solid, straight inwards, from places spread evenly over its surface.

    manifold3d casts the rays. The least of them is an upper bound of the thinnest wall.

    Shapes: -> (up to `rays`,).

    Raises:
        RepresentationError: The mesh bounds no solid.
    """
    body, reach = solid_body(shape), float(np.ptp(shape.vertices, axis=0).sum())
    skin = 1e-6 * reach
    places = zip(*spread(shape, rays), strict=True)
    found = [body.ray_cast(place - skin * out, place - reach * out) for place, out in places]
    return np.array([hits[0].distance * (reach - skin) + skin for hits in found if hits])


def simplified(shape: Shape, faces: int) -> Shape:
    """Return the solid with as many faces as can be, and at most so many; it stays watertight.

    manifold3d moves surfaces by less than a tolerance, the least that leaves so few faces.

    Raises:
        RepresentationError: The mesh bounds no solid, or vanishes before it has so few faces.

    Example:
        >>> import trimesh
        >>> ball = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=3))
        >>> simple = simplified(ball, 200)
        >>> 100 < len(simple.faces) <= 200, soundness(simple).solid
        (True, True)
    """
    body, reach = solid_body(shape), float(np.ptp(shape.vertices, axis=0).max())
    best, low, high = body, 1e-9, 1.0
    if body.num_tri() > faces:
        best = None
        for _ in range(_HALVINGS):
            middle = (low * high) ** 0.5
            tried = body.simplify(middle * reach)
            if tried.num_tri() > faces:
                low = middle
            else:
                high, best = middle, tried if tried.num_tri() else best
    if best is None:
        raise RepresentationError(f"the shape vanishes before it has {faces:,} faces or fewer; ask for more")
    mesh = best.to_mesh64()
    return Shape(mesh.vert_properties[:, :3], mesh.tri_verts.astype(np.int64))


_HALVINGS = 24


def solid_body(shape: Shape) -> Any:
    """Return a mesh as a `manifold3d.Manifold`.

    Raises:
        RepresentationError: The mesh bounds no solid; says what is wrong with it.
    """
    from manifold3d import Error, Manifold, Mesh64

    found = soundness(shape)
    if not found.solid:
        raise RepresentationError(f"the mesh bounds no solid: {found.fault}; `gdl 3d convert --closed` makes it one")
    vertices, faces, _ = _joined(shape)
    body = Manifold(Mesh64(np.array(vertices), np.array(faces, dtype=np.uint64)))
    if body.status() != Error.NoError:
        raise RepresentationError(f"manifold3d takes the mesh for no solid ({body.status().name})")
    return body
