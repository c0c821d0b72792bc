"""A picture is a copy when it is as near to a training picture as real ones rarely are."""

import numpy as np
import pytest

from gdl_image.metrics import Copies

RANDOM = np.random.default_rng(0)
TRAIN, HELD_OUT, OTHERS = RANDOM.integers(0, 256, (3, 200, 6, 6, 1), dtype=np.uint8)


def test_real_pictures_are_rarely_copies_and_copies_are():
    copies = Copies.calibrated(TRAIN, HELD_OUT)
    assert copies.among(HELD_OUT) == pytest.approx(0.01, abs=0.006)
    assert copies.among(OTHERS) < 0.05
    assert copies.among(TRAIN) == 1
    assert copies.among((TRAIN // 2 * 2)[:50]) == 1  # the last bit is lost


def test_the_order_of_what_was_trained_on_changes_nothing_and_more_of_it_makes_more_copies():
    assert Copies(TRAIN[::-1], 0.31).among(OTHERS) == Copies(TRAIN, 0.31).among(OTHERS)
    shares = [Copies(TRAIN[:count], 0.31).among(OTHERS) for count in (1, 50, 200)]
    assert shares == sorted(shares) and shares[0] < shares[-1] < 1


def test_the_threshold_is_a_distance_that_was_met():
    copies = Copies.calibrated([np.zeros((2, 2, 1), np.uint8)], [np.full((2, 2, 1), 51, np.uint8)])
    assert copies.threshold == pytest.approx(0.2)


def test_a_held_out_set_that_was_trained_on_leaves_exact_copies_only():
    copies = Copies.calibrated(TRAIN, TRAIN[:100])
    assert copies.threshold == 0
    assert copies.among([TRAIN[0], TRAIN[0] ^ np.uint8(1)]) == 0.5
