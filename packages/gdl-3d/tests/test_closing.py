"""Any mesh and any cloud becomes a solid, where it stood."""

import numpy as np
import pytest
import trimesh

from gdl_3d.closing import closed
from gdl_3d.shape import Shape
from gdl_3d.soundness import soundness
from gdl_core.errors import RepresentationError

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))


def test_every_primitive_becomes_a_solid_that_is_larger_by_less_than_a_cell_and_a_half(shapes):
    for name, shape in shapes.items():
        solid = closed(shape, resolution=24)
        cell = shape.extents.max() / 22
        assert soundness(solid).solid, name
        grown = np.array([solid.vertices.max(0) - shape.vertices.max(0), shape.vertices.min(0) - solid.vertices.min(0)])
        assert grown.min() > 0.4 * cell and grown.max() < 1.5 * cell, name


@pytest.mark.parametrize("faces", [BOX.faces[2:], BOX.faces[:, ::-1], np.concatenate([BOX.faces, BOX.faces])])
def test_open_inverted_and_double_faces_make_no_difference_to_what_is_closed(faces):
    solid = closed(Shape(BOX.vertices, faces), resolution=16)
    assert soundness(solid).solid and solid.extents == pytest.approx(closed(BOX, resolution=16).extents, rel=0.1)


def test_a_cloud_on_a_ball_becomes_a_body_without_holes_though_cells_are_finer_than_it():
    points = np.random.default_rng(0).normal(size=(400, 3))
    solid = closed(Shape(points / np.linalg.norm(points, axis=1, keepdims=True)), resolution=64)
    found = soundness(solid)
    assert found.solid and found.parts == 1 and found.volume > 4


def test_a_shape_stays_where_it_stood_and_as_large():
    moved = Shape(BOX.vertices * 1e3 + [5e3, 0, -2e3], BOX.faces)
    solid = closed(moved, resolution=16)
    assert solid.vertices.mean(0) == pytest.approx([5e3, 0, -2e3], abs=200)


@pytest.mark.parametrize("shape", [Shape([]), Shape([[1, 2, 3]]), Shape([[1, 2, 3]] * 5)])
def test_what_has_no_size_is_refused(shape):
    with pytest.raises(RepresentationError):
        closed(shape)
