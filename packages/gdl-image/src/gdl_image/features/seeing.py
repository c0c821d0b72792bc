"""Networks by name, and what one sees of a set of pictures."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from gdl_core.errors import UsageError, nearest
from gdl_image.arrays import Picture
from gdl_image.features import fashion, inception, lite
from gdl_image.representations.layout import Layout

NAMES = ("fashion", "lite0")
"""The features that can be asked for by name; those of Inception are asked for by the file of its weights."""


@dataclass(frozen=True)
class Seen:
    """What a network sees of pictures: a vector of each, and the place of the class that each looks most like.

    Shapes: vectors (pictures, size), classes (pictures,).
    """

    vectors: NDArray[np.float32]
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class Features:
    """A network that turns every picture into a vector, and how it wants pictures.

    `classes` are the names of those that it tells apart, where they are known.

    Example:
        >>> clothes = find("fashion")
        >>> clothes.see([np.zeros((28, 28, 1), np.uint8)]).vectors.shape
        (1, 64)
    """

    name: str
    summary: str
    layout: Layout
    size: int
    network: nn.Module = field(repr=False)
    classes: tuple[str, ...] = ()
    black: float = 0.0
    white: float = 1.0
    batch: int = 128

    def see(self, pictures: Iterable[Picture], *, device: str = "cpu") -> Seen:
        """Look at pictures of any size and colour, some at a time; each is brought to the size of the network.

        Raises:
            RepresentationError: What was given is no picture.
        """
        network = self.network.to(device)
        vectors, classes = [np.zeros((0, self.size), np.float32)], [np.zeros(0, np.int64)]
        for stack in _stacks(map(self.layout.apply, pictures), self.batch):
            values = torch.from_numpy(stack).to(device).movedim(-1, 1).float()
            with torch.no_grad():
                found, logits = network(values * ((self.white - self.black) / 255) + self.black)
            vectors.append(found.cpu().numpy())
            classes.append(logits.argmax(1).cpu().numpy())
        return Seen(np.concatenate(vectors), np.concatenate(classes))


def find(name: str) -> Features:
    """Return the features of this name, ``fashion`` or ``lite0``, or those of Inception by the file of its weights.

    Raises:
        UsageError: There are none of this name, or what they need is not installed.
        InputError: The file does not hold the weights of `gdl_image.features.inception`.
    """
    if name.lower().endswith(inception.ENDS):
        return _inception(Path(name))
    if name.startswith(_INCEPTION):
        raise UsageError(f"the features {name} need the weights of Inception; give their file, as it was given before")
    if name not in _OPENED:
        raise UsageError(f"there are no features {name!r}; {nearest(name, NAMES)}")
    return _OPENED[name]()


def fitting(channels: int) -> str:
    """Name the features for pictures with so many channels: ``fashion`` for gray ones, ``lite0`` for colours.

    Raises:
        UsageError: The weights for colours are not installed.
    """
    if channels == 1:
        return "fashion"
    if not find_spec(lite.PACKAGE):
        raise UsageError(f"{lite.HINT}; or choose the features fashion, which see pictures gray and small")
    return "lite0"


@cache
def _fashion() -> Features:
    side = fashion.SIZE
    summary = "a classifier of clothes trained on Fashion-MNIST, pictures gray and 28 x 28"
    layout = Layout(side, side, 1, "stretch")
    return Features("fashion", summary, layout, fashion.FEATURES, fashion.load(), fashion.CLASSES)


@cache
def _lite() -> Features:
    side = lite.SIZE
    summary = f"EfficientNet-Lite0 trained on ImageNet, pictures in colour and {side} x {side}"
    layout = Layout(side, side, 3, "stretch")
    return Features("lite0", summary, layout, lite.FEATURES, lite.load(), black=lite.BLACK, white=lite.WHITE)


@cache
def _inception(path: Path) -> Features:
    side = inception.SIZE
    network, digits = inception.load(path)
    name = f"{_INCEPTION}{digits}"
    summary = f"Inception-v3 with the weights of {path.name}, pictures in colour and {side} x {side}"
    layout = Layout(side, side, 3, "stretch", filter=Image.Resampling.BILINEAR)
    black, white = inception.BLACK, inception.WHITE
    return Features(name, summary, layout, inception.FEATURES, network, black=black, white=white, batch=16)


_INCEPTION = "inception-"
_OPENED = {"fashion": _fashion, "lite0": _lite}


def _stacks(pictures: Iterable[Picture], size: int) -> Iterator[Picture]:
    waiting = iter(pictures)
    while rows := list(islice(waiting, size)):
        yield np.stack(rows)
