"""Pictures of shapes as SVG: each seen from above its front corner, its nearest faces over the others."""

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np

from gdl_3d.shape import Floats, Shape
from gdl_core.errors import UsageError

_CELL, _FOOT = 160, 18  # pixels
_MOST = 1500  # faces or points of a shape that are drawn
_ABOVE, _BESIDE = np.radians(25), np.radians(35)


def grid(
    shapes: Iterable[Shape | None], *, columns: int | None = None, legends: Sequence[str] | None = None
) -> str:
    """Draw shapes in rows of `columns` cells; return SVG text. What is no shape has an empty cell.

    Example:
        >>> picture = grid([Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]), None])
        >>> picture.startswith("<svg") and picture.endswith("</svg>")
        True
    """
    cells = list(shapes)
    if legends is not None and len(legends) != len(cells):
        raise UsageError(f"{len(legends)} legends for {len(cells)} shapes; give one for each")
    across = max(1, min(columns or 4, len(cells)))
    down = max(1, -(-len(cells) // across))
    drawn = []
    for place, shape in enumerate(cells):
        x, y = place % across * _CELL, place // across * (_CELL + _FOOT)
        legend = escape(legends[place][:30]) if legends else ""
        text = f'<text x="{_CELL / 2:.0f}" y="{_CELL + 13}" text-anchor="middle" font-size="12">{legend}</text>'
        drawn.append(f'<g transform="translate({x} {y})">{_picture(shape)}{text}</g>')
    size = f'width="{across * _CELL}" height="{down * (_CELL + _FOOT)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">{"".join(drawn)}</svg>'


def _picture(shape: Shape | None) -> str:
    if shape is None or not len(shape.vertices):
        return ""
    seen = _seen(shape.vertices)
    if shape.faces is None:
        return "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.3" fill="#4a6fa5"/>' for x, y, _ in seen[:_MOST])
    corners = seen[shape.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(cross, axis=1)
    largest = np.sort(np.argsort(-size, kind="stable")[:_MOST])
    order = largest[np.argsort(corners[largest, :, 2].mean(1), kind="stable")]
    light = np.abs(cross[:, 2]) / np.maximum(size, 1e-12)
    return "".join(_triangle(corners[face], light[face]) for face in order)


def _triangle(corners: Floats, light: float) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in corners)
    red, green, blue = (round(channel * (0.45 + 0.55 * light)) for channel in (120, 160, 215))
    return f'<polygon points="{points}" fill="rgb({red},{green},{blue})"/>'


def _seen(vertices: Floats) -> Floats:
    """Turn vertices towards the eye, and fit them into a cell: x to the right, y down, z towards the eye."""
    x, y, z = (vertices - (vertices.min(0) + vertices.max(0)) / 2).T
    right = np.cos(_BESIDE) * x - np.sin(_BESIDE) * z
    away = np.sin(_BESIDE) * x + np.cos(_BESIDE) * z
    up = np.cos(_ABOVE) * y - np.sin(_ABOVE) * away
    near = np.sin(_ABOVE) * y + np.cos(_ABOVE) * away
    scale = 0.46 * _CELL / max(np.abs([right, up]).max(), 1e-12)
    return np.stack([_CELL / 2 + right * scale, _CELL / 2 - up * scale, near * scale], 1)
