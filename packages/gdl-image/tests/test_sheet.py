"""Where each picture of a sheet stands, and how large."""

import numpy as np
import pytest

from gdl_image.sheet import columns_for, enlarged, sheet

LEVELS = np.arange(7, dtype=np.uint8)[:, None, None, None] * np.ones((1, 64, 64, 1), np.uint8)


def test_pictures_stand_in_rows_from_left_to_right():
    whole = sheet(LEVELS, columns=3)
    assert whole.shape == (3 * 64 + 2 * 2, 3 * 64 + 2 * 2, 1)
    assert [int(whole[place // 3 * 66 + 9, place % 3 * 66 + 9, 0]) for place in range(9)] == [*range(7), 255, 255]


def test_what_is_none_leaves_its_place_white_and_between_pictures_is_white():
    whole = sheet([LEVELS[0], None, LEVELS[1]])
    assert (whole[:, 66:130] == 255).all() and (whole[:, 64:66] == 255).all()
    assert (whole[:, 132:] == 1).all()


def test_one_colour_makes_a_sheet_of_colours_on_which_gray_stays_gray():
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    whole = sheet([red, LEVELS[5]])
    assert whole[0, 0].tolist() == [200, 0, 0] and whole[0, 66].tolist() == [5, 5, 5]


def test_what_is_transparent_shows_the_white():
    assert (sheet([np.zeros((64, 64, 4), np.uint8)]) == 255).all()


def test_a_smaller_picture_stands_in_the_middle_of_its_place():
    whole = sheet([LEVELS[0], LEVELS[0, :32, :16]])
    assert np.argwhere(whole[:, 66:, 0] == 0).min(0).tolist() == [16, 24]
    assert (whole[:, 66:] == 0).sum() == 32 * 16


def test_no_pictures_make_a_white_sheet():
    assert (sheet([]) == 255).all()


@pytest.mark.parametrize(("count", "columns"), [(0, 1), (1, 1), (10, 10), (11, 4), (100, 10)])
def test_up_to_ten_stand_in_one_row_and_more_in_a_square(count, columns):
    assert columns_for(count) == columns


def test_an_enlarged_pixel_is_a_square():
    assert enlarged(np.uint8([[[1], [2]]]), 2)[..., 0].tolist() == [[1, 1, 2, 2], [1, 1, 2, 2]]
