"""Grids and turntables as files."""

from io import BytesIO

import numpy as np
import pytest
import trimesh
from PIL import Image

from gdl_3d.draw import CELL, grid, save_turntable
from gdl_3d.shape import Shape
from gdl_core.errors import UsageError

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))


def test_a_grid_holds_a_picture_of_each_shape_and_its_legend():
    svg = grid([BOX, Shape(BOX.vertices), None], columns=2, legends=["a <box>", "points", "nothing"])
    assert svg.count("data:image/png;base64,") == 2
    assert "a &lt;box&gt;" in svg and "no shape" in svg
    assert f'width="{2 * CELL}"' in svg


def test_the_same_shapes_give_the_same_picture():
    assert grid([BOX]) == grid([BOX])


def test_a_grid_is_a_png_where_that_is_asked():
    picture = Image.open(BytesIO(grid([BOX, None, BOX], columns=2, format="png")))
    assert picture.size == (2 * CELL, 2 * CELL)


def test_what_does_not_fit_is_refused():
    with pytest.raises(UsageError, match="2 legends for 1 shapes"):
        grid([BOX], legends=["a", "b"])
    with pytest.raises(UsageError, match="at least one column"):
        grid([BOX], columns=0)
    with pytest.raises(UsageError, match="a .gif or a .png"):
        save_turntable(BOX, "box.jpg")


def test_a_turntable_is_a_gif_that_turns_for_ever(tmp_path):
    with Image.open(save_turntable(BOX, tmp_path / "box.gif", frames=5, size=32)) as picture:
        assert (picture.n_frames, picture.info["loop"], picture.size) == (5, 0, (32, 32))


def test_a_turntable_is_a_sheet_of_rows_of_eight(tmp_path):
    with Image.open(save_turntable(BOX, tmp_path / "box.png", frames=10, size=32)) as picture:
        assert picture.size == (8 * 32, 2 * 32)
        assert (np.asarray(picture)[33:, 65:] == 255).all()
