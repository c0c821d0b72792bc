"""Checks of meshes: known bodies, each fault, and what is left after simplifying."""

import math

import numpy as np
import pytest
import trimesh

from gdl_3d.shape import Shape
from gdl_3d.soundness import simplified, soundness, wall_thickness, weld
from gdl_core.errors import RepresentationError

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))
BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=3))


def together(*shapes):
    starts = np.cumsum([0, *(len(shape.vertices) for shape in shapes)])
    faces = [shape.faces + start for shape, start in zip(shapes, starts, strict=False)]
    return Shape(np.concatenate([shape.vertices for shape in shapes]), np.concatenate(faces))


def moved(shape, *by):
    return Shape(shape.vertices + by, shape.faces)


def test_a_box_is_a_solid_of_its_volume():
    found = soundness(BOX)
    assert found.solid and found.fault is None
    assert (found.volume, found.parts, found.largest) == (pytest.approx(6), 1, 1)


def test_parts_are_counted_and_the_largest_is_weighed():
    small = Shape.from_trimesh(trimesh.creation.box((0.5, 0.5, 0.5)))
    found = soundness(together(BOX, moved(small, 9, 0, 0)))
    assert (found.parts, found.largest) == (2, pytest.approx(22 / 23.5))


@pytest.mark.parametrize(
    ("faces", "fault"),
    [
        (BOX.faces[1:], "3 edges have one face only"),
        (np.concatenate([BOX.faces, BOX.faces[:1]]), "3 edges have more than two faces"),
        (np.concatenate([BOX.faces[:1, ::-1], BOX.faces[1:]]), "turn different ways"),
        (BOX.faces[:, ::-1], "inside out"),
    ],
)
def test_each_fault_is_named(faces, fault):
    found = soundness(Shape(BOX.vertices, faces))
    assert not found.solid
    assert fault in found.fault


def test_two_bodies_that_share_a_corner_are_watertight_and_no_manifold():
    other = Shape(BOX.vertices + np.array([1, 2, 3]), BOX.faces)
    found = soundness(weld(together(BOX, other)))
    assert found.watertight and not found.manifold
    assert "vertex" in found.fault


def test_bodies_that_touch_without_sharing_a_vertex_are_two_solids():
    assert soundness(together(BOX, moved(BOX, 1, 2, 3))).solid


def test_corners_of_their_own_for_each_face_make_no_holes():
    loose = Shape(BOX.vertices[BOX.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert soundness(loose).solid
    assert len(weld(loose).vertices) == 8


def test_trimesh_is_of_the_same_mind():
    for mesh in (trimesh.creation.torus(1, 0.3), trimesh.creation.capsule(), trimesh.creation.annulus(0.5, 1, 1)):
        found = soundness(Shape.from_trimesh(mesh))
        assert (found.watertight, found.parts) == (mesh.is_watertight, mesh.body_count)
        assert found.volume == pytest.approx(mesh.volume)


def test_a_cloud_has_nothing_to_check():
    with pytest.raises(RepresentationError, match="cloud"):
        soundness(Shape([[0, 0, 0]]))


def test_walls_are_as_thick_as_they_are():
    assert wall_thickness(BOX).min() == pytest.approx(1)
    assert wall_thickness(BOX).max() == pytest.approx(3)
    hollow = together(BALL, Shape(BALL.vertices * 0.9, BALL.faces[:, ::-1]))
    assert np.median(wall_thickness(hollow)) == pytest.approx(0.1, rel=0.05)


def test_walls_of_a_mesh_with_holes_are_not_measured():
    with pytest.raises(RepresentationError, match="3 edges have one face only"):
        wall_thickness(Shape(BOX.vertices, BOX.faces[1:]))


@pytest.mark.parametrize("faces", [300, 60])
def test_a_simplified_ball_is_a_smaller_solid_of_almost_its_volume(faces):
    simple = simplified(BALL, faces)
    found = soundness(simple)
    assert found.solid and faces / 4 <= found.faces <= faces
    assert found.volume == pytest.approx(4 / 3 * math.pi, rel=0.5)


def test_what_has_few_faces_already_stays_as_it_is():
    assert soundness(simplified(BOX, 100)) == soundness(BOX)
