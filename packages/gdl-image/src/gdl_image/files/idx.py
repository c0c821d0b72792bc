"""Files of the form that MNIST made common: pictures in one file, their labels in another beside it, often gzipped."""

import gzip
import hashlib
import math
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_image.files.items import CLASS
from gdl_image.files.opening import MOST_PIXELS

CLASSES = "classes.txt"
"""A file beside the labels that names the classes, one a line, in the order of their numbers."""

FASHION = ("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
"""The classes of Fashion-MNIST, which is known by its labels."""

_FASHION_LABELS = {
    "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
    "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
}
_BYTES = 8  # the code of unsigned bytes
_MOST_LABELS = 100_000_000


def read_idx(path: Path) -> Iterator[Record]:
    """Read the pictures of an idx file; the file of labels beside it, if there is one, gives each its class.

    It is called like the file of pictures, with ``labels`` for ``images`` and ``idx1`` for ``idx3``. The classes have
    the names that a file `CLASSES` beside it gives them, those of Fashion-MNIST theirs, and others their numbers.
    """
    with _opened(path) as file:
        count, *shape = _header(file, path)
        if len(shape) not in (2, 3) or not 0 < math.prod(shape) <= MOST_PIXELS:
            raise InputError(f"{path} holds no pictures, but {count:,} entries of shape {tuple(shape)}")
        shape = [*shape, 1] if len(shape) == 2 else shape
        if shape[2] not in (1, 3, 4):
            raise InputError(f"{path}: pictures with {shape[2]} channels; there may be 1, 3 or 4")
        labels = _labels(path, count)
        for number in range(count):
            data = file.read(math.prod(shape))
            if len(data) < math.prod(shape):
                raise InputError(f"{path} says it holds {count:,} pictures, and ends behind {number:,}")
            properties = {CLASS: labels[number]} if labels else {}
            yield Record(np.frombuffer(data, np.uint8).reshape(shape), f"{path}:{number + 1}", properties)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked on the way if it is gzipped, and name what is wrong with it."""
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            yield file
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError(f"{path}: the gzip archive is damaged or cut short; get the file again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _header(file: BinaryIO, path: Path) -> list[int]:
    """Read how many entries there are along each axis."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or not 1 <= magic[3] <= 4:
        raise InputError(f"{path} is no idx file: it does not begin with two zeros, a type and a number of axes")
    if magic[2] != _BYTES:
        raise InputError(f"{path} holds no bytes, but numbers of another type ({magic[2]:#04x}); save it as bytes")
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise InputError(f"{path} ends within its header")
    return [int(size) for size in np.frombuffer(sizes, ">u4")]


def _labels(images: Path, count: int) -> Sequence[str]:
    """Return the class of every picture, or nothing where there is no file of labels."""
    name = images.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    stem = name.removesuffix(".gz")
    path = next((place for place in map(images.with_name, (name, stem, f"{stem}.gz")) if place.is_file()), None)
    if path is None or path == images:
        return ()
    with _opened(path) as file:
        sizes = _header(file, path)
        if sizes != [count] or count > _MOST_LABELS:
            raise InputError(f"{path} says it holds {sizes} labels, and {images.name} {count:,} pictures")
        data = file.read(count)
    if len(data) < count:
        raise InputError(f"{path} says it holds {count:,} labels, and ends behind {len(data):,}")
    names = _names(path, data)
    if max(data, default=0) >= len(names):
        raise InputError(f"{path} has a class {max(data)}, and {path.with_name(CLASSES)} names {len(names)} only")
    return [names[label] for label in data]


def _names(labels: Path, data: bytes) -> Sequence[str]:
    place = labels.with_name(CLASSES)
    if place.is_file():
        return [
            line.strip() for line in place.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()
        ]
    if hashlib.sha256(data).hexdigest() in _FASHION_LABELS:
        return FASHION
    return [str(number) for number in range(256)]
