"""Faults with one remedy are put right, and nothing else is touched."""

import numpy as np
import pytest
import trimesh

from gdl_3d.mending import mended
from gdl_3d.representations.mesh import MeshTokens
from gdl_3d.shape import Shape
from gdl_3d.soundness import soundness

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))
BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=2))
SHEETS = Shape(
    [[x, y, z] for z in (0, 1) for x in (0, 1) for y in (0, 1)], [[0, 1, 3], [0, 3, 2], [4, 5, 7], [4, 7, 6]]
)
FAULTS = {
    "a triangle is missing": BOX.faces[1:],
    "a side is missing": BOX.faces[2:],
    "a face is turned": np.concatenate([BOX.faces[:1, ::-1], BOX.faces[1:]]),
    "all faces are turned": BOX.faces[:, ::-1],
    "a face comes twice": np.concatenate([BOX.faces, BOX.faces[:1, [1, 2, 0]]]),
    "a face comes twice, once turned": np.concatenate([BOX.faces, BOX.faces[:1, ::-1]]),
    "a face has no size": np.concatenate([BOX.faces, [[0, 0, 1]]]),
    "a side is missing and a face turned": np.concatenate([BOX.faces[2:3, ::-1], BOX.faces[3:]]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_box_with_a_fault_is_a_solid_box_again(fault):
    found = soundness(mended(Shape(BOX.vertices, FAULTS[fault])))
    assert found.solid and found.faces == 12 and found.volume == pytest.approx(6)


def test_corners_of_their_own_for_each_face_become_one():
    loose = Shape(BOX.vertices[BOX.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert len(mended(loose).vertices) == 8 and soundness(mended(loose)).solid


@pytest.mark.parametrize("shape", [BOX, BALL, Shape(BOX.vertices)])
def test_what_has_no_fault_comes_back_as_it_is(shape):
    assert mended(shape) is shape


def test_a_hollow_stays_hollow():
    walls = np.concatenate([BALL.faces, BALL.faces[:, ::-1] + len(BALL.vertices)])
    hollow = Shape(np.concatenate([BALL.vertices, BALL.vertices * 0.5]), walls)
    opened = Shape(hollow.vertices, hollow.faces[1:])
    assert mended(opened).to_trimesh().volume == pytest.approx(hollow.to_trimesh().volume)


def test_sheets_stay_sheets_and_a_large_hole_stays_open():
    assert len(mended(SHEETS).faces) == 4
    bowl = Shape(BALL.vertices, BALL.faces[(BALL.vertices[BALL.faces][:, :, 1] < 0.1).all(1)])
    assert soundness(mended(bowl)).open_edges == soundness(bowl).open_edges > 4


@pytest.mark.parametrize("fault", FAULTS)
def test_to_mend_twice_is_to_mend_once(fault):
    once = mended(Shape(BOX.vertices, FAULTS[fault]))
    assert mended(once) == once


@pytest.mark.parametrize("fault", FAULTS)
def test_what_mesh_tokens_say_comes_back_mended_and_can_be_said_again(fault):
    tokens = MeshTokens(levels=33)
    back = tokens.decode(tokens.encode(Shape(BOX.vertices, FAULTS[fault])))
    assert soundness(back).solid
    assert tokens.decode(tokens.encode(back)) == back


def test_any_triangles_whatever_come_back_without_double_faces():
    chance = np.random.default_rng(0)
    for _ in range(20):
        shape = mended(Shape(chance.integers(0, 3, size=(12, 3)), chance.integers(0, 12, size=(40, 3))))
        corners = np.sort(shape.faces, axis=1)
        assert len(np.unique(corners, axis=0)) == len(corners)
        assert (corners[:, 0] != corners[:, 1]).all() and (corners[:, 1] != corners[:, 2]).all()
