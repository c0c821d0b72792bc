"""MMD, COV, 1-NNA and JSD: known answers."""

import math

import numpy as np
import pytest

from gdl_3d.metrics.comparison import (
    coverage,
    minimum_matching_distance,
    nearest_neighbour_accuracy,
    occupancy_divergence,
)
from gdl_3d.metrics.distances import chamfer_matrix
from gdl_core.errors import InputError


def between(left, right):
    return np.abs(np.subtract.outer(np.asarray(left, float), np.asarray(right, float)))


def accuracy(left, right):
    return nearest_neighbour_accuracy(between(left, left), between(left, right), between(right, right))


def test_equal_sets_cover_each_other_at_no_distance():
    numbers = np.arange(9.0)
    assert coverage(between(numbers, numbers)) == 1
    assert minimum_matching_distance(between(numbers, numbers)) == 0


def test_one_sample_again_and_again_covers_one_reference():
    assert coverage(between([4.0] * 9, np.arange(9.0))) == 1 / 9


def test_two_halves_of_one_set_cannot_be_told_apart():
    numbers = np.random.default_rng(0).normal(size=1200)
    assert accuracy(numbers[:600], numbers[600:]) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(600))


def test_sets_that_lie_apart_are_told_apart_and_copies_are_taken_for_the_other():
    numbers = np.arange(20.0)
    assert accuracy(numbers, numbers + 100) == 1
    assert accuracy(numbers, numbers) == 0


def test_who_is_the_sample_makes_no_difference_to_1nna():
    left, right = np.random.default_rng(1).normal(size=(2, 50))
    assert accuracy(left, right + 0.3) == accuracy(right + 0.3, left)


def test_a_single_object_cannot_be_judged_by_others():
    with pytest.raises(InputError, match="two or more"):
        accuracy([1.0], [1.0, 2.0])


def test_occupancies_that_share_nothing_are_ln_2_apart_and_equal_ones_not_at_all():
    left = np.full((2, 5, 3), -0.25)
    assert occupancy_divergence(left, -left) == pytest.approx(math.log(2))
    assert occupancy_divergence(left, left) == 0
    assert occupancy_divergence(left, np.concatenate([left, -left])) == pytest.approx(
        occupancy_divergence(np.concatenate([left, -left]), left)
    )


def test_clouds_of_two_halves_of_one_set_are_hard_to_tell_apart():
    chance = np.random.default_rng(2)
    clouds = chance.normal(size=(120, 32, 3)) * chance.uniform(0.1, 0.4, size=(120, 1, 3))
    left, right = clouds[:60], clouds[60:]
    found = nearest_neighbour_accuracy(
        chamfer_matrix(left, left), chamfer_matrix(left, right), chamfer_matrix(right, right)
    )
    assert found == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(60))
