"""Measures of single pictures: known answers, and what they do not depend on."""

import numpy as np
import pytest

from gdl_core.errors import RepresentationError
from gdl_image.measures import MEASURES, brightness, colourfulness, contrast, histograms, identity, numbers, sharpness

NOISE = np.random.default_rng(0).integers(0, 256, (16, 12, 3), dtype=np.uint8)
GRAY = NOISE[..., :1]


def plain(*channels):
    return np.broadcast_to(np.uint8(channels), (4, 4, len(channels)))


def test_of_a_plain_picture_only_the_brightness_and_the_colour_are_left():
    assert numbers(plain(51), list(MEASURES)) == [pytest.approx(0.2), 0, 0, 0]
    red = numbers(plain(255, 0, 0), list(MEASURES))
    # Hasler and Süsstrunk: 0.3 times the length of (red - green, yellow - blue) = (1, 1/2)
    assert red == pytest.approx([0.299, 0, 0.3 * 1.25**0.5, 0], abs=2e-3)


def test_turning_or_mirroring_a_picture_changes_no_measure():
    for other in (NOISE[::-1], NOISE[:, ::-1], NOISE.swapaxes(0, 1)):
        assert numbers(other, list(MEASURES)) == pytest.approx(numbers(NOISE, list(MEASURES)))


def test_the_negative_has_the_opposite_brightness_and_the_same_contrast():
    assert brightness(255 - GRAY) == pytest.approx(1 - brightness(GRAY))
    assert contrast(255 - GRAY) == pytest.approx(contrast(GRAY))
    assert sharpness(255 - GRAY) == pytest.approx(sharpness(GRAY))


def test_gray_has_no_colour_even_in_three_channels():
    assert colourfulness(np.repeat(GRAY, 3, 2)) == colourfulness(GRAY) == 0


def test_one_pixel_has_no_sharpness():
    assert sharpness(plain(7)[:1, :1]) == 0


def test_what_is_transparent_counts_as_white():
    assert brightness(np.zeros((3, 3, 4), np.uint8)) == 1


def test_of_gray_pictures_alone_the_colourfulness_is_left_out():
    assert set(histograms([GRAY, GRAY])) == set(MEASURES) - {"colourfulness"}
    assert {name: len(found) for name, found in histograms([GRAY, NOISE]).items()} == dict.fromkeys(MEASURES, 2)


def test_pictures_share_an_identity_only_when_they_are_equal():
    other = NOISE.copy()
    other[3, 3, 0] ^= 1
    shapes = [NOISE, other, GRAY, NOISE.reshape(12, 16, 3), NOISE[::-1]]
    assert len({identity(picture) for picture in shapes}) == 5
    assert identity(np.asfortranarray(NOISE)) == identity(NOISE) == identity(NOISE.copy())


def test_what_is_no_picture_has_neither_measures_nor_an_identity():
    for refuse in (identity, lambda picture: numbers(picture, ["contrast"]), lambda picture: histograms([picture])):
        with pytest.raises(RepresentationError, match="str is none"):
            refuse("a.png")
