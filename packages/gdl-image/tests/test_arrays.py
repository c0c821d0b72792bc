"""What a picture is, and how its colours change."""

import numpy as np
import pytest

from gdl_core.errors import RepresentationError, UsageError
from gdl_image.arrays import channels_of, checked, from_pillow, recoloured, to_pillow

NOISE = np.random.default_rng(0).integers(0, 256, (5, 7, 4), dtype=np.uint8)


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        ("a.png", "str is none"),
        (None, "NoneType is none"),
        (NOISE[..., 0], "and not 5 x 7"),
        (NOISE[..., :2], "and not 5 x 7 x 2"),
        (NOISE[:0], "and not 0 x 7 x 4"),
        (NOISE / 255, "holds float64"),
    ],
)
def test_what_is_no_picture_is_refused(thing, words):
    with pytest.raises(RepresentationError, match=words):
        checked(thing)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_picture_stays_itself_with_its_own_colours_and_through_pillow(channels):
    picture = np.ascontiguousarray(NOISE[..., :channels])
    assert recoloured(picture, channels) is checked(picture) is picture
    back = from_pillow(to_pillow(picture))
    assert np.array_equal(back, picture) and back.flags.writeable


def test_gray_survives_colours_and_is_what_luma_makes_of_them():
    gray = NOISE[..., :1]
    for channels in (3, 4):
        assert np.array_equal(recoloured(recoloured(gray, channels), 1), gray)
    luma = NOISE[..., :3] @ [0.299, 0.587, 0.114]
    assert np.abs(recoloured(NOISE[..., :3], 1)[..., 0] - luma).max() <= 0.5 + 1e-9


def test_the_background_shows_as_far_as_a_picture_is_transparent():
    red = np.uint8([[[200, 0, 0, alpha] for alpha in (0, 51, 255)]])
    assert recoloured(red, 3, background=100).tolist() == [[[100, 100, 100], [120, 80, 80], [200, 0, 0]]]
    assert recoloured(red, 1)[0, 0] == 255


def test_colours_have_names():
    assert [channels_of(colour) for colour in ("gray", "rgb", "rgba", 1, 3, 4)] == [1, 3, 4, 1, 3, 4]
    with pytest.raises(UsageError, match="did you mean 'gray'"):
        channels_of("grey")
