"""Chamfer and earth mover's distance: known answers, and the laws of a distance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.spatial import cKDTree

from gdl_3d.metrics.distances import chamfer, chamfer_matrix, earth_mover, earth_mover_matrix
from gdl_core.errors import InputError

MEASURES = [chamfer, earth_mover]


def cloud(seed, points=40):
    return np.random.default_rng(seed).normal(size=(points, 3)) / 3


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=some.integers(0, 1000))
def test_a_distance_is_zero_to_itself_in_any_order_and_alike_from_both_ends(measure, seed):
    left, right = cloud(seed), cloud(seed + 1)
    shuffled = np.random.default_rng(seed).permutation(left)
    assert measure(left, shuffled) == pytest.approx(0, abs=1e-12)
    assert measure(left, right) == pytest.approx(measure(right, left))
    assert measure(shuffled, right) == pytest.approx(measure(left, right))
    assert measure(left, right) > 0


def test_chamfer_adds_the_mean_squared_distances_of_both_ways():
    left = np.array([[0.0, 0, 0], [3, 0, 0]])
    right = np.array([[0.0, 0, 0]])
    assert chamfer(left, right) == pytest.approx((0 + 9) / 2 + 0)


def test_a_matrix_of_chamfer_distances_is_that_of_a_tree():
    left, right = np.stack([cloud(0), cloud(1)]), np.stack([cloud(number, 55) for number in range(2, 5)])
    trees = [
        [np.square(cKDTree(b).query(a)[0]).mean() + np.square(cKDTree(a).query(b)[0]).mean() for b in right]
        for a in left
    ]
    assert chamfer_matrix(left, right) == pytest.approx(np.array(trees), abs=1e-14)


def test_the_earth_moves_by_the_best_matching_and_not_by_the_nearest():
    left = np.array([[0.0, 0, 0], [1, 0, 0]])
    right = np.array([[0.9, 0, 0], [1.1, 0, 0]])
    assert earth_mover(left, right) == pytest.approx((0.9 + 0.1) / 2)


def test_a_shift_moves_the_earth_by_its_length():
    assert earth_mover(cloud(3), cloud(3) + np.array([0.01, 0, 0])) == pytest.approx(0.01)


def test_the_earth_mover_is_never_below_a_one_way_mean_of_nearest_distances():
    left, right = cloud(1), cloud(2)
    assert earth_mover(left, right) >= cKDTree(right).query(left)[0].mean()
    assert earth_mover_matrix([left], [left, right])[0] == pytest.approx([0, earth_mover(left, right)])


def test_clouds_that_do_not_fit_each_other_are_refused():
    with pytest.raises(InputError, match="clouds of one size, not of 3 and 4"):
        earth_mover(cloud(0, 3), cloud(0, 4))
    with pytest.raises(InputError, match="one size each side"):
        chamfer_matrix([cloud(0, 3), cloud(0, 4)], [cloud(0)])
    with pytest.raises(InputError, match="not finite"):
        chamfer(np.full((2, 3), np.nan), cloud(0))
