"""A set of shapes as clouds of points, taken once, that others are compared with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from gdl_3d.representations.points import SurfacePoints
from gdl_3d.shape import Shape
from gdl_core.data import archive
from gdl_core.errors import InputError, RepresentationError, Skipped
from gdl_core.representation import Record

REFERENCE = "a reference of gdl-3d"
"""What the file of a `Reference` says it holds."""

POINTS = 512
"""How many points stand for a shape, unless told otherwise."""

Object = Shape | Record
Skip = Callable[[Skipped], None]


@dataclass(frozen=True, eq=False)
class Reference:
    """Shapes as points spread evenly over their surfaces, in the cube from -0.5 to 0.5; place and size are gone.

    Shapes: clouds (shapes, points, 3).

    Example:
        >>> Reference.measure([Shape(np.eye(3), [[0, 1, 2]])], points=64)
        Reference(1 shape of 64 points)
    """

    clouds: NDArray[np.float64]

    @classmethod
    def measure(cls, shapes: Iterable[Object], *, points: int = POINTS, skipped: Skip | None = None) -> Self:
        """Spread points over shapes; of a cloud, so many of its own are taken. What has too few goes to `skipped`."""
        found = (_cloud(number, shape, points, skipped) for number, shape in enumerate(shapes, 1))
        clouds = [cloud for cloud in found if cloud is not None]
        if not clouds:
            raise InputError("the reference holds no shape to compare with")
        return cls(np.stack(clouds))

    @property
    def points(self) -> int:
        """How many points each shape has."""
        return self.clouds.shape[1]

    def __len__(self) -> int:
        return len(self.clouds)

    def __repr__(self) -> str:
        return f"Reference({len(self):,} {'shape' if len(self) == 1 else 'shapes'} of {self.points} points)"

    def save(self, path: str | Path, *, force: bool = False) -> Path:
        """Write a .npz file, in single precision; an existing one is refused without `force`."""
        return archive.save(path, REFERENCE, {"clouds": self.clouds.astype(np.float32)}, force=force)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. No pickle is opened."""
        clouds = archive.load(path, REFERENCE).get("clouds", np.zeros(0))
        if clouds.ndim != 3 or clouds.shape[2] != 3 or not clouds.size or not np.isfinite(clouds).all():
            raise InputError(f"{path} is damaged: its clouds have the shape {clouds.shape}; make it again")
        return cls(clouds.astype(np.float64))


def spread_points(shape: Any, points: int) -> NDArray[np.float64]:
    """Return so many points that stand for a shape, in the cube from -0.5 to 0.5. Shapes: -> (points, 3).

    Raises:
        RepresentationError: It is no shape, has no surface, or is a cloud of fewer points.
    """
    return SurfacePoints(points).encode(shape).numpy().astype(np.float64) / 2


def _cloud(number: int, thing: Object, points: int, skipped: Skip | None) -> NDArray[np.float64] | None:
    shape, where = (thing.object, thing.where) if isinstance(thing, Record) else (thing, f"shape {number}")
    try:
        return spread_points(shape, points)
    except RepresentationError as error:
        if skipped:
            skipped(Skipped(where, str(error)))
        return None
