"""What a shape holds, refuses and equals."""

import numpy as np
import pytest
import trimesh

from gdl_3d.shape import Shape, checked, identity
from gdl_core.errors import RepresentationError

TRIANGLE = Shape([[0, 0, 0], [1, 0, 0], [0, 2, 0]], [[0, 1, 2]])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([[0, 0]],), r"vertices have the shape \(n, 3\), not \(1, 2\)"),
        (([[0, 0, float("nan")]],), "not finite"),
        (([[0, 0, 1e200]],), "too large"),
        (([[0, 0, 0]], [[0, 0, 1]]), r"face 0 names the vertices \[0, 0, 1\], and there are 1"),
        (([[0, 0, 0]], [[0, 0, -1]]), "face 0 names"),
        (([[0, 0, 0]], None, [[1, 0, 0], [1, 0, 0]]), "one for each"),
        (([[0, 0, 0]], [[0, 0, 0]], [[1, 0, 0]]), "points of a cloud"),
    ],
)
def test_arrays_that_are_no_shape_are_refused(arrays, message):
    with pytest.raises(RepresentationError, match=message):
        Shape(*arrays)


def test_a_shape_cannot_be_changed_and_does_not_follow_what_it_was_made_of():
    vertices = np.zeros((1, 3))
    shape = Shape(vertices)
    vertices += 1
    assert (shape.vertices == 0).all()
    with pytest.raises(ValueError, match="read-only"):
        shape.vertices[0] = 1


def test_equal_numbers_make_equal_shapes_and_a_cloud_is_no_mesh():
    again = Shape(TRIANGLE.vertices, TRIANGLE.faces)
    assert again == TRIANGLE and hash(again) == hash(TRIANGLE) and identity(again) == identity(TRIANGLE)
    assert Shape(TRIANGLE.vertices) != TRIANGLE != TRIANGLE.scaled(2)
    assert len({identity(Shape(TRIANGLE.vertices)), identity(TRIANGLE), identity(TRIANGLE.scaled(2))}) == 3


def test_a_shape_is_as_tall_as_is_asked_and_keeps_its_proportions():
    assert TRIANGLE.tall(50).extents.tolist() == [25, 50, 0]
    with pytest.raises(RepresentationError, match="the shape is flat"):
        Shape([[0, 0, 0], [1, 0, 1]]).tall(50)


def test_trimesh_gives_back_what_it_was_given_and_a_scene_becomes_one_mesh():
    assert Shape.from_trimesh(TRIANGLE.to_trimesh()) == TRIANGLE
    assert Shape.from_trimesh(Shape(TRIANGLE.vertices).to_trimesh()) == Shape(TRIANGLE.vertices)
    scene = trimesh.Scene([trimesh.creation.box(), trimesh.creation.box()])
    assert len(Shape.from_trimesh(scene).faces) == 24


def test_what_is_no_shape_or_an_empty_one_is_refused():
    with pytest.raises(RepresentationError, match="is no Shape"):
        checked("chair.obj")
    for empty in (Shape([]), Shape([[0, 0, 0]], [])):
        with pytest.raises(RepresentationError, match="empty"):
            checked(empty)
        assert (empty.extents == 0).all()
