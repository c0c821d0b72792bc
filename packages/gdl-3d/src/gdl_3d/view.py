"""Shapes that can be turned by hand, in a page that loads nothing from anywhere."""

import json
from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files

import numpy as np

from gdl_3d.shape import Shape
from gdl_3d.surface import spread

MOST_FACES = 50_000
"""A mesh of more faces is shown as points, so that the page stays small."""

_POINTS = 5000
_LEVELS = 65535  # numbers along the longest side


def view(shapes: Sequence[Shape]) -> tuple[str, str]:
    """Return the HTML of a viewer that holds these shapes, and the script that runs it.

    Vertices are written as 16-bit numbers along the longest side.

    Example:
        >>> html, script = view([Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])])
        >>> "data-shapes" in html, "webgl2" in script
        (True, True)
    """
    data = json.dumps([_packed(shape) for shape in shapes], separators=(",", ":"))
    buttons = "".join(
        f'<button type="button" aria-pressed="false" aria-label="shape {number}">{number}</button>'
        for number in range(1, len(shapes) + 1)
    )
    html = (
        f"<div class=\"viewer\" data-shapes='{data}'>"
        '<canvas tabindex="0" role="img" aria-label="a shape; drag or use the arrow keys to turn it" '
        'style="width:100%;height:26rem;touch-action:none;cursor:grab;background:#fff;border-radius:8px"></canvas>'
        f"<p>{buttons}</p>"
        '<p class="note">Drag or use the arrow keys to turn, the wheel or + and - to come nearer.</p></div>'
    )
    return html, files("gdl_3d").joinpath("viewer.js").read_text(encoding="utf-8")


def _packed(shape: Shape) -> dict[str, str]:
    """Write a shape as base64: vertices as uint16, and for a mesh its faces as uint32, little-endian."""
    vertices, faces = shape.vertices, shape.faces
    if faces is not None and len(faces) > MOST_FACES:
        vertices, faces = spread(shape, _POINTS)[0], None
    low, size = vertices.min(0), max(float(np.ptp(vertices, axis=0).max()), 1e-300)
    middle = (1 - np.ptp(vertices, axis=0) / size) / 2
    numbers = np.rint(((vertices - low) / size + middle) * _LEVELS).astype("<u2")
    packed = {"vertices": b64encode(numbers.tobytes()).decode()}
    return packed if faces is None else packed | {"faces": b64encode(faces.astype("<u4").tobytes()).decode()}
