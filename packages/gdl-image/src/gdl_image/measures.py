"""Numbers that describe one picture: what samples can be asked for, and what reports compare."""

import hashlib
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from gdl_image.arrays import Picture, checked, recoloured

Channel = NDArray[np.float64]


def brightness(picture: Picture) -> float:
    """The mean gray level, from 0 for black to 1 for white.

    Example:
        >>> brightness(np.full((4, 4, 3), 255, np.uint8))
        1.0
    """
    return float(_gray(picture).mean())


def contrast(picture: Picture) -> float:
    """The standard deviation of the gray levels, from 0 for a plain picture to 0.5 for half black, half white.

    Example:
        >>> contrast(np.uint8([[[0], [255]]]))
        0.5
    """
    return float(_gray(picture).std())


def colourfulness(picture: Picture) -> float:
    """How far colours are from gray: the measure of Hasler and Süsstrunk (2003) with levels from 0 to 1; 0 for gray.

    Its root mean square of red against green and of yellow against blue agrees with what people say of photographs.
    doi:10.1117/12.477378
    """
    red, green, blue = np.moveaxis(recoloured(picture, 3) / 255, -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))


def sharpness(picture: Picture) -> float:
    """The mean difference of neighbouring gray levels, down and across: 0 for a plain picture, 1 for a checkerboard.

    Example:
        >>> sharpness(np.uint8([[[0], [255]], [[255], [0]]]))
        1.0
    """
    gray = _gray(picture)
    steps = [np.abs(np.diff(gray, axis=axis)).ravel() for axis in (0, 1)]
    return float(np.concatenate(steps).mean()) if gray.size > 1 else 0.0


MEASURES: dict[str, Callable[[Picture], float]] = {
    "brightness": brightness,
    "contrast": contrast,
    "colourfulness": colourfulness,
    "sharpness": sharpness,
}
"""What can be measured of each picture, by name."""


def numbers(picture: Picture, names: Sequence[str]) -> list[float]:
    """Return what `MEASURES` finds under these names.

    Example:
        >>> numbers(np.zeros((4, 4, 1), np.uint8), ["brightness", "contrast"])
        [0.0, 0.0]
    """
    picture = checked(picture)
    return [MEASURES[name](picture) for name in names]


def histograms(pictures: Iterable[Picture]) -> dict[str, list[float]]:
    """Return every measure of every picture, by name; of gray pictures alone, colourfulness is left out."""
    pictures = [checked(picture) for picture in pictures]
    gray = all(picture.shape[2] == 1 for picture in pictures)
    return {
        name: [of(picture) for picture in pictures]
        for name, of in MEASURES.items()
        if not (gray and name == "colourfulness")
    }


def identity(picture: Picture) -> str:
    """Return a text that pictures share only when they are equal in every pixel, size and colour.

    Raises:
        RepresentationError: It is no picture.

    Example:
        >>> identity(np.zeros((1, 2, 1), np.uint8)) == identity(np.zeros((2, 1, 1), np.uint8))
        False
    """
    picture = checked(picture)
    digest = hashlib.sha256(picture.tobytes()).hexdigest()
    return f"{'x'.join(map(str, picture.shape))}-{digest[:32]}"


def _gray(picture: Picture) -> Channel:
    return recoloured(picture, 1)[..., 0] / 255
