"""A shape as the tokens of its mesh: vertices, then faces."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_3d.mending import mended
from gdl_3d.representations.placing import placed
from gdl_3d.shape import Integers, Shape, checked
from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Tokens


class MeshTokens(Representation):
    """Vertices on a lattice, lowest first, then triangles that name them, after PolyGen (arXiv:2002.10880).

    Tokens 0 to `levels` - 1 are coordinates in the order y, z, x; `levels` ends the vertices; those above it name a
    vertex. Each triangle begins with its first vertex, triangles are sorted, and where vertices fall together, so do
    they; a triangle of no size is left out. A mesh of more than `faces` triangles is coarsened: its vertices are moved
    to the centres of larger cells, until few enough triangles are left. What is no such text is refused; what is a
    mesh comes back mended: no face comes twice, neighbours turn alike, small holes are filled (`gdl_3d.mending`).

    Example:
        >>> import trimesh
        >>> tokens = MeshTokens()
        >>> box = tokens.encode(Shape.from_trimesh(trimesh.creation.box()))
        >>> len(box), box[:4].tolist()
        (61, [0, 0, 0, 0])
        >>> tokens.decode(box)
        Shape(8 vertices, 12 faces)
    """

    name = "mesh"
    loses = "place, size, order, vertices in no face, details finer than the lattice, and faults that can be mended"

    def __init__(self, levels: int = 64, *, faces: int = 400) -> None:
        if not (4 <= levels <= 1024 and 4 <= faces <= 4000):
            raise UsageError(f"{levels} levels and {faces} faces cannot be; choose 4 to 1024, and 4 to 4000")
        self.levels, self.faces = levels, faces
        self.vertices = faces + 2  # a closed surface of one piece has about half as many
        self.space = Tokens(levels + 1 + self.vertices, 3 * self.vertices + 1 + 3 * faces)

    def encode(self, object: Any) -> Tensor:
        if checked(object).is_cloud:
            raise RepresentationError("a cloud of points has no faces to name; give a mesh")
        shape = placed(object, 0, self.levels - 1)
        assert shape.faces is not None
        for step in _steps(self.levels):
            coarse = _snapped(shape.vertices, step, self.levels)
            vertices, faces = _sorted(coarse, shape.faces)
            if len(faces) <= self.faces and len(vertices) <= self.vertices:
                break
        if not len(faces):
            raise RepresentationError(f"nothing is left of the shape with {self.faces} faces; allow for more")
        named = faces.ravel() + self.levels + 1
        return torch.from_numpy(np.concatenate([vertices.ravel(), [self.levels], named]))

    def decode(self, sample: Tensor) -> Shape:
        """Return the mesh that the tokens describe, mended, between -0.5 and 0.5.

        Raises:
            RepresentationError: The tokens are no vertices and faces, or a face names a vertex that is not there.
        """
        tokens = sample.numpy()
        ends = np.flatnonzero(tokens == self.levels)
        if len(ends) != 1:
            raise RepresentationError(f"the end of the vertices stands {len(ends)} times among the tokens, not once")
        places, named = tokens[: ends[0]], tokens[ends[0] + 1 :] - self.levels - 1
        if len(places) % 3 or len(named) % 3 or (places > self.levels).any() or (named < 0).any():
            raise RepresentationError("the tokens are not three for each vertex and three for each face")
        if len(named) and named.max() * 3 >= len(places):
            raise RepresentationError(f"a face names vertex {named.max()} of {len(places) // 3}")
        vertices, faces = _sorted(places.reshape(-1, 3), named.reshape(-1, 3))
        if not len(faces):
            raise RepresentationError("no face of the mesh has a size")
        whole = mended(Shape(vertices[:, [2, 0, 1]], faces))
        assert whole.faces is not None
        vertices, faces = _sorted(whole.vertices[:, [1, 2, 0]].astype(np.int64), whole.faces)
        return Shape(vertices[:, [2, 0, 1]] / (self.levels - 1) - 0.5, faces)

    def to_config(self) -> dict[str, Any]:
        return {"levels": self.levels, "faces": self.faces}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def _steps(levels: int) -> list[float]:
    """Return how coarse the lattice may become, from its own step on, each a quarter more than the one before."""
    return [float(step) for step in 1.25 ** np.arange(int(np.log(levels / 2) / np.log(1.25)) + 1)]


def _snapped(vertices: Any, step: float, levels: int) -> Integers:
    """Move vertices to the centres of cells so large, on the lattice; the axes become y, z, x."""
    coarse = np.rint(np.rint(vertices / step) * step)
    return np.asarray(coarse.clip(0, levels - 1), np.int64)[:, [1, 2, 0]]


def _sorted(vertices: Integers, faces: Integers) -> tuple[Integers, Integers]:
    """Sort vertices and faces, join what falls together, and leave out what has no size or is not used."""
    together, number = np.unique(vertices, axis=0, return_inverse=True)
    faces = number.reshape(-1)[faces]
    corners = together[faces]
    flat = ~np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]).any(1)
    faces = faces[~flat]
    first = (faces.argmin(1, keepdims=True) + np.arange(3)) % 3 if len(faces) else np.zeros((0, 3), np.int64)
    faces = np.unique(np.take_along_axis(faces, first, 1), axis=0)
    used, faces = np.unique(faces, return_inverse=True)
    return together[used], faces.reshape(-1, 3)
