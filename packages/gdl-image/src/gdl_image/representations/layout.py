"""The form that all pictures of a model have: height, width, colour, and how others are brought to it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
from PIL import Image

from gdl_core.errors import RepresentationError, UsageError, nearest
from gdl_image.arrays import WHITE, Picture, channels_of, checked, from_pillow, recoloured, to_pillow

Resize = Literal["crop", "pad", "stretch", "refuse"]
"""How a picture of another size is treated.

``crop`` cuts the middle of it that has the right proportions, ``pad`` keeps all of it on a background, ``stretch``
changes its proportions (these three then scale it), and ``refuse`` takes pictures of the right size only.
"""

SIZE = 32
"""The height and width where pictures differ in size, or are larger than `KEPT`, and nothing is asked for."""

KEPT = 64
"""Up to this height and width, pictures that all have one size keep it."""

LARGEST = 4096
"""No picture of a model is higher or wider than this."""


Box = tuple[float, float, float, float]
"""A part of a picture: left, upper, right, lower."""


@dataclass(frozen=True)
class Layout:
    """One size and colour, to which pictures of others are brought as `resize` says; `filter` is how they are scaled.

    Example:
        >>> import numpy as np
        >>> Layout(8, 8, 1).apply(np.zeros((20, 10, 3), np.uint8)).shape
        (8, 8, 1)
    """

    height: int
    width: int
    channels: int
    resize: Resize = "crop"
    background: int = WHITE
    filter: Image.Resampling = Image.Resampling.LANCZOS

    def __post_init__(self) -> None:
        if self.resize not in get_args(Resize):
            raise UsageError(f"pictures are not resized by {self.resize!r}; {nearest(self.resize, get_args(Resize))}")
        if not (1 <= self.height <= LARGEST and 1 <= self.width <= LARGEST):
            raise UsageError(f"a picture of {self.height} x {self.width}: each side has 1 to {LARGEST:,} pixels")
        if not 0 <= self.background <= 255:
            raise UsageError(f"a background is a gray level from 0 to 255, not {self.background}")

    @classmethod
    def decided(
        cls,
        pictures: Iterable[Any],
        *,
        size: tuple[int, int] | None,
        channels: int | None,
        resize: Resize = "crop",
        background: int = WHITE,
    ) -> Self:
        """Decide from data what is not given.

        The colour is that of most pictures. The size is the one that all of them have, if neither side is longer than
        `KEPT`; else `SIZE` on each side.
        """
        sizes, colours = set[tuple[int, ...]](), Counter[int]()
        for picture in pictures:
            try:
                height, width, own = checked(picture).shape
            except RepresentationError:
                continue
            colours[own] += 1
            if len(sizes) < 2:
                sizes.add((height, width))
        if not colours and (size is None or channels is None):
            raise RepresentationError("there is no picture to decide the size and the colour from; give both, or data")
        if size is None:
            only = next(iter(sizes)) if len(sizes) == 1 else (KEPT + 1,)
            size = (only[0], only[1]) if max(only) <= KEPT else (SIZE, SIZE)
        return cls(*size, channels or colours.most_common(1)[0][0], resize, background)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    def apply(self, picture: Any) -> Picture:
        """Bring a picture to this size and colour; one that is so already comes back as it is.

        Raises:
            RepresentationError: It is no picture, or has another size and `resize` refuses that.
        """
        picture = checked(picture)
        if picture.shape[:2] == self.size:
            return recoloured(picture, self.channels, background=self.background)
        if self.resize == "refuse":
            found = f"{picture.shape[0]} x {picture.shape[1]}"
            raise RepresentationError(
                f"a picture of {found}; this model takes {self.height} x {self.width}: "
                "resize it, or choose resize=crop, pad or stretch"
            )
        if self.resize == "pad":
            return self._padded(picture)
        box = self._middle(picture) if self.resize == "crop" else None
        return recoloured(self._scaled(picture, self.size, box), self.channels, background=self.background)

    def _middle(self, picture: Picture) -> Box:
        """Return the largest part in the middle that has this layout's proportions."""
        height, width = picture.shape[:2]
        scale = min(height / self.height, width / self.width)
        across, down = self.width * scale, self.height * scale
        left, upper = (width - across) / 2, (height - down) / 2
        return left, upper, min(left + across, width), min(upper + down, height)

    def _padded(self, picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        scale = min(self.height / height, self.width / width)
        inner = max(1, round(height * scale)), max(1, round(width * scale))
        picture = recoloured(self._scaled(picture, inner, None), self.channels, background=self.background)
        whole = np.full((*self.size, self.channels), self.background, np.uint8)
        upper, left = (self.height - inner[0]) // 2, (self.width - inner[1]) // 2
        if self.channels == 4:
            whole[..., 3] = 0
        whole[upper : upper + inner[0], left : left + inner[1]] = picture
        return whole

    def _scaled(self, picture: Picture, size: tuple[int, int], box: Box | None) -> Picture:
        height, width = size
        return from_pillow(to_pillow(picture).resize((width, height), self.filter, box=box))


def size_of(given: Any) -> tuple[int, int] | None:
    """Read a size: a number of pixels for both sides, height and width, or ``HEIGHTxWIDTH``.

    Example:
        >>> size_of(32), size_of([20, 30]), size_of("20x30"), size_of(None)
        ((32, 32), (20, 30), (20, 30), None)
    """
    if given is None:
        return None
    try:
        parts = [given] if isinstance(given, int) else given.lower().split("x") if isinstance(given, str) else given
        sides = [int(part) for part in parts]
        height, width = sides if len(sides) == 2 else sides * 2
    except (TypeError, ValueError, AttributeError):
        raise UsageError(f"{given!r} is no size; write it like 32 or 32x48, height before width") from None
    return height, width


def colour_of(given: Any) -> int | None:
    """Read a colour: gray, rgb or rgba, or None where the data decide."""
    return None if given is None else channels_of(given)
