"""The measures agree with their closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdl_core.errors import InputError
from gdl_core.metrics import (
    Overlap,
    frechet_distance,
    frechet_distance_of_gaussians,
    kernel_distance,
    novelty,
    overlap,
    uniqueness,
    wasserstein_distance,
)

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20)


def gaussian(count: int, features: int, *, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, features))


def with_moments(mean: np.ndarray, covariance: np.ndarray, *, count: int = 200, seed: int = 0) -> np.ndarray:
    """Points whose sample mean and sample covariance are exactly these."""
    noise = gaussian(count, len(mean), seed=seed)
    noise -= noise.mean(0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def test_overlap_on_a_line_counts_the_balls_by_hand():
    line = np.arange(10.0)[:, None]  # with one neighbour, each ball has radius 1
    found = overlap(line, [[0.5], [100.0]], neighbours=1)
    assert found == Overlap(precision=0.5, recall=1.0, density=(2 + 0) / 2, coverage=2 / 10)


def test_a_sample_far_from_all_data_has_no_overlap():
    data, samples = gaussian(50, 2, seed=0), gaussian(50, 2, seed=1) + 1000
    assert overlap(data, samples) == Overlap(precision=0.0, recall=0.0, density=0.0, coverage=0.0)


def test_samples_from_the_data_distribution_have_the_expected_density_and_coverage():
    count, neighbours = 1500, 5
    found = overlap(gaussian(count, 4, seed=0), gaussian(count, 4, seed=1), neighbours=neighbours)
    chances = [(count - i) / (2 * count - i) for i in range(1, neighbours + 1)]  # Naeem et al. (2020), lemma 2
    assert found.coverage == pytest.approx(1 - math.prod(chances), abs=0.02)
    assert found.density == pytest.approx(1.0, abs=0.05)


def test_a_collapsed_generator_keeps_precision_and_loses_recall_and_coverage():
    data = gaussian(400, 3, seed=0)
    found = overlap(data, data[:1] + 1e-3 * gaussian(400, 3, seed=1))
    assert found.precision > 0.95
    assert max(found.recall, found.coverage) < 0.2


def test_the_frechet_distance_of_a_set_to_itself_is_zero():
    data = gaussian(100, 5, seed=3)
    assert frechet_distance(data, data) == pytest.approx(0.0, abs=1e-10)


def test_the_frechet_distance_of_diagonal_gaussians_has_its_closed_form():
    mean, other = np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 0.0])
    deviations, others = np.array([1.0, 2.0, 0.5]), np.array([3.0, 2.0, 1.5])
    data = with_moments(mean, np.diag(deviations**2), seed=1)
    samples = with_moments(other, np.diag(others**2), seed=2)
    expected = ((mean - other) ** 2).sum() + ((deviations - others) ** 2).sum()
    assert frechet_distance(data, samples) == pytest.approx(expected, rel=1e-9)


def test_the_frechet_distance_of_two_by_two_gaussians_has_its_closed_form():
    left, right = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([[1.0, -0.3], [-0.3, 3.0]])
    product = left @ right  # tr sqrt(A) = sqrt(tr A + 2 sqrt(det A)) in two dimensions
    cross = math.sqrt(np.trace(product) + 2 * math.sqrt(np.linalg.det(product)))
    expected = np.trace(left) + np.trace(right) - 2 * cross
    found = frechet_distance_of_gaussians(np.zeros(2), left, np.zeros(2), right)
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_frechet_distance_holds_for_a_covariance_without_full_rank():
    line = np.outer(np.arange(5.0), [1.0, 1.0])
    assert frechet_distance(line, line + 3.0) == pytest.approx(18.0)


@given(NUMBERS, st.floats(-100, 100))
def test_moving_every_number_by_the_same_step_costs_that_step(numbers, step):
    moved = np.array(numbers) + step
    assert wasserstein_distance(numbers, moved) == pytest.approx(abs(step), abs=1e-6)


@given(st.integers(1, 30).flatmap(lambda n: st.tuples(*[st.lists(st.floats(-9, 9), min_size=n, max_size=n)] * 2)))
def test_equal_counts_are_matched_in_order(pair):
    left, right = map(np.sort, pair)
    assert wasserstein_distance(*pair) == pytest.approx(np.abs(left - right).mean(), abs=1e-9)


@given(NUMBERS, NUMBERS)
def test_the_wasserstein_distance_is_symmetric_and_blind_to_repetition(left, right):
    there, back = wasserstein_distance(left, right), wasserstein_distance(right, left * 3)
    assert there == pytest.approx(back, rel=1e-9, abs=1e-9)


def test_uniqueness_and_novelty_are_shares():
    assert uniqueness("aabb") == 0.5
    assert novelty("aabc", {"a", "z"}) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "measure",
    [
        lambda: overlap([[1.0]], [[1.0]], neighbours=5),
        lambda: overlap(np.zeros((9, 2)), np.zeros((9, 3))),
        lambda: frechet_distance([[1.0]], [[1.0]]),
        lambda: frechet_distance([[1.0], [math.nan]], [[1.0], [2.0]]),
        lambda: wasserstein_distance([], [1.0]),
        lambda: uniqueness([]),
        lambda: novelty([], {"a"}),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(measure):
    with pytest.raises(InputError, match="must|more|finite|no samples"):
        measure()


def test_the_kernel_distance_agrees_with_its_sums_written_out():
    left, right = gaussian(7, 3, seed=1), gaussian(7, 3, seed=2) + 0.5

    def kernel(x, y):
        return (float(x @ y) / 3 + 1) ** 3

    def within(points):
        return sum(kernel(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j) / (7 * 6)

    between = sum(kernel(x, y) for x in left for y in right) / 49
    assert kernel_distance(left, right).mean == pytest.approx(within(left) + within(right) - 2 * between)


def test_the_kernel_distance_is_unbiased_between_halves_and_grows_with_a_shift():
    points = gaussian(4000, 4, seed=3)
    same = kernel_distance(points[:2000], points[2000:], block=100)
    assert same.blocks == 20
    assert abs(same.mean) < 4 * same.deviation / 20**0.5  # four standard errors
    assert kernel_distance(points[:2000], points[2000:] + 1, block=100).mean > 10 * abs(same.mean)


def test_the_kernel_distance_does_not_depend_on_the_order_of_sorted_data():
    points = np.sort(gaussian(1000, 1, seed=4), axis=0)  # unshuffled, each block would hold one end of the line
    assert abs(kernel_distance(points, gaussian(1000, 1, seed=5), block=250).mean) < 0.1


def test_one_sample_has_no_kernel_distance():
    with pytest.raises(InputError, match="two or more of each"):
        kernel_distance([[0.0]], [[0.0], [1.0]])


def test_a_set_lies_at_no_distance_from_itself_and_covers_itself():
    points = gaussian(300, 5, seed=6)
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)
    assert overlap(points, points).coverage == overlap(points, points).recall == 1
