"""Pictures on a page: every pixel is there, legends are safe, and what is none says so."""

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import UsageError
from gdl_image.arrays import from_pillow
from gdl_image.draw import INVALID, grid

NOISE = np.random.default_rng(0).integers(0, 256, (3, 12, 9, 4), dtype=np.uint8)


def test_an_svg_holds_every_pixel_of_its_pictures():
    text = grid(NOISE)
    held = [base64.b64decode(code) for code in re.findall(r"base64,([^\"]+)", text)]
    assert np.array_equal([from_pillow(Image.open(io.BytesIO(data))) for data in held], NOISE)


def test_legends_are_escaped_and_shortened():
    root = ElementTree.fromstring(grid(NOISE[:2], legends=["<b>&", "x" * 50]))
    assert [node.text for node in root.iter() if node.tag.endswith("text")] == ["<b>&", "x" * 33 + "..."]


@pytest.mark.parametrize("count", [1, 20, 36])
def test_a_legend_finds_room_under_its_picture(count):
    text = grid(NOISE[:1], legends=["w" * count])
    (side,) = {int(found) for found in re.findall(r'<image [^>]*width="(\d+)"', text)}
    assert side >= 6 * count and side % 12 == 0


def test_the_page_is_as_wide_as_its_columns():
    size = [re.findall(r'width="(\d+)" height="(\d+)" viewBox', grid(NOISE, columns=columns)) for columns in (1, 3)]
    (narrow,), (wide,) = ([tuple(map(int, pair)) for pair in pairs] for pairs in size)
    assert narrow == wide[::-1]


def test_a_large_picture_is_made_small_enough_for_a_page():
    text = grid([np.zeros((1000, 500, 1), np.uint8)])
    data = base64.b64decode(re.findall(r"base64,([^\"]+)", text)[0])
    assert Image.open(io.BytesIO(data)).size == (128, 256)


def test_the_pixels_of_a_png_are_whole_squares():
    page = np.array(Image.open(io.BytesIO(grid([np.zeros((12, 12, 1), np.uint8)], format="png"))))
    assert page.shape == (104, 104, 3)
    assert (page[4:100, 4:100] == 0).all() and (page == 0).all(2).sum() == 96 * 96


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_nothing_and_what_is_no_picture_can_be_drawn(kind):
    assert grid([], format=kind) and grid([None, "a"], legends=["a", "b"], format=kind)
    assert grid([None, NOISE[0]]).count(INVALID) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"legends": ["a"]}, "1 legends for 3 pictures"),
        ({"columns": 0}, "at least one column"),
        ({"format": "jpg"}, "svg or png"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, words):
    with pytest.raises(UsageError, match=words):
        grid(NOISE, **options)
