"""How much the distributions of a measure over two sets of pieces overlap."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST = 400
"""So many values of each set are compared, evenly spaced."""

_POINTS = 512

Numbers = NDArray[np.float64]


def overlap_area(samples: Sequence[float], reference: Sequence[float]) -> float:
    """Return by how much the distances between the sets overlap with those within the reference, from 0 to 1.

    Both are smoothed by Gaussian kernels with Scott's width: the overlapping area of Yang and Lerch (2020),
    doi:10.1007/s00521-018-3849-7. Not-a-number where there are fewer than two values in the reference, or none else.

    Example:
        >>> numbers = list(np.random.default_rng(0).normal(size=300))
        >>> overlap_area(numbers, numbers) > 0.95, overlap_area([x + 9 for x in numbers], numbers) < 0.01
        (True, True)
    """
    ours, theirs = (_thinned(values) for values in (samples, reference))
    if len(theirs) < 2 or not len(ours):
        return float("nan")
    within = np.abs(theirs[:, None] - theirs)[~np.eye(len(theirs), dtype=bool)]
    between = np.abs(ours[:, None] - theirs).ravel()
    if np.ptp(np.concatenate([within, between])) == 0:
        return 1.0
    widths = [_width(values) for values in (within, between)]
    low, high = min(within.min(), between.min()) - 3 * max(widths), max(within.max(), between.max()) + 3 * max(widths)
    points = np.linspace(low, high, _POINTS)
    curves = [_curve(values, width, points) for values, width in zip((within, between), widths, strict=True)]
    return float(np.minimum(*curves).sum() / curves[0].sum())


def _thinned(values: Sequence[float]) -> Numbers:
    finite = np.asarray(values, np.float64)
    finite = finite[np.isfinite(finite)]
    return finite[:: max(1, -(-len(finite) // MOST))]


def _width(values: Numbers) -> float:
    """Return Scott's width of a kernel, never nought."""
    return max(float(values.std()) * len(values) ** -0.2, 1e-3 * max(float(np.abs(values).max()), 1e-9))


def _curve(values: Numbers, width: float, points: Numbers) -> Numbers:
    """Smooth values, counted into cells first, that many cost no more than few. Shapes: those of `points`."""
    step = points[1] - points[0]
    counts, _ = np.histogram(values, np.append(points - step / 2, points[-1] + step / 2))
    filled = np.flatnonzero(counts)
    kernels = np.exp(-0.5 * ((points[:, None] - points[filled]) / max(width, step)) ** 2)
    curve = kernels @ counts[filled]
    return np.asarray(curve / curve.sum())
