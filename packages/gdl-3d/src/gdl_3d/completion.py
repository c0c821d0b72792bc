"""A part of a shape, as what a model of points is to keep while it draws the rest."""

import numpy as np
import torch

from gdl_3d.representations.points import SurfacePoints
from gdl_3d.shape import Shape
from gdl_core.errors import RepresentationError, UsageError
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_core.spaces import Batch

OUTSIDE = 1.05
"""No point of a shape in the cube from -1 to 1 is farther out along an axis."""


def known_points(pipeline: Pipeline, part: Shape) -> Given:
    """Return the points of a cloud as the first ones of every sample, their normals too where both have them.

    Raises:
        UsageError: The model speaks of no points, or knows fewer.
        RepresentationError: The part is a mesh, or lies outside the model's cube.
    """
    representation = pipeline.representation
    if not isinstance(representation, SurfacePoints):
        raise UsageError(f"the model speaks of {representation.name}, and completes no cloud; name a model of points")
    if not part.is_cloud:
        raise RepresentationError("the part is a mesh; give a cloud of points")
    if len(part.vertices) > representation.count:
        raise UsageError(
            f"{len(part.vertices):,} points are given, and a sample of the model has {representation.count:,}; "
            "give fewer"
        )
    if abs(part.vertices).max() > OUTSIDE:
        raise RepresentationError("the points lie outside the cube from -1 to 1 in which the model draws; scale them")
    values = torch.zeros(1, representation.count, 6 if representation.normals else 3)
    known = torch.zeros_like(values, dtype=torch.bool)
    told = [part.vertices] + ([part.normals] if representation.normals and part.normals is not None else [])
    numbers = np.concatenate(told, 1)
    values[0, : len(numbers), : numbers.shape[1]] = torch.from_numpy(numbers).float()
    known[0, : len(numbers), : numbers.shape[1]] = True
    return Given(Batch(values), (known,))
