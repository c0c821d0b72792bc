"""Pictures as grids of pixels: 256 levels, or two."""

from collections.abc import Iterable, Mapping
from typing import Any, Self

import numpy as np
import torch

from gdl_core.errors import RepresentationError, UsageError
from gdl_core.representation import Representation
from gdl_core.spaces import Grid, Sample
from gdl_image.arrays import COLOURS, WHITE, Picture
from gdl_image.representations.layout import Layout, Resize, colour_of, size_of


class Pixels(Representation):
    """A picture as its bytes: a grid of 256 levels, of one size and colour.

    `size` and `colour` (``gray``, ``rgb``, ``rgba``) are what is given, or are decided by the data, as
    `Layout.decided` says; `resize` says what becomes of pictures of another size (see `Resize`). What is transparent
    lets `background`, a gray level, show where the colour has no alpha.

    Example:
        >>> pixels = Pixels().fit([np.zeros((28, 28, 1), np.uint8)])
        >>> pixels.space
        Grid(channels=1, shape=(28, 28), levels=256)
        >>> pixels.encode(np.full((28, 28, 1), 9, np.uint8)).unique()
        tensor([9])
    """

    name = "pixels"
    loses = "size and colour, where a picture has others than the model"
    levels = 256

    def __init__(
        self,
        *,
        size: int | str | Iterable[int] | None = None,
        colour: str | int | None = None,
        resize: Resize = "crop",
        background: int = WHITE,
    ) -> None:
        self._size, self._channels = size_of(size), colour_of(colour)
        self._resize, self._background = resize, background
        Layout(*(self._size or (1, 1)), self._channels or 1, resize, background)  # refuses what cannot be
        self._layout: Layout | None = None
        if self._size and self._channels:
            self._layout = Layout(*self._size, self._channels, resize, background)

    def fit(self, objects: Iterable[Any]) -> Self:
        """Decide from the pictures what was not given."""
        self._layout = Layout.decided(
            objects, size=self._size, channels=self._channels, resize=self._resize, background=self._background
        )
        return self

    @property
    def layout(self) -> Layout:
        """The size and the colour of every picture here."""
        if self._layout is None:
            raise UsageError(f"the representation {self.name!r} has no size and colour yet; give both, or fit it")
        return self._layout

    @property
    def space(self) -> Grid:
        """The grid on which the pictures stand."""
        return Grid(self.layout.channels, self.layout.size, self.levels)

    def encode(self, object: Any) -> Sample:
        """Turn a picture into levels. Shapes: (height, width, channels) -> (channels, height, width)."""
        return torch.from_numpy(self._to_levels(self.layout.apply(object)).astype(np.int64)).movedim(-1, 0)

    def decode(self, sample: Sample) -> Picture:
        """Turn levels into a picture. Shapes: (channels, height, width) -> (height, width, channels)."""
        shape = tuple(getattr(sample, "shape", ()))
        if (
            not isinstance(sample, torch.Tensor)
            or shape != self.space.full_shape
            or not 0 <= sample.min() <= sample.max() < self.levels
        ):
            raise RepresentationError(f"a sample of shape {shape} is no picture of {self.space}")
        return self._from_levels(sample.movedim(0, -1).numpy().astype(np.uint8))

    def _to_levels(self, picture: Picture) -> Picture:
        return picture

    def _from_levels(self, levels: Picture) -> Picture:
        return np.ascontiguousarray(levels)

    def to_config(self) -> dict[str, Any]:
        layout = self.layout
        colour = {channels: name for name, channels in COLOURS.items()}[layout.channels]
        return {
            "size": list(layout.size), "colour": colour, "resize": self._resize, "background": self._background,
        }  # fmt: skip

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        return cls(**config)


class Binary(Pixels):
    """A picture in black and white: a grid of two levels, 1 where a pixel is at least as bright as `threshold`.

    It is gray unless `colour` says otherwise, and every channel has two levels then. The rest is as in `Pixels`.

    Example:
        >>> binary = Binary(size=1, threshold=100)
        >>> binary.encode(np.uint8([[[100]]])).item(), binary.decode(torch.tensor([[[1]]])).item()
        (1, 255)
    """

    name = "binary"
    loses = "all levels but black and white, by a threshold; and size and colour, where a picture has others"
    levels = 2

    def __init__(
        self,
        *,
        threshold: int = 128,
        size: int | str | Iterable[int] | None = None,
        colour: str | int | None = "gray",
        resize: Resize = "crop",
        background: int = WHITE,
    ) -> None:
        super().__init__(size=size, colour=colour, resize=resize, background=background)
        if not 1 <= threshold <= 255:
            raise UsageError(f"a threshold is a level from 1 to 255, not {threshold}")
        self.threshold = threshold

    def _to_levels(self, picture: Picture) -> Picture:
        return (picture >= self.threshold).astype(np.uint8)

    def _from_levels(self, levels: Picture) -> Picture:
        return np.ascontiguousarray(levels * np.uint8(255))

    def to_config(self) -> dict[str, Any]:
        return {**super().to_config(), "threshold": self.threshold}
