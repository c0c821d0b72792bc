"""Small charts as SVG text, to stand inside an HTML page; colours come from the page's style sheet."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np

_WIDTH, _HEIGHT = 520, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 12, 14, 46

Numbers = Sequence[float]
Points = Sequence[tuple[float, float]]

SHADES = 8
"""How many shades the page's style has for values."""


@dataclass(frozen=True)
class Axis:
    """Maps values from `low` to `high` onto pixels from `start` to `end`, evenly or by powers of ten."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, place = map(math.log10, (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        return self.start + (place - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return round values that lie on the axis.

        Example:
            >>> Axis(0.0, 100.0, 0, 500).ticks()
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
        """
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            values = [lead * 10.0**power for power in powers for lead in (1, 2, 5)]
        else:
            step = _round_step((self.high - self.low) / 5)
            first = math.ceil(self.low / step - 1e-9)
            values = [step * i for i in range(first, first + 12)]
        return [value for value in values if self.low <= value * (1 + 1e-9) and value <= self.high * (1 + 1e-9)]


def curves(series: Mapping[str, tuple[Numbers, Numbers]], *, across: str, up: str, decades: bool = False) -> str:
    """Draw lines, each given as (places, values). With `decades` the upward axis is logarithmic if values span one.

    Example:
        >>> "<polyline" in curves({"loss": ([1, 2, 3], [4.0, 2.0, 1.0])}, across="step", up="nats")
        True
    """
    drawn = {name: _finite_points(*points) for name, points in series.items()}
    places = [x for points in drawn.values() for x, _ in points]
    values = [y for points in drawn.values() for _, y in points]
    if not places:
        return _nothing(up)
    horizontal = _axis(places, _LEFT, _WIDTH - _RIGHT, log=False, padding=0)
    log = decades and min(values) > 0 and max(values) > 10 * min(values)
    vertical = _axis(values, _HEIGHT - _BOTTOM, _TOP, log=log)
    lines = [_line(points, horizontal, vertical, number) for number, points in enumerate(drawn.values())]
    last = "; ".join(f"{name} ends at {label(points[-1][1])}" for name, points in drawn.items() if points)
    return _figure(f"{up} by {across}: {last}", [*_frame(horizontal, vertical, across, up), *lines], list(drawn))


def histogram(groups: Mapping[str, Numbers], *, across: str, bins: int = 40) -> str:
    """Draw the distributions of several sets of numbers over each other, each as the share that falls in a bin.

    The bins span the central 99 % of all numbers; the rest is counted in the outermost bins.
    """
    finite = {name: np.asarray(values, float)[np.isfinite(values)] for name, values in groups.items()}
    kept = {name: values for name, values in finite.items() if len(values)}
    if not kept:
        return _nothing(across)
    edges = _edges(np.concatenate(list(kept.values())), bins)
    shares = {n: np.histogram(v.clip(edges[0], edges[-1]), edges)[0] / len(v) for n, v in kept.items()}
    horizontal = Axis(float(edges[0]), float(edges[-1]), _LEFT, _WIDTH - _RIGHT)
    vertical = Axis(0.0, 1.05 * max(float(share.max()) for share in shares.values()), _HEIGHT - _BOTTOM, _TOP)
    steps = [_steps(edges, share, horizontal, vertical, number) for number, share in enumerate(shares.values())]
    means = "; ".join(f"{name}: mean {label(float(values.mean()))}" for name, values in kept.items())
    frame = _frame(horizontal, vertical, across, "share")
    return _figure(f"distribution of {across}; {means}", [*frame, *steps], list(kept))


def scatter(groups: Mapping[str, Points], *, across: str, up: str) -> str:
    """Draw sets of points over each other, the first at the bottom.

    Example:
        >>> scatter({"data": [(0, 0), (1, 2)], "samples": [(1, 1)]}, across="x", up="y").count("<circle")
        3
    """
    axes = _axes([point for points in groups.values() for point in points])
    if axes is None:
        return _nothing(up)
    dots = [_dot(point, axes, f"series{number}") for number, points in enumerate(groups.values()) for point in points]
    counts = "; ".join(f"{name}: {len(points)} points" for name, points in groups.items())
    return _figure(f"{up} by {across}; {counts}", [*_frame(*axes, across, up), *dots], list(groups))


def shaded(points: Points, values: Numbers, *, across: str, up: str, name: str) -> str:
    """Draw points in shades that follow their values, from those of the lowest to those of the highest twentieth.

    Example:
        >>> 'class="shade7"' in shaded([(0, 0), (1, 2)], [3.0, 9.0], across="x", up="y", name="weight")
        True
    """
    axes = _axes(points)
    if axes is None:
        return _nothing(name)
    low, high = (float(end) for end in np.quantile(values, [0.05, 0.95]))
    places = (np.asarray(values, float) - low) / ((high - low) or 1.0)
    shades = (places * SHADES).clip(0, SHADES - 1).astype(int)
    dots = [_dot(point, axes, f"shade{shade}") for point, shade in zip(points, shades, strict=True)]
    title = f"{up} by {across}; the shade is {name}"
    keys = {f"{name} {label(low)} or less": "shade0", f"{name} {label(high)} or more": f"shade{SHADES - 1}"}
    return _figure(title, [*_frame(*axes, across, up), *dots], list(keys), list(keys.values()))


