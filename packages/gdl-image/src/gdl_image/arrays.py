"""A picture as an array: what is one, its colours, and how Pillow sees it.

A picture is an array of uint8 of shape (height, width, channels), with one channel (gray), three (RGB) or four (RGBA).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdl_core.errors import RepresentationError, UsageError, nearest

Picture = NDArray[np.uint8]

COLOURS = {"gray": 1, "rgb": 3, "rgba": 4}
"""How many channels each kind of colour has."""

WHITE = 255

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_LUMA = np.array([299, 587, 114], np.uint32)  # ITU-R BT.601, in thousandths


def checked(picture: Any) -> Picture:
    """Return what was given if it is a picture.

    Raises:
        RepresentationError: It is none; says what was found instead.

    Example:
        >>> checked(np.zeros((2, 3, 1), np.uint8)).shape
        (2, 3, 1)
    """
    if not isinstance(picture, np.ndarray):
        raise RepresentationError(f"a picture is an array of bytes, and {type(picture).__name__} is none")
    shape = " x ".join(map(str, picture.shape))
    if picture.ndim != 3 or picture.shape[2] not in _MODES or not picture.size:
        raise RepresentationError(
            f"a picture has the shape height x width x channels, with 1, 3 or 4 channels, and not {shape}"
        )
    if picture.dtype != np.uint8:
        raise RepresentationError(f"a picture holds bytes (uint8), and this array of {shape} holds {picture.dtype}")
    return picture


def channels_of(colour: str | int) -> int:
    """Return the number of channels of a kind of colour.

    Example:
        >>> channels_of("rgb"), channels_of(1)
        (3, 1)
    """
    if colour in _MODES:
        return int(colour)
    if colour not in COLOURS:
        raise UsageError(f"there is no colour {colour!r}; {nearest(str(colour), COLOURS)}")
    return COLOURS[str(colour)]


def recoloured(picture: Picture, channels: int, *, background: int = WHITE) -> Picture:
    """Return the picture with this many channels.

    What is transparent lets the background show where there is no alpha channel to hold it; colours become gray by
    their luma (ITU-R BT.601); gray becomes colour with three equal channels, opaque.

    Shapes: (height, width, any) -> (height, width, channels).

    Example:
        >>> recoloured(np.uint8([[[255, 0, 0]]]), 1).tolist(), recoloured(np.uint8([[[7]]]), 4).tolist()
        ([[[76]]], [[[7, 7, 7, 255]]])
    """
    there = picture.shape[2]
    if there == channels:
        return picture
    if there == 4:
        return recoloured(_flattened(picture, background), channels)
    if there == 3 and channels == 1:
        return _gray(picture)
    colours = np.broadcast_to(picture, (*picture.shape[:2], 3))
    opaque = np.full((*picture.shape[:2], channels - 3), 255, np.uint8)
    return np.concatenate([colours, opaque], axis=2)


def _gray(picture: Picture) -> Picture:
    luma = (picture @ _LUMA + 500) // 1000
    return luma.astype(np.uint8)[..., None]


def _flattened(picture: Picture, background: int) -> Picture:
    """Lay an RGBA picture on a background of one gray level."""
    alpha = picture[..., 3:].astype(np.uint32)
    mixed = (picture[..., :3] * alpha + background * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)


def to_pillow(picture: Picture) -> Image.Image:
    """Return the picture as Pillow's."""
    return Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)


def from_pillow(image: Image.Image) -> Picture:
    """Return a picture of Pillow's, in mode L, RGB or RGBA, as an array of its own."""
    array = np.array(image, np.uint8)
    return array[..., None] if array.ndim == 2 else array
