"""A part of a cloud is kept while a model of points draws the rest."""

import numpy as np
import pytest

from gdl_3d.completion import known_points
from gdl_3d.domain import DOMAIN
from gdl_3d.representations.occupancy import Occupancy
from gdl_3d.representations.points import SurfacePoints
from gdl_3d.shape import Shape
from gdl_core.errors import RepresentationError, UsageError
from gdl_core.pairing import Design, build
from gdl_core.pipeline import Pipeline

PART = Shape(np.random.default_rng(0).uniform(-1, 1, size=(5, 3)))


def pipeline(representation, family="diffusion"):
    design = Design(family, representation.space)
    return Pipeline(DOMAIN, representation, build(design), design)


def test_the_part_stands_in_every_sample():
    model = pipeline(SurfacePoints(16))
    drawn = model.sample(3, seed=0, raw=True, given=known_points(model, PART), steps=2)
    assert len(drawn) == 3
    for shape in drawn:
        assert shape.vertices[:5] == pytest.approx(PART.vertices, abs=1e-6)
    assert not np.allclose(drawn[0].vertices[5:], drawn[1].vertices[5:])


def test_points_without_normals_leave_the_normals_open():
    known = known_points(pipeline(SurfacePoints(16, normals=True)), PART).known[0]
    assert known[0, :5, :3].all() and not known[0, :5, 3:].any() and not known[0, 5:].any()


def test_what_no_model_of_points_can_complete_is_refused():
    with pytest.raises(UsageError, match="speaks of occupancy"):
        known_points(pipeline(Occupancy(8), "vae"), PART)
    with pytest.raises(UsageError, match="5 points are given, and a sample of the model has 4"):
        known_points(pipeline(SurfacePoints(4)), PART)
    with pytest.raises(RepresentationError, match="outside the cube"):
        known_points(pipeline(SurfacePoints(16)), PART.scaled(9))
    with pytest.raises(RepresentationError, match="a mesh"):
        known_points(pipeline(SurfacePoints(16)), Shape(PART.vertices, [[0, 1, 2]]))
