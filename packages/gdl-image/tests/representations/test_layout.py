"""Pictures of any size come to one, by a stated rule, and what a layout cannot be is refused."""

import numpy as np
import pytest

from gdl_core.errors import RepresentationError, UsageError
from gdl_image.representations import Layout
from gdl_image.representations.layout import size_of

RAMP = np.broadcast_to(np.arange(0, 240, 8, dtype=np.uint8)[None, :, None], (10, 30, 1))
"""Levels rise from left to right."""


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 20_000, 3), (20_000, 1, 1), (9, 31, 4)])
def test_every_picture_comes_to_the_size_and_colour(resize, shape):
    for channels in (1, 3, 4):
        assert Layout(6, 5, channels, resize).apply(np.zeros(shape, np.uint8)).shape == (6, 5, channels)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch", "refuse"])
def test_a_picture_of_that_form_comes_back_as_it_is(resize):
    assert Layout(10, 30, 1, resize).apply(RAMP) is RAMP


def test_cropping_takes_the_middle_padding_keeps_all_and_stretching_too():
    crop, pad, stretch = (Layout(10, 10, 1, resize).apply(RAMP)[..., 0] for resize in ("crop", "pad", "stretch"))
    assert np.array_equal(crop, RAMP[:, 10:20, 0])
    assert (pad[:3] == 255).all() and (pad[7:] == 255).all()
    assert np.allclose(pad[3:6], stretch[3:6], atol=2)
    assert stretch[0, 0] < 16 and stretch[0, -1] > 215 and (np.diff(stretch[0].astype(int)) > 0).all()


def test_what_is_padded_onto_transparency_stays_transparent():
    padded = Layout(4, 4, 4, "pad").apply(np.zeros((2, 4, 3), np.uint8))
    assert padded[:, 0, 3].tolist() == [0, 255, 255, 0]


def test_the_data_decide_what_is_not_given():
    small, large, red = np.zeros((9, 8, 1), np.uint8), np.zeros((65, 8, 1), np.uint8), np.zeros((9, 8, 3), np.uint8)

    def decided(*pictures, size=None, channels=None):
        layout = Layout.decided(pictures, size=size, channels=channels)
        return layout.size, layout.channels

    assert decided(small, small, None, "text") == ((9, 8), 1)
    assert decided(small, red, red) == ((9, 8), 3)
    assert decided(small, large) == decided(large) == ((32, 32), 1)
    assert decided(red, size=(4, 5), channels=1) == decided(size=(4, 5), channels=1) == ((4, 5), 1)
    with pytest.raises(RepresentationError, match="no picture to decide"):
        decided(None, size=(4, 5))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"height": 0}, "each side has 1 to 4,096"),
        ({"width": 5000}, "each side has 1 to 4,096"),
        ({"resize": "corp"}, "did you mean 'crop'"),
        ({"background": -1}, "gray level"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(given, words):
    with pytest.raises(UsageError, match=words):
        Layout(**{"height": 4, "width": 4, "channels": 1, **given})


@pytest.mark.parametrize("text", ["four", "3x4x5", "3x", [], {}, 2.5])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(UsageError, match="is no size; write it like 32 or 32x48"):
        size_of(text)
