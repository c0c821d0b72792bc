"""How well a set of samples stands for a set of references, given how far each is from each.

The measures of Yang et al. (2019), arXiv:1906.12320, section 5.1, over any distance. Matrices have one row for each
sample and one column for each reference.
"""

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError

Array = NDArray[np.float64]


def minimum_matching_distance(across: Array) -> float:
    """Return MMD: the mean over the references of the distance to the nearest sample; lower is better.

    Shapes: (samples, references).

    Example:
        >>> minimum_matching_distance(np.array([[1.0, 4.0], [3.0, 2.0]]))
        1.5
    """
    return float(_some(across).min(0).mean())


def coverage(across: Array) -> float:
    """Return COV: the share of the references that are the nearest one of some sample; higher is better.

    Shapes: (samples, references).

    Example:
        >>> coverage(np.array([[1.0, 4.0], [2.0, 3.0]]))
        0.5
    """
    return len(np.unique(_some(across).argmin(1))) / across.shape[1]


def nearest_neighbour_accuracy(samples: Array, across: Array, references: Array) -> float:
    """Return 1-NNA: how often a nearest neighbour tells a sample from a reference; 0.5 is best, 1 is worst.

    Each object is judged by the others (Lopez-Paz & Oquab 2017, arXiv:1610.06545). Where the nearest ones of both
    sides are equally near, it counts as half. Below 0.5 samples are copies: a set against itself gives 0.

    Shapes: (samples, samples), (samples, references), (references, references).

    Example:
        >>> apart = np.array([[9.0, 9.0], [9.0, 9.0]])
        >>> near = np.array([[0.0, 1.0], [1.0, 0.0]])
        >>> nearest_neighbour_accuracy(near, apart, near)
        1.0
    """
    if min(len(samples), len(references)) < 2:
        raise InputError("1-NNA judges each object by the others of its set: give two or more on each side")
    rows = _told(_nearest_other(samples), across.min(1))
    columns = _told(_nearest_other(references), across.min(0))
    return float(np.concatenate([rows, columns]).mean())


def _nearest_other(distances: Array) -> Array:
    own = distances.copy()
    np.fill_diagonal(own, np.inf)
    return own.min(1)


def _told(own: Array, other: Array) -> Array:
    return np.where(own == other, 0.5, own < other)


def occupancy_divergence(samples: Array, references: Array, *, cells: int = 28) -> float:
    """Return JSD: the Jensen-Shannon divergence of where the points of two sets lie, in nats, 0 to ln 2.

    The cube from -0.5 to 0.5 is cut into `cells` along each axis, and points outside count in the nearest cell. It
    tells whether two sets fill space alike on the whole, and nothing of single shapes: for reports only.

    Shapes: (samples, points, 3), (references, points, 3).
    """
    left, right = _occupancy(samples, cells), _occupancy(references, cells)
    middle = (left + right) / 2
    return (_divergence(left, middle) + _divergence(right, middle)) / 2


def _occupancy(clouds: Array, cells: int) -> Array:
    places = np.clip(np.floor((np.reshape(clouds, (-1, 3)) + 0.5) * cells), 0, cells - 1).astype(np.int64)
    counts = np.bincount(np.ravel_multi_index(tuple(places.T), (cells,) * 3), minlength=cells**3)
    return counts / counts.sum()


def _divergence(left: Array, right: Array) -> float:
    there = left > 0
    return float((left[there] * np.log(left[there] / right[there])).sum())


def near_share(nearest: Array, threshold: float) -> float:
    """Return the share of nearest distances that are at most a threshold.

    Example:
        >>> near_share(np.array([0.1, 0.2, 0.4, 0.8]), 0.2)
        0.5
    """
    return float((nearest <= threshold).mean())


def _some(across: Array) -> Array:
    if not across.size:
        raise InputError("there is nothing to compare: give samples and references")
    return across