def label(value: float) -> str:
    """Write a number with at most four significant digits.

    Example:
        >>> [label(value) for value in (0.00012, 3.14159, 25000, 3200000)]
        ['0.00012', '3.142', '25k', '3.2M']
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size and unit != "k"):
            return f"{value / size:.4g}{unit}"
    return f"{value:.4g}"


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(lead * power for lead in (1, 2, 5, 10) if lead * power >= rough * (1 - 1e-9))


def _axes(points: Points) -> tuple[Axis, Axis] | None:
    """Return the axes on which all points lie; None where there is no point."""
    if not points:
        return None
    across, up = zip(*points, strict=True)
    return _axis(across, _LEFT, _WIDTH - _RIGHT, log=False), _axis(up, _HEIGHT - _BOTTOM, _TOP, log=False)


def _dot(point: tuple[float, float], axes: tuple[Axis, Axis], kind: str) -> str:
    across, up = (axis(value) for axis, value in zip(axes, point, strict=True))
    return f'<circle class="{kind}" cx="{across:.1f}" cy="{up:.1f}" r="2.4"/>'


def _axis(values: Numbers, start: float, end: float, *, log: bool, padding: float = 0.05) -> Axis:
    low, high = min(values), max(values)
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    if log:
        return Axis(low / 1.1, high * 1.1, start, end, log=True)
    return Axis(low - padding * (high - low), high + padding * (high - low), start, end)


def _edges(values: np.ndarray, bins: int) -> np.ndarray:
    low, high = np.quantile(values, [0.005, 0.995])
    if low == high:
        low, high = low - 0.5, high + 0.5
    if np.array_equal(values, values.round()) and high - low < bins:  # counts: one bin for each
        return np.arange(math.floor(low), math.ceil(high) + 2) - 0.5
    return np.linspace(low, high, bins + 1)


def _finite_points(places: Numbers, values: Numbers) -> list[tuple[float, float]]:
    return [(x, y) for x, y in zip(places, values, strict=True) if math.isfinite(x) and math.isfinite(y)]


def _thin(points: list[tuple[float, float]], limit: int = 600) -> Iterable[tuple[float, float]]:
    """Average runs of points, so that a long log stays a small page."""
    size = math.ceil(len(points) / limit)
    for start in range(0, len(points), size):
        run = points[start : start + size]
        yield sum(x for x, _ in run) / len(run), sum(y for _, y in run) / len(run)


def _line(points: list[tuple[float, float]], x: Axis, y: Axis, number: int) -> str:
    if not points:
        return ""
    path = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in _thin(points))
    if len(points) == 1:
        place, value = points[0]
        return f'<circle class="series{number}" cx="{x(place):.1f}" cy="{y(value):.1f}" r="3"/>'
    return f'<polyline class="series{number}" points="{path}"/>'


def _steps(edges: np.ndarray, shares: np.ndarray, x: Axis, y: Axis, number: int) -> str:
    corners = [(edges[0], 0.0)]
    for (left, right), share in zip(pairwise(edges), shares, strict=True):
        corners += [(left, share), (right, share)]
    path = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in [*corners, (edges[-1], 0.0)])
    return f'<polygon class="series{number}" points="{path}"/>'


def _frame(x: Axis, y: Axis, across: str, up: str) -> list[str]:
    bottom, right, middle = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT, (_HEIGHT - _BOTTOM + _TOP) / 2
    parts = []
    for value in y.ticks():
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{label(value)}</text>')
    for value in x.ticks():
        parts.append(f'<text x="{x(value):.1f}" y="{bottom + 19}" text-anchor="middle">{label(value)}</text>')
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>')
    parts.append(f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>')
    turned = f'transform="rotate(-90 14 {middle})" text-anchor="middle"'
    parts.append(f'<text x="14" y="{middle}" {turned}>{escape(up)}</text>')
    return parts


def _figure(title: str, parts: Iterable[str], names: Sequence[str], kinds: Sequence[str] | None = None) -> str:
    kinds = kinds or [f"series{number}" for number in range(len(names))]
    keys = "".join(f'<span class="key {kind}">{escape(name)}</span>' for name, kind in zip(names, kinds, strict=True))
    drawing = "".join(parts)
    return (
        f'<figure class="chart"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>{drawing}</svg><figcaption>{keys}</figcaption></figure>"
    )


def _nothing(name: str) -> str:
    return f'<p class="note">There are no numbers to draw for {escape(name)}.</p>'
