"""A shape as a set of points on its surface."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gdl_3d.representations.placing import placed
from gdl_3d.shape import Shape
from gdl_3d.surface import farthest, spread
from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Points


class SurfacePoints(Representation):
    """Points spread evenly over the surface, in the cube from -1 to 1, with their normals if asked for.

    The same shape gives the same points. A cloud that has at least as many points is thinned. Back comes a cloud.

    Example:
        >>> import trimesh
        >>> points = SurfacePoints(count=64, normals=True)
        >>> points.encode(Shape.from_trimesh(trimesh.creation.box())).shape
        torch.Size([64, 6])
    """

    name = "points"
    loses = "place, size, and how the points hang together: what comes back is a cloud"

    def __init__(self, count: int = 512, *, normals: bool = False) -> None:
        if not 4 <= count <= 1 << 16:
            raise UsageError(f"{count} points cannot stand for a shape; choose 4 to {1 << 16:,}")
        self.count, self.normals = count, normals
        self.space = Points(count, 6 if normals else 3, variable=False)

    def encode(self, object: Any) -> Tensor:
        shape = placed(object, -1, 1)
        points, normals = self._cloud(shape) if shape.is_cloud else spread(shape, self.count)
        if self.normals and normals is None:
            raise RepresentationError("the cloud has no normals; give a mesh, or a cloud that has them")
        columns = [points, normals] if self.normals else [points]
        return torch.from_numpy(np.concatenate(columns, 1).astype(np.float32))

    def _cloud(self, shape: Shape) -> tuple[Any, Any]:
        if len(shape.vertices) < self.count:
            raise RepresentationError(f"the cloud has {len(shape.vertices)} points, and {self.count} are asked for")
        kept = farthest(shape.vertices, self.count)
        return shape.vertices[kept], None if shape.normals is None else shape.normals[kept]

    def decode(self, sample: Tensor) -> Shape:
        """Return the cloud; normals are made one long.

        Raises:
            RepresentationError: A number is not finite.
        """
        values = sample.numpy().astype(np.float64)
        if not self.normals:
            return Shape(values)
        length = np.linalg.norm(values[:, 3:], axis=1, keepdims=True)
        return Shape(values[:, :3], normals=values[:, 3:] / np.maximum(length, 1e-12))

    def to_config(self) -> dict[str, Any]:
        return {"count": self.count, "normals": self.normals}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)
