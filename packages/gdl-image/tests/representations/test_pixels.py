"""Pictures become grids of levels and come back as they were, if they had the model's size and colour."""

import numpy as np
import pytest
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.testing import REPRESENTATION_LAWS
from gdl_image.representations.pixels import Binary, Pixels

RANDOM = np.random.default_rng(0)
GRAY = [RANDOM.integers(0, 256, (6, 5, 1), dtype=np.uint8) for _ in range(3)]
COLOUR = [RANDOM.integers(0, 256, (4, 4, 3), dtype=np.uint8) for _ in range(3)]
CLEAR = [RANDOM.integers(0, 256, (4, 4, 4), dtype=np.uint8) for _ in range(3)]
BLACK_AND_WHITE = [RANDOM.integers(0, 2, (6, 5, 1), dtype=np.uint8) * np.uint8(255) for _ in range(3)]

REPRESENTATIONS = {
    "gray": (Pixels(), GRAY),
    "colour": (Pixels(), COLOUR),
    "with transparency": (Pixels(), CLEAR),
    "black and white": (Binary(), BLACK_AND_WHITE),
}


@pytest.mark.parametrize("law", REPRESENTATION_LAWS)
@pytest.mark.parametrize("name", REPRESENTATIONS)
def test_every_law_of_representations_holds(law, name):
    representation, pictures = REPRESENTATIONS[name]
    law(representation.fit(pictures), pictures, lambda picture: (picture.shape, picture.tobytes()))


def test_pictures_of_one_small_size_keep_it_and_others_become_32_by_32():
    assert Pixels().fit(GRAY).space.shape == (6, 5)
    assert Pixels().fit([*GRAY, *COLOUR]).space.shape == (32, 32)
    assert Pixels().fit([np.zeros((65, 65, 1), np.uint8)]).space.shape == (32, 32)


def test_the_colour_is_that_of_most_pictures():
    assert Pixels().fit([*COLOUR, GRAY[0]]).space.channels == 3
    assert Pixels(colour="gray").fit(COLOUR).space.channels == 1


def test_cropping_keeps_the_middle_padding_keeps_all():
    wide = np.zeros((4, 12, 1), np.uint8)
    wide[:, 4:8] = 255
    cropped = Pixels(size=4, colour="gray").encode(wide)
    assert torch.equal(cropped, torch.full((1, 4, 4), 255))
    padded = Pixels(size=12, colour="gray", resize="pad", background=7).encode(wide)
    assert padded[0, 0].unique().tolist() == [7] and padded[0, 6, 6] == 255


def test_a_picture_of_another_size_is_refused_where_that_is_asked_for():
    with pytest.raises(RepresentationError, match="6 x 5; this model takes 8 x 8"):
        Pixels(size=8, colour="gray", resize="refuse").encode(GRAY[0])


@pytest.mark.parametrize("wrong", [np.zeros((4, 4)), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 1), np.uint8), "a"])
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(RepresentationError, match="a picture (is|has|holds)"):
        Pixels(size=4, colour="gray").encode(wrong)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": "four"}, "'four' is no size"),
        ({"size": 0}, "a picture of 0 x 0"),
        ({"resize": "squash"}, "not resized by 'squash'"),
        ({"background": 256}, "gray level from 0 to 255, not 256"),
        ({"colour": "blue"}, "no colour 'blue'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, words):
    with pytest.raises(UsageError, match=words):
        Pixels(**options)


def test_a_sample_that_is_no_picture_is_refused():
    pixels = Pixels(size=2, colour="gray")
    for sample in (torch.zeros(1, 3, 3), torch.full((1, 2, 2), 256), torch.full((1, 2, 2), -1)):
        with pytest.raises(RepresentationError, match="is no picture"):
            pixels.decode(sample)


def test_black_and_white_is_told_by_the_threshold():
    binary = Binary(size=1, threshold=100)
    assert [binary.encode(np.uint8([[[level]]])).item() for level in (99, 100)] == [0, 1]
