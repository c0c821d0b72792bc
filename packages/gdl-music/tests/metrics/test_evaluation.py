"""Samples that are like the reference overlap with it, and copies are found, transposed or not."""

import numpy as np
import pytest

from gdl_core.errors import InputError
from gdl_music.metrics import Copies, evaluate, overlap_area


@pytest.fixture(scope="module")
def pieces(chorale):
    return [chorale(seed, steps=64) for seed in range(12)]


def test_equal_sets_overlap_and_all_of_them_is_copied(pieces):
    found = evaluate(pieces, pieces)
    assert found["distinct"] == 1 and found["new"] == 0 and found["copied_runs"] == 1
    assert found["overlap"] > 0.8 and found["density_distance"] == 0


def test_a_transposed_copy_is_a_copy_and_a_new_piece_is_not(pieces, chorale):
    known = Copies.of(pieces)
    assert known.share([piece.transposed(3) for piece in pieces]) == 1
    assert known.share([chorale(99, steps=64)]) < 0.1


def test_what_was_trained_on_is_looked_up_there_alone(pieces, chorale):
    others = [chorale(seed, steps=64) for seed in range(20, 24)]
    found = evaluate(pieces[:4], others, train=pieces)
    assert found["copied_runs"] == 1 and found["new"] == 0
    assert found["copied_runs_are_of"] == "what was trained on"


def test_what_is_no_piece_is_skipped_and_nothing_at_all_is_refused(pieces):
    skipped = []
    assert evaluate([None, pieces[0]], pieces, skipped=skipped.append)["samples"] == 1 and len(skipped) == 1
    with pytest.raises(InputError, match="no piece to measure"):
        evaluate([], pieces)
    with pytest.raises(InputError, match="in the reference"):
        evaluate(pieces, [None])


def test_distributions_overlap_the_less_the_farther_they_are_apart():
    numbers = np.random.default_rng(0).normal(size=200)
    areas = [overlap_area(numbers + shift, numbers) for shift in (0, 1, 3, 9)]
    assert areas == sorted(areas, reverse=True) and areas[0] > 0.95 and areas[-1] < 0.01
    assert overlap_area([2, 2], [2, 2]) == 1 and np.isnan(overlap_area([1], [1]))
