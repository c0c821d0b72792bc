"""Many pictures as one, in rows."""

from collections.abc import Sequence

import numpy as np

from gdl_image.arrays import WHITE, Picture, recoloured

STRIP = 10
"""Up to so many pictures stand in one row."""

SEEN = 64
"""Smaller pictures are enlarged, by a whole number, to about so many pixels a side."""

_GAP = 2


def sheet(pictures: Sequence[Picture | None], *, columns: int | None = None) -> Picture:
    """Lay pictures out in rows on white, small ones enlarged so that their pixels are seen.

    Without `columns`, up to `STRIP` pictures stand in one row, and more in about a square. What is None leaves its
    place empty; what is transparent shows the white.

    Example:
        >>> sheet([np.zeros((32, 32, 1), np.uint8)] * 3).shape
        (64, 196, 1)
    """
    columns = columns or columns_for(len(pictures))
    shown = [picture for picture in pictures if picture is not None]
    height, width = (max((picture.shape[axis] for picture in shown), default=1) for axis in (0, 1))
    channels = 1 if all(picture.shape[2] == 1 for picture in shown) else 3
    times = enlargement(height, width)
    down, across = height * times + _GAP, width * times + _GAP
    columns, rows = min(columns, max(len(pictures), 1)), max(1, -(-len(pictures) // columns))
    whole = np.full((rows * down - _GAP, columns * across - _GAP, channels), WHITE, np.uint8)
    for place, picture in enumerate(pictures):
        if picture is not None:
            large = enlarged(recoloured(picture, channels), times)
            upper = place // columns * down + (height * times - large.shape[0]) // 2
            left = place % columns * across + (width * times - large.shape[1]) // 2
            whole[upper : upper + large.shape[0], left : left + large.shape[1]] = large
    return whole


def columns_for(count: int) -> int:
    """Return how many of so many pictures stand in a row.

    Example:
        >>> columns_for(8), columns_for(64)
        (8, 8)
    """
    return max(1, count) if count <= STRIP else int(np.ceil(np.sqrt(count)))


def enlargement(height: int, width: int) -> int:
    """Return how many times a picture of this size is enlarged to be seen."""
    return max(1, SEEN // max(height, width))


def enlarged(picture: Picture, times: int) -> Picture:
    """Return the picture with each pixel as a square of this side."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)
