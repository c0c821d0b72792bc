"""Measures of samples against data that need no domain: numbers, feature vectors and hashable objects.

Feature vectors are arrays of shape (samples, features). Everything is computed in float64 and in blocks, so that
memory grows with the number of samples and not with its square.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdl_core.errors import InputError

Array = NDArray[np.float64]

_BLOCK = 1024  # rows of a distance matrix held at once


@dataclass(frozen=True)
class Overlap:
    """How far generated samples and data cover each other; see `overlap`."""

    precision: float
    recall: float
    density: float
    coverage: float


def overlap(data: ArrayLike, samples: ArrayLike, *, neighbours: int = 5) -> Overlap:
    """Measure fidelity (precision, density) and diversity (recall, coverage) by balls around nearest neighbours.

    Each point's ball reaches to its k-th nearest neighbour in its own set. Precision and recall follow Kynkaanniemi et
    al. (2019), arXiv:1904.06991; density and coverage Naeem et al. (2020), arXiv:2002.09797. Precision and density
    alone are no proof of quality: noise near outliers scores well on both.

    Shapes: (data, features), (samples, features).

    Example:
        >>> overlap([[0.0], [1.0], [2.0], [3.0]], [[0.5], [9.0]], neighbours=1)
        Overlap(precision=0.5, recall=1.0, density=1.0, coverage=0.5)
    """
    real, fake = _same_features(data, samples)
    real_radii = _radii(real, neighbours)
    fake_radii = _radii(fake, neighbours)
    balls_at_fake = np.zeros(len(fake), dtype=np.int64)
    covered = np.zeros(len(real), dtype=bool)
    recalled = np.zeros(len(real), dtype=bool)
    for rows, distances in _distances(real, fake):
        inside = distances <= real_radii[rows, None]
        balls_at_fake += inside.sum(0)
        covered[rows] = inside.any(1)
        recalled[rows] = (distances <= fake_radii).any(1)
    return Overlap(
        precision=float((balls_at_fake > 0).mean()),
        recall=float(recalled.mean()),
        density=float(balls_at_fake.mean() / neighbours),
        coverage=float(covered.mean()),
    )


def frechet_distance(data: ArrayLike, samples: ArrayLike) -> float:
    """Return the squared Frechet distance between the Gaussians that fit two sets of feature vectors.

    Heusel et al. (2017), arXiv:1706.08500. It shrinks as samples are added: compare only at equal numbers.

    Shapes: (data, features), (samples, features).

    Example:
        >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])
        9.0
    """
    return frechet_distance_of_gaussians(*moments(data), *moments(samples))


def moments(features: ArrayLike) -> tuple[Array, Array]:
    """Return mean and covariance (with divisor n - 1) of feature vectors.

    Shapes: (samples, features) -> (features,), (features, features).
    """
    rows = _features(features)
    if len(rows) < 2:
        raise InputError("one sample has no covariance: give two or more")
    return rows.mean(0), np.atleast_2d(np.cov(rows, rowvar=False))


def frechet_distance_of_gaussians(mean: Array, covariance: Array, other_mean: Array, other_covariance: Array) -> float:
    """Return |m - m'|^2 + tr(C + C' - 2 (C C')^(1/2)), the squared 2-Wasserstein distance of two Gaussians.

    The trace of the root is taken from the symmetric matrix C^(1/2) C' C^(1/2), whose eigenvalues are real.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ other_covariance @ root).clip(0)).sum()
    distance = ((mean - other_mean) ** 2).sum() + np.trace(covariance) + np.trace(other_covariance) - 2 * cross
    return max(0.0, float(distance))


@dataclass(frozen=True)
class KernelDistance:
    """The mean over blocks of an unbiased squared distance, how it varies from block to block, and over how many."""

    mean: float
    deviation: float | None
    blocks: int


def kernel_distance(data: ArrayLike, samples: ArrayLike, *, block: int = 1000, seed: int = 0) -> KernelDistance:
    """Return the squared maximum mean discrepancy of two sets of feature vectors (KID), unbiased at any number.

    Binkowski et al. (2018), arXiv:1801.01401, with their kernel (x y / features + 1)^3. Both sets are shuffled and cut
    into blocks of one size, at most `block` rows; each pair of blocks gives one estimate. For equal distributions the
    mean is near 0 and may be below it. The deviation is None where there is one block only.

    Shapes: (data, features), (samples, features).

    Example:
        >>> kernel_distance([[0.0], [1.0]], [[0.0], [1.0]])
        KernelDistance(mean=-3.5, deviation=None, blocks=1)
    """
    real, fake = _same_features(data, samples)
    fewest = min(len(real), len(fake))
    if fewest < 2:
        raise InputError("one sample has no unbiased distance: give two or more of each")
    blocks = -(-fewest // block)
    size = fewest // blocks
    random = np.random.default_rng(seed)
    rows, others = (random.permutation(len(points))[: blocks * size].reshape(blocks, size) for points in (real, fake))
    found = [_discrepancy(real[one], fake[other]) for one, other in zip(rows, others, strict=True)]
    deviation = float(np.std(found, ddof=1)) if blocks > 1 else None
    return KernelDistance(float(np.mean(found)), deviation, blocks)


def _discrepancy(left: Array, right: Array) -> float:
    """Return the unbiased estimate of Gretton et al. (2012), their equation 3, for as many rows on each side."""
    count, features = left.shape
    within = [((points @ points.T / features + 1) ** 3) for points in (left, right)]
    pairs = sum(float(kernel.sum() - kernel.trace()) for kernel in within) / (count * (count - 1))
    return pairs - 2 * float(((left @ right.T / features + 1) ** 3).mean())


def wasserstein_distance(data: ArrayLike, samples: ArrayLike) -> float:
    """Return the 1-Wasserstein distance of two sets of numbers: the area between their distribution functions.

    Shapes: (data,), (samples,).

    Example:
        >>> wasserstein_distance([0.0, 1.0], [2.0, 2.0, 4.0, 4.0])
        2.5
    """
    left, right = np.sort(_numbers(data)), np.sort(_numbers(samples))
    places = np.sort(np.concatenate([left, right]))
    left_share = np.searchsorted(left, places[:-1], side="right") / len(left)
    right_share = np.searchsorted(right, places[:-1], side="right") / len(right)
    return float(np.sum(np.abs(left_share - right_share) * np.diff(places)))


def uniqueness(objects: Sequence[Hashable]) -> float:
    """Return the share of objects that are left when each is kept once.

    Example:
        >>> uniqueness(["C", "CC", "C", "CCC"])
        0.75
    """
    if not objects:
        raise InputError("there are no samples to measure")
    return len(set(objects)) / len(objects)


def novelty(objects: Iterable[Hashable], known: Collection[Hashable]) -> float:
    """Return the share of distinct objects that are not among the `known` ones.

    Example:
        >>> novelty(["C", "CC", "CC"], {"C"})
        0.5
    """
    distinct = set(objects)
    if not distinct:
        raise InputError("there are no samples to measure")
    return len(distinct.difference(known)) / len(distinct)


def _radii(points: Array, neighbours: int) -> Array:
    if len(points) <= neighbours:
        raise InputError(f"{len(points)} points have no neighbour number {neighbours}: give more, or ask for fewer")
    radii = np.empty(len(points))
    for rows, distances in _distances(points, points):
        radii[rows] = np.partition(distances, neighbours, axis=1)[:, neighbours]  # place 0 is the point itself
    return radii


def _distances(left: Array, right: Array) -> Iterator[tuple[slice, Array]]:
    norms = (right**2).sum(1)
    for start in range(0, len(left), _BLOCK):
        rows = slice(start, start + _BLOCK)
        squares = (left[rows] ** 2).sum(1)[:, None] + norms - 2 * left[rows] @ right.T
        yield rows, np.sqrt(squares.clip(0))


def _same_features(data: ArrayLike, samples: ArrayLike) -> tuple[Array, Array]:
    real, fake = _features(data), _features(samples)
    if real.shape[1] != fake.shape[1]:
        raise InputError(f"data has {real.shape[1]} features and the samples {fake.shape[1]}: they must be equal")
    return real, fake


def _features(values: ArrayLike) -> Array:
    features = np.asarray(values, dtype=np.float64)
    if features.ndim != 2 or not features.size:
        raise InputError(f"features must have the shape (samples, features) and some rows; this is {features.shape}")
    return _finite(features)


def _numbers(values: ArrayLike) -> Array:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not numbers.size:
        raise InputError(f"numbers must have the shape (samples,) and at least one entry; this is {numbers.shape}")
    return _finite(numbers)


def _finite(values: Array) -> Array:
    if not np.isfinite(values).all():
        raise InputError(f"{int((~np.isfinite(values)).sum())} of {values.size} values are not finite numbers")
    return values
