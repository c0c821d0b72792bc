"""A shape as a cube of distances to its surface."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_3d.representations.placing import checked_resolution, placed, unit
from gdl_3d.shape import Floats, Shape
from gdl_3d.solids import walled
from gdl_3d.surface import cover
from gdl_core.representation import Representation
from gdl_core.spaces import Grid

MARGIN = 1.0
"""Cells between the longest side of a shape and the ends of the cube: room for walls."""

_LEVELS = 256
_SPACING = 0.25


class Distance(Representation):
    """How far the centre of each cell is from the surface, without a sign, cut off at `reach` cells; 256 levels.

    The distance is that to the nearest of points that cover the surface a quarter of a cell apart: never below the
    true one, and above it by 0.18 cells at most, at the surface itself. Back comes the solid whose walls are where it
    is below 0.9 cells: closed, without parts below a twentieth of the largest, centred at 0.

    Example:
        >>> import trimesh
        >>> distances = Distance(resolution=16)
        >>> sample = distances.encode(Shape.from_trimesh(trimesh.creation.icosphere()))
        >>> sample.shape, int(sample.max())
        (torch.Size([1, 16, 16, 16]), 255)
        >>> distances.decode(sample).to_trimesh().is_watertight
        True
    """

    name = "distance"
    loses = "place, size, hollows, whatever is finer than a cell, and walls grow by 0.9 cells to each side"

    def __init__(self, resolution: int = 32, *, reach: float = 3.0) -> None:
        self.resolution, self.reach = checked_resolution(resolution), reach
        self.space = Grid(1, (resolution,) * 3, levels=_LEVELS)

    def encode(self, object: Any) -> Tensor:
        shape = placed(object, MARGIN, self.resolution - MARGIN)
        found = distances(shape, self.resolution, self.reach)
        return torch.from_numpy(np.rint(found / self.reach * (_LEVELS - 1)).astype(np.int64))[None]

    def decode(self, sample: Tensor) -> Shape:
        """Return the closed surface of the walls and of what they enclose.

        Raises:
            RepresentationError: No cell is near a surface.
        """
        solid = walled(sample[0].numpy() * (self.reach / (_LEVELS - 1)))
        return Shape(unit(solid.vertices, self.resolution), solid.faces)

    def to_config(self) -> dict[str, Any]:
        return {"resolution": self.resolution, "reach": self.reach}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


def distances(shape: Shape, resolution: int, reach: float) -> Floats:
    """Return how far the centre of each cell is from a shape that stands in the cube from 0 to `resolution`.

    Distances above `reach` are cut off. Only cells near the surface are asked for.
    """
    from scipy.ndimage import binary_dilation
    from scipy.spatial import cKDTree

    points = np.concatenate(list(cover(shape, _SPACING)))
    _, first = np.unique(np.floor(points / (_SPACING / 2)).astype(np.int64) @ _KEY, return_index=True)
    points = points[first]
    near = np.zeros((resolution,) * 3, bool)
    near[tuple(np.floor(points).astype(np.int64).clip(0, resolution - 1).T)] = True
    near = binary_dilation(near, np.ones((3, 3, 3), bool), iterations=int(np.ceil(reach)) + 1)
    cells = np.argwhere(near)
    found = np.full((resolution,) * 3, float(reach))
    asked, _ = cKDTree(points, compact_nodes=False, balanced_tree=False).query(cells + 0.5, distance_upper_bound=reach)
    found[near] = np.minimum(asked, reach)
    return found


_KEY = np.array([1 << 40, 1 << 20, 1])
