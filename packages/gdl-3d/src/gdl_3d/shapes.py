"""A sequence of shapes that knows how to show and save itself."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Self, overload

from gdl_3d.closing import closed
from gdl_3d.draw import grid
from gdl_3d.files.writing import WRITTEN, check_written, new_shapes, write_shape
from gdl_3d.shape import Shape
from gdl_core.errors import RepresentationError, Skipped, UsageError
from gdl_core.folders import new_drawing

Skip = Callable[[Skipped], None]

_SHOWN = 12


class Shapes(Sequence[Shape | None]):
    """Shapes in a fixed order: one by one, as a picture, as files. What is no shape, among raw draws, is None.

    `log_prob` is the natural logarithm of the probability of each under the model that drew it, or None.

    Example:
        >>> Shapes([Shape([[0, 0, 0]]), None])
        Shapes(2: Shape(1 point), None)
    """

    def __init__(self, shapes: Iterable[Shape | None], *, log_prob: Iterable[float] | None = None) -> None:
        self.shapes = tuple(shapes)
        self.log_prob = None if log_prob is None else tuple(map(float, log_prob))
        if self.log_prob is not None and len(self.log_prob) != len(self):
            raise UsageError(f"{len(self.log_prob)} log-probabilities for {len(self)} shapes; give one for each")

    def __len__(self) -> int:
        return len(self.shapes)

    @overload
    def __getitem__(self, index: int) -> Shape | None: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Shape | Self | None:
        if isinstance(index, slice):
            return type(self)(self.shapes[index], log_prob=self.log_prob and self.log_prob[index])
        return self.shapes[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Shapes) and (self.shapes, self.log_prob) == (other.shapes, other.log_prob)

    def __hash__(self) -> int:
        return hash((self.shapes, self.log_prob))

    def __repr__(self) -> str:
        return f"Shapes({len(self):,}: {', '.join(map(repr, self.shapes[:3]))}{', ...' if len(self) > 3 else ''})"

    def _repr_html_(self) -> str:
        """Show the first shapes in a notebook."""
        return f"<div><p>{len(self):,} shape{'s' * (len(self) != 1)}</p>{self.draw()}</div>"

    def save(
        self,
        path: str | Path,
        *,
        form: str | None = None,
        height: float | None = None,
        force: bool = False,
        skipped: Skip | None = None,
    ) -> Path:
        """Write one file, or where the name is that of a folder, one for each, numbered from 1; return the path.

        The end of a file's name says its kind; in a folder it is `form`, such as ``stl``: GLB for meshes and PLY for
        clouds unless told. `height` is in millimetres. What is no shape goes to `skipped`, or is warned of.

        Raises:
            UsageError: The kind is unknown, a file is to hold other than one shape, or something is there already.
        """
        place = Path(path)
        skip = skipped or _warn
        if place.suffix.lower() in WRITTEN:
            if form is not None and place.suffix.lower() != f".{form}":
                raise UsageError(f"{place} is not named as a .{form} file; leave the form out, or name a folder")
            if len(self) != 1 or self.shapes[0] is None:
                raise UsageError(f"{place}: a file holds one shape and there are {len(self)}; name a folder instead")
            return write_shape(self.shapes[0], place, height=height, force=force)
        if place.suffix:
            check_written(place)
        with new_shapes(place, force=force) as folder:
            for number, shape in enumerate(self.shapes, 1):
                if shape is None:
                    skip(Skipped(f"shape {number}", "the draw stands for no shape"))
                    continue
                kind = form or ("ply" if shape.is_cloud else "glb")
                try:
                    write_shape(shape, folder / f"{number:0{max(4, len(str(len(self))))}}.{kind}", height=height)
                except RepresentationError as refusal:
                    skip(Skipped(f"shape {number}", str(refusal)))
        return place

    def closed(self, *, resolution: int = 64, skipped: Skip | None = None) -> Self:
        """Return the shapes as watertight solids (`gdl_3d.closing.closed`); what has none goes to `skipped`."""
        skip = skipped or _warn
        made: list[Shape | None] = []
        for number, shape in enumerate(self.shapes, 1):
            try:
                made.append(None if shape is None else closed(shape, resolution=resolution))
            except RepresentationError as refusal:
                skip(Skipped(f"shape {number}", str(refusal)))
                made.append(None)
        return type(self)(made, log_prob=self.log_prob)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        count: int = _SHOWN,
        columns: int = 4,
        legends: Sequence[str] | None = None,
        force: bool = False,
    ) -> str | Path:
        """Draw the first shapes: as an .svg or .png file, or without a path as SVG text.

        Under each stands its legend, or its number.
        """
        legends = [str(number + 1) for number in range(len(self))][:count] if legends is None else legends
        shown = self.shapes[:count]
        if path is None:
            return str(grid(shown, columns=columns, legends=legends))
        return new_drawing(
            path, lambda format: grid(shown, columns=columns, legends=legends, format=format), force=force
        )


def _warn(skip: Skipped) -> None:
    warnings.warn(str(skip), stacklevel=3)
