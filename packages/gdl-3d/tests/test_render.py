"""Pictures without a display: where a shape is seen, what hides what, and that time is bounded."""

import numpy as np
import pytest
import trimesh

from gdl_3d.render import render, turntable

BALL = trimesh.creation.icosphere(subdivisions=3)
BOX = trimesh.creation.box((1, 1, 1))


def inked(picture):
    return (picture < 255).any(-1)


def test_a_ball_is_a_disc_in_the_middle_from_every_side():
    for angle in (0, 90, 200):
        ink = inked(render(BALL.vertices, BALL.faces, size=64, azimuth=angle))
        rows, columns = np.nonzero(ink)
        assert abs(rows.mean() - 31.5) < 0.6 and abs(columns.mean() - 31.5) < 0.6
        assert ink.mean() == pytest.approx(np.pi / 4 * 0.94**2, rel=0.06)


def test_the_nearer_shape_hides_the_other_whatever_the_order_of_faces():
    far = trimesh.creation.box((0.5, 0.5, 0.1)).apply_translation((0, 0, -1))
    near = trimesh.creation.box((1, 1, 0.1)).apply_translation((0, 0, 1))
    pictures = [
        render(both.vertices, both.faces, size=48, azimuth=0, elevation=0)
        for both in (trimesh.util.concatenate([near, far]), trimesh.util.concatenate([far, near]))
    ]
    alone = render(np.concatenate([near.vertices, far.vertices]), near.faces, size=48, azimuth=0, elevation=0)
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == alone).all()


def test_up_is_up_and_the_top_is_lighter_than_the_bottom():
    picture = render(BALL.vertices, BALL.faces, size=64).astype(int)
    assert picture[12, 32].sum() > picture[52, 32].sum()
    high = np.concatenate([BOX.vertices * [1, 0.1, 1], [[0, 5, 0], [0.5, 5, 0], [0, 5, 0.5]]])
    faces = np.concatenate([BOX.faces, [[8, 9, 10]]])
    assert inked(render(high, faces, size=64))[-16:].sum() > inked(render(high, faces, size=64))[:16].sum()


def test_both_sides_of_a_face_are_seen():
    one, other = (render(BOX.vertices, faces, size=32) for faces in (BOX.faces, BOX.faces[:, ::-1]))
    assert inked(one).sum() == inked(other).sum() > 100


def test_a_cloud_is_drawn_as_balls_and_one_point_as_one():
    picture = render(np.zeros((1, 3)), size=200)
    assert inked(picture).sum() == pytest.approx(np.pi * (0.011 * 200 + 0.5) ** 2, rel=0.4)
    assert inked(render(BALL.vertices, size=64)).mean() > 0.3


@pytest.mark.parametrize("faces", [None, np.zeros((0, 3), np.int64)])
def test_an_empty_shape_is_white(faces):
    assert (render(np.zeros((0, 3)), faces, size=16) == 255).all()


def test_a_face_without_area_is_not_seen():
    assert (render(np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]]), np.array([[0, 1, 2]]), size=32) == 255).all()


def test_many_faces_that_cover_the_picture_are_drawn_coarser_and_not_for_ever(monkeypatch):
    monkeypatch.setattr("gdl_3d.render._MOST", 1 << 18)
    faces = np.tile(BOX.faces, (20, 1))
    picture = render(BOX.vertices, faces, size=256)
    assert picture.shape == (256, 256, 3) and inked(picture).mean() > 0.2


def test_a_turntable_comes_back_to_where_it_began():
    views = turntable(BOX.vertices * [1, 1, 3], BOX.faces, frames=4, size=32)
    assert len(views) == 4
    assert inked(views[0]).sum() == pytest.approx(inked(views[2]).sum(), rel=0.02)
    assert (views[0] != views[1]).any()
