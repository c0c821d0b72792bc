"""A shape as a cube of cells that are filled or empty."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_3d.representations.placing import checked_resolution, placed, unit
from gdl_3d.shape import Shape
from gdl_3d.solids import filled, solid_of
from gdl_3d.surface import cover
from gdl_core.representation import Representation
from gdl_core.spaces import Grid

_SPACING = 0.5  # cells; what is missed is less than a corner that a surface cuts off


class Occupancy(Representation):
    """Cells on x, y and z that the shape touches or encloses. The longest side of a shape spans the whole cube.

    A cell is filled where the surface passes through it, or where it cannot be reached from outside: so no sign of a
    mesh is trusted, closed ones are solid, and open ones are sheets. Back comes the surface of the filled cells,
    closed, without parts below a twentieth of the largest, its longest side about 1, centred at 0.

    Example:
        >>> import trimesh
        >>> cells = Occupancy(resolution=8)
        >>> sample = cells.encode(Shape.from_trimesh(trimesh.creation.box()))
        >>> sample.shape, int(sample.sum())
        (torch.Size([1, 8, 8, 8]), 512)
        >>> cells.decode(sample).to_trimesh().is_watertight
        True
    """

    name = "occupancy"
    loses = "place, size, hollows, whatever is finer than a cell, and parts below a twentieth of the largest"

    def __init__(self, resolution: int = 32) -> None:
        self.resolution = checked_resolution(resolution)
        self.space = Grid(1, (resolution,) * 3, levels=2)

    def encode(self, object: Any) -> Tensor:
        shape, most = placed(object, 0, self.resolution), self.resolution - 1
        cells = np.zeros((self.resolution,) * 3, bool)
        for points in cover(shape, _SPACING):
            cells[tuple(np.floor(points).astype(np.int64).clip(0, most).T)] = True
        return torch.from_numpy(filled(cells))[None].long()

    def decode(self, sample: Tensor) -> Shape:
        """Return the closed surface of the filled cells.

        Raises:
            RepresentationError: No cell is filled.
        """
        solid = solid_of(0.5 - sample[0].numpy().astype(np.float32))
        return Shape(unit(solid.vertices, self.resolution), solid.faces)

    def to_config(self) -> dict[str, Any]:
        return {"resolution": self.resolution}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)
