"""Pictures in a numpy archive, read one by one: nothing is unpickled, and a header's claims are not believed."""

import math
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_image.arrays import Picture
from gdl_image.files.items import CLASS
from gdl_image.files.opening import MOST_PIXELS

IMAGES, LABELS, CLASSES = "images", "labels", "classes"
"""The names of the arrays: pictures, one label for each, and what the labels that are numbers stand for."""

_MOST_BYTES = 1 << 30  # of labels
_DEPTHS = {"bool": 1, "uint8": 255, "uint16": 0xFFFF}


class _Array(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    data: IO[bytes]

    def read(self, count: int, where: str) -> np.ndarray[Any, Any]:
        """Read the next so many elements."""
        data = self.data.read(count * self.dtype.itemsize)
        if len(data) < count * self.dtype.itemsize:
            raise InputError(f"{where}: the array ends before it is complete; get the file again")
        return np.frombuffer(data, self.dtype)


def read_npz(path: Path) -> Iterator[Record]:
    """Read the array `IMAGES` of a numpy archive, and from `LABELS`, if it is there, the class of each.

    Pictures are of shape (count, height, width) or (count, height, width, channels), as bytes, as booleans (white where
    true) or with 16 bits, which become 8. Labels are texts or numbers; `CLASSES` gives numbers their names.
    """
    with _naming_damage(path), zipfile.ZipFile(path) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
        if IMAGES not in names:
            raise InputError(f"{path} has no array {IMAGES!r}; there is: {', '.join(sorted(names)[:9]) or 'none'}")
        with archive.open(f"{IMAGES}.npy") as file:
            images = _array(file, f"{path}: {IMAGES}")
            shape = _shape(images, path)
            labels = _labels(archive, names, images.shape[0], path)
            for number in range(images.shape[0]):
                values = images.read(math.prod(shape), str(path)).reshape(shape)
                properties = {CLASS: labels[number]} if len(labels) else {}
                yield Record(_bytes(values), f"{path}:{number + 1}", properties)


@contextmanager
def _naming_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise InputError(f"{path} is no numpy archive, or a damaged one: {error}") from None


def _array(file: IO[bytes], where: str) -> _Array:
    """Read the header of an array; what it claims is checked by whoever reads on."""
    form = np.lib.format
    try:
        header = {(1, 0): form.read_array_header_1_0, (2, 0): form.read_array_header_2_0}[form.read_magic(file)]
        shape, by_columns, dtype = header(file)
    except (ValueError, KeyError, SyntaxError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{where} is no array of numpy: {reason}") from None
    if dtype.hasobject:
        raise InputError(f"{where} holds pickled objects, which are never opened; save it as numbers")
    if by_columns and len(shape) > 1:
        raise InputError(f"{where} is stored by columns; save it with numpy.ascontiguousarray")
    return _Array(shape, dtype, file)


def _shape(images: _Array, path: Path) -> tuple[int, int, int]:
    """Return height, width and channels of every picture."""
    if images.dtype.name not in _DEPTHS:
        raise InputError(
            f"{path}: {IMAGES} holds {images.dtype}, and pictures are uint8, uint16 or bool; scale them to 0 to 255"
        )
    shape = (*images.shape, 1) if len(images.shape) == 3 else images.shape
    if len(shape) != 4 or shape[3] not in (1, 3, 4) or min(shape[1:]) < 1 or math.prod(shape[1:]) > MOST_PIXELS:
        raise InputError(
            f"{path}: {IMAGES} has the shape {images.shape}; it is to be (count, height, width) or "
            "(count, height, width, channels) with 1, 3 or 4 channels"
        )
    return shape[1], shape[2], shape[3]


def _labels(archive: zipfile.ZipFile, names: set[str], count: int, path: Path) -> Sequence[str]:
    if LABELS not in names:
        return ()
    labels = _texts(archive, LABELS, path)
    if len(labels) != count:
        raise InputError(f"{path} holds {count:,} pictures and {len(labels):,} labels; give one for each")
    if CLASSES not in names:
        return labels
    classes = _texts(archive, CLASSES, path)
    try:
        return [classes[int(label)] for label in labels]
    except (ValueError, IndexError):
        raise InputError(f"{path}: a label is none of the {len(classes)} numbers that {CLASSES!r} names") from None


def _texts(archive: zipfile.ZipFile, name: str, path: Path) -> list[str]:
    """Read an array of one axis, of whole numbers or of texts, as texts."""
    where = f"{path}: {name}"
    with archive.open(f"{name}.npy") as file:
        array = _array(file, where)
        if len(array.shape) != 1 or array.dtype.kind not in "iuU":
            raise InputError(
                f"{where} holds {array.dtype} of shape {array.shape}; it is to be one row of texts or numbers"
            )
        if array.shape[0] * array.dtype.itemsize > _MOST_BYTES:
            raise InputError(f"{where} claims more than {_MOST_BYTES:,} bytes")
        return [str(value) for value in array.read(array.shape[0], where).tolist()] if array.dtype.itemsize else []


def _bytes(values: np.ndarray[Any, Any]) -> Picture:
    """Spread the values over 0 to 255."""
    most = _DEPTHS[values.dtype.name]
    return values if most == 255 else ((values.astype(np.uint32) * 255 + most // 2) // most).astype(np.uint8)
