"""A sequence of pictures that knows how to show and save itself."""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self, overload

from gdl_core.errors import UsageError
from gdl_core.folders import new_drawing
from gdl_image.arrays import Picture, checked
from gdl_image.draw import grid
from gdl_image.files.kinds import Skip
from gdl_image.files.writing import save
from gdl_image.measures import histograms
from gdl_image.sheet import columns_for, sheet

_SHOWN = 24


class Pictures(Sequence[Picture | None]):
    """Pictures in a fixed order: as arrays of bytes one by one, as one picture of all, as files.

    What is no picture, among raw draws of a model, is None. `log_prob` is the natural logarithm of the probability of
    each under the model that drew it, or None.

    Example:
        >>> import numpy as np
        >>> pictures = Pictures([np.zeros((28, 28, 1), np.uint8)] * 3)
        >>> pictures
        Pictures(3 of 28 x 28 x 1)
        >>> pictures.grid().shape
        (56, 172, 1)
    """

    def __init__(self, pictures: Iterable[Any], *, log_prob: Iterable[float] | None = None) -> None:
        self.arrays = tuple(None if picture is None else checked(picture) for picture in pictures)
        self.log_prob: tuple[float, ...] | None = None if log_prob is None else tuple(map(float, log_prob))
        if self.log_prob is not None and len(self.log_prob) != len(self):
            raise UsageError(f"{len(self.log_prob)} log-probabilities for {len(self)} pictures; give one for each")

    def __len__(self) -> int:
        return len(self.arrays)

    @overload
    def __getitem__(self, index: int) -> Picture | None: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Picture | Self | None:
        if isinstance(index, slice):
            return type(self)(self.arrays[index], log_prob=self.log_prob and self.log_prob[index])
        return self.arrays[index]

    def __repr__(self) -> str:
        shapes = {" x ".join(map(str, picture.shape)) for picture in self.arrays if picture is not None}
        return f"Pictures({len(self):,} of {shapes.pop() if len(shapes) == 1 else f'{len(shapes)} shapes'})"

    def _repr_html_(self) -> str:
        """Show the first pictures in a notebook."""
        first = f", the first {_SHOWN}:" if len(self) > _SHOWN else ""
        return f"<div><p>{len(self):,} picture{'s' * (len(self) != 1)}{first}</p>{self.draw(count=_SHOWN)}</div>"

    def properties(self) -> dict[str, list[float]]:
        """Return the brightness, contrast, colourfulness and sharpness of each that is a picture, in order."""
        return histograms(picture for picture in self.arrays if picture is not None)

    def grid(self, *, columns: int | None = None) -> Picture:
        """Return one picture of all, in rows on white; up to ten in one row unless `columns` says otherwise."""
        return sheet(self.arrays, columns=columns)

    def save(
        self, path: str | Path, *, columns: int | None = None, force: bool = False, skipped: Skip | None = None
    ) -> Path:
        """Write a folder of PNG files, or a .png of all, a .gif or an .npz, as the name says; return the path.

        `columns` is how many stand in a row of a .png. What is None is left out of all but a .png, and goes to
        `skipped` or is warned of. What exists already is refused without `force`.
        """
        skip = skipped or (lambda what: warnings.warn(str(what), stacklevel=3))
        return save(self.arrays, path, columns=columns, force=force, skipped=skip)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        count: int = _SHOWN,
        columns: int | None = None,
        legends: Sequence[str] | None = None,
        force: bool = False,
    ) -> str | Path:
        """Draw the first pictures, with legends where these are given: as an .svg or .png file, or else as SVG text."""
        shown = self.arrays[:count]
        columns = columns or columns_for(len(shown))
        if path is None:
            return str(grid(shown, columns=columns, legends=legends))
        return new_drawing(
            path, lambda format: grid(shown, columns=columns, legends=legends, format=format), force=force
        )
