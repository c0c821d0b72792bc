"""Painting what is hidden of pictures, around what is known."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.errors import UsageError
from gdl_core.pipeline import Pipeline, complete
from gdl_image.arrays import Picture, recoloured
from gdl_image.representations.layout import Layout

Mask = NDArray[np.bool_]
"""Where a picture is known. Shapes: (height, width)."""

_KNOWN_FROM = 128


def inpaint(pipeline: Pipeline, pictures: Sequence[Picture], known: Mask, **options: Any) -> list[Picture | None]:
    """Draw anew what is hidden of each picture; every pixel that is known comes back as it was, byte for byte.

    A picture of another size or colour than the model's is brought to these first, as its representation does; one of
    two levels is known in black and white. `options` are those of `gdl_core.pipeline.complete`.

    Raises:
        UsageError: The model's family cannot keep what is known, or the mask hides nothing or has another size.
    """
    size = pipeline.representation.layout.size  # type: ignore[attr-defined]  # every representation of pictures has one
    if known.shape != size:
        raise UsageError(f"the mask is {_by(known.shape)}, and the pictures of this model are {_by(size)}")
    if known.all():
        raise UsageError("nothing is hidden: a mask is black, or a rectangle covers, where is to be painted")
    return complete(pipeline, pictures, torch.from_numpy(known)[None], **options)


def rectangle(text: str, size: tuple[int, int]) -> Mask:
    """Read the rectangle ``left,top,width,height`` that is to be hidden of pictures of this height and width.

    Example:
        >>> rectangle("1,0,2,1", (2, 4)).astype(int).tolist()
        [[1, 0, 0, 1], [1, 1, 1, 1]]
    """
    try:
        left, top, width, height = (int(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"{text!r} is no rectangle; write it like 4,4,20,10: left, top, width, height") from None
    if left < 0 or top < 0 or width < 1 or height < 1 or left + width > size[1] or top + height > size[0]:
        raise UsageError(f"the rectangle {text} does not lie within pictures of {_by(size)}, height before width")
    known = np.ones(size, dtype=np.bool_)
    known[top : top + height, left : left + width] = False
    return known


def drawn_mask(picture: Picture, size: tuple[int, int]) -> Mask:
    """Read a picture as a mask: what is white is known, what is black or transparent is hidden.

    Example:
        >>> drawn_mask(np.uint8([[[255], [0]]]), (1, 2)).tolist()
        [[True, False]]
    """
    gray = recoloured(picture, 1, background=0)
    return Layout(*size, 1, "refuse").apply(gray)[..., 0] >= _KNOWN_FROM


def _by(size: Sequence[int]) -> str:
    return " x ".join(map(str, size))
