"""Simple furniture built of boxes, tubes and cones: solids to train on that need no download."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from gdl_3d.shape import Shape
from gdl_core.representation import Record

if TYPE_CHECKING:
    from numpy.random import Generator

_SEGMENTS = 24
_OVERLAP = 0.01  # by which parts reach into each other, so that they are one solid


def procedural(count: int, *, seed: int = 0) -> Iterator[Record]:
    """Yield solids of the classes chair, cup, lamp, shelf and table in turn, in metres, +Y up; no two alike.

    The same seed gives the same shapes, and each follows from the seed and its number alone. One in five has the
    `split` ``test``.

    Example:
        >>> [record.properties["class"] for record in procedural(3)]
        ['chair', 'cup', 'lamp']
        >>> next(procedural(1)).object.to_trimesh().is_watertight
        True
    """
    kinds = tuple(KINDS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        body = KINDS[kind](np.random.default_rng([seed, number])).to_mesh64()
        shape = Shape(body.vert_properties[:, :3], body.tri_verts.astype(np.int64))
        split = "test" if number // len(kinds) % 5 == 4 else "train"
        name = f"{kind}-{number:05d}"
        yield Record(shape, f"procedural shape {number + 1}", {"class": kind, "split": split, "id": name})


def _chair(chance: "Generator") -> Any:
    width, depth, high = chance.uniform([0.35, 0.35, 0.4], [0.6, 0.55, 0.55])
    thick, leg = chance.uniform([0.03, 0.03], [0.08, 0.07])
    back = chance.uniform(0.35, 0.7)
    seat = _box((width, thick, depth), (0, high - thick / 2, 0))
    rest = _box((width, back, thick), (0, high + back / 2 - _OVERLAP, (thick - depth) / 2))
    return _together([seat, rest, *_legs(width, depth, high - thick / 2, leg)])


def _cup(chance: "Generator") -> Any:
    high, bottom, top = chance.uniform([0.06, 0.02, 0.03], [0.14, 0.045, 0.055])
    wall = chance.uniform(0.004, 0.008)
    return _tube(high, bottom, top) - _tube(high, bottom - wall, top - wall).translate((0, wall, 0))


def _lamp(chance: "Generator") -> Any:
    high, foot, pole = chance.uniform([0.4, 0.08, 0.008], [1.6, 0.2, 0.025])
    shade, low, narrow = chance.uniform([0.15, 0.12, 0.4], [0.35, 0.25, 1.0])
    lit = _tube(shade, low, narrow * low).translate((0, high - _OVERLAP, 0))
    return _together([_tube(0.03, foot, foot), _tube(high, pole, pole), lit])


def _shelf(chance: "Generator") -> Any:
    width, high, depth = chance.uniform([0.4, 0.5, 0.2], [1.2, 2.0, 0.45])
    thick, boards = chance.uniform(0.02, 0.05), int(chance.integers(2, 6))
    sides = [_box((thick, high, depth), (x, high / 2, 0)) for x in ((thick - width) / 2, (width - thick) / 2)]
    levels = np.linspace(thick / 2, high - thick / 2, boards)
    return _together([*sides, *(_box((width - _OVERLAP, thick, depth), (0, y, 0)) for y in levels)])


def _table(chance: "Generator") -> Any:
    width, depth, high = chance.uniform([0.5, 0.5, 0.4], [1.8, 1.0, 0.8])
    thick, leg = chance.uniform([0.03, 0.04], [0.08, 0.1])
    if chance.random() < 0.5:
        return _together([_box((width, thick, depth), (0, high, 0)), *_legs(width, depth, high, leg)])
    top = _tube(thick, depth / 2, depth / 2).translate((0, high - _OVERLAP, 0))
    return _together([top, _tube(high, leg, leg), _tube(thick, depth / 4, depth / 4)])


KINDS: dict[str, Callable[["Generator"], Any]] = {
    "chair": _chair,
    "cup": _cup,
    "lamp": _lamp,
    "shelf": _shelf,
    "table": _table,
}
"""What makes a solid of each class, as a `manifold3d.Manifold`."""


def _legs(width: float, depth: float, high: float, thick: float) -> list[Any]:
    """Four legs under the corners of a seat or a table."""
    across, along = (width - thick) / 2, (depth - thick) / 2
    return [_box((thick, high, thick), (x, high / 2, z)) for x in (-across, across) for z in (-along, along)]


def _box(sizes: tuple[float, float, float], middle: tuple[float, float, float]) -> Any:
    from manifold3d import Manifold

    return Manifold.cube(sizes, True).translate(middle)


def _tube(high: float, bottom: float, top: float) -> Any:
    """A full tube or cone that stands on the ground, along +Y."""
    from manifold3d import Manifold

    return Manifold.cylinder(high, bottom, top, _SEGMENTS).rotate((-90, 0, 0))


def _together(parts: list[Any]) -> Any:
    from manifold3d import Manifold, OpType

    return Manifold.batch_boolean(parts, OpType.Add)
