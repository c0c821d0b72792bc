"""The nearest picture is the one that a search of all pairs finds."""

import numpy as np
import pytest

from gdl_core.errors import InputError
from gdl_image import neighbours as module
from gdl_image.neighbours import neighbours

DRAWS = np.random.default_rng(0)
KNOWN = DRAWS.integers(0, 256, (37, 6, 5, 3), dtype=np.uint8)
ASKED = DRAWS.integers(0, 256, (23, 6, 5, 3), dtype=np.uint8)


@pytest.mark.parametrize("block", [1024, 8])
def test_it_is_the_nearest_of_all_pairs_however_they_are_divided(monkeypatch, block):
    monkeypatch.setattr(module, "_BLOCK", block)
    apart = np.sqrt(((ASKED[:, None] / 255 - KNOWN / 255) ** 2).mean((2, 3, 4)))
    places, alike = zip(*neighbours(ASKED, KNOWN), strict=True)
    assert list(places) == apart.argmin(1).tolist()
    assert alike == pytest.approx(1 - apart.min(1), abs=1e-6)


def test_a_copy_is_found_and_is_wholly_alike():
    assert neighbours(KNOWN[[5, 2]], KNOWN) == [(5, 1.0), (2, 1.0)]


def test_known_pictures_are_brought_to_the_size_and_colour_of_the_first():
    plain = [np.full((40, 30, 1), level, np.uint8) for level in (0, 100, 200)]
    assert neighbours([np.full((6, 5, 3), 100, np.uint8)], plain) == [(1, 1.0)]


def test_with_nothing_to_compare_there_is_no_answer():
    assert neighbours([], KNOWN) == []
    with pytest.raises(InputError, match="no picture to compare"):
        neighbours(ASKED, [])
