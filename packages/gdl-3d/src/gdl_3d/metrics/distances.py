"""How far apart point clouds are: Chamfer and earth mover's distance, both exact, for pairs and for whole sets."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from torch import Tensor

from gdl_core.errors import InputError

Array = NDArray[np.float64]
"""A cloud (points, 3), clouds of one size (clouds, points, 3), or distances (left, right)."""

Measure = Callable[[Sequence[Array] | Array, Sequence[Array] | Array], Array]
"""(clouds, other clouds) -> the distance of each to each."""

_BLOCK = 1 << 20  # distances of points held at once: 8 MB, which stay near the core


def chamfer(left: Array, right: Array) -> float:
    """Return the Chamfer distance of two clouds: the mean squared distance to the nearest point, both ways, added.

    This is the convention of PointFlow, Yang et al. (2019), arXiv:1906.12320; its unit is that of length, squared.

    Shapes: (points, 3), (other points, 3).

    Example:
        >>> chamfer(np.zeros((2, 3)), np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]))
        2.0
    """
    return float(chamfer_matrix([left], [right])[0, 0])


def chamfer_matrix(left: Sequence[Array] | Array, right: Sequence[Array] | Array) -> Array:
    """Return the Chamfer distance of each cloud to each, in float64 and without approximation.

    Squared distances are products of matrices: |p - q|^2 = (p, |p|^2, 1) · (-2q, 1, |q|^2). Clouds of one side have
    one size, and should lie near the origin: the rounding is that of squared coordinates.

    Shapes: (left, points, 3), (right, other points, 3) -> (left, right).
    """
    rows, columns = _clouds(left), _clouds(right)
    first = torch.cat([rows, _squares(rows), torch.ones_like(rows[..., :1])], -1)
    second = torch.cat([-2 * columns, torch.ones_like(columns[..., :1]), _squares(columns)], -1).transpose(1, 2)
    blocks = second.contiguous().split(max(1, _BLOCK // (rows.shape[1] * columns.shape[1])))
    return torch.stack([torch.cat([_both_ways(cloud @ block) for block in blocks]) for cloud in first]).numpy()


def _both_ways(squared: Tensor) -> Tensor:
    """Shapes: (clouds, points, other points) -> (clouds,)."""
    return squared.amin(2).clamp_min_(0).mean(1) + squared.amin(1).clamp_min_(0).mean(1)


def earth_mover(left: Array, right: Array) -> float:
    """Return the earth mover's distance of two clouds of one size: the mean distance under the best matching.

    The matching is exact (scipy's linear sum assignment); for clouds of 512 points that takes some hundredths of a
    second, against a fifth of a millisecond for Chamfer.

    Shapes: (points, 3), (points, 3).

    Example:
        >>> earth_mover(np.array([[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]), np.array([[5.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
        0.5
    """
    if len(left) != len(right):
        raise InputError(f"the earth mover's distance needs clouds of one size, not of {len(left)} and {len(right)}")
    costs = cdist(left, right)
    return float(costs[linear_sum_assignment(costs)].mean())


def earth_mover_matrix(left: Sequence[Array] | Array, right: Sequence[Array] | Array) -> Array:
    """Return the earth mover's distance of each cloud to each; all have one size.

    Shapes: (left, points, 3), (right, points, 3) -> (left, right).
    """
    rows, columns = _clouds(left).numpy(), _clouds(right).numpy()
    return np.array([[earth_mover(row, column) for column in columns] for row in rows])


def within(measure: Measure, clouds: Array) -> Array:
    """Return the distance of each cloud of a set to each; a pair is measured once, and the diagonal is 0.

    Shapes: (clouds, points, 3) -> (clouds, clouds).
    """
    distances = np.zeros((len(clouds), len(clouds)))
    for row in range(len(clouds) - 1):
        distances[row, row + 1 :] = measure(clouds[row : row + 1], clouds[row + 1 :])[0]
    return distances + distances.T


def _clouds(clouds: Sequence[Array] | Array) -> Tensor:
    sizes = {np.shape(cloud) for cloud in clouds}
    if len(sizes) != 1:
        raise InputError(f"clouds that are compared have one size each side; these have {sorted(sizes)}")
    array = np.asarray(clouds, dtype=np.float64)
    if array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise InputError(f"clouds have the shape (clouds, points, 3); this is {array.shape}")
    if not np.isfinite(array).all():
        raise InputError("a cloud holds coordinates that are not finite numbers")
    return torch.from_numpy(array)


def _squares(clouds: Tensor) -> Tensor:
    return clouds.square().sum(-1, keepdim=True)
