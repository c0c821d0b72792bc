"""Whether a PNG file holds as many bytes as its header claims, which Pillow does not ask: rows that lack stay black."""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from gdl_core.errors import InputError

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""How many numbers a pixel has, by the type of colour."""

_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Where the passes of an interlaced picture begin, and how far apart their pixels are: left, top, across, down."""

_PIECE = 1 << 16


def check_complete(file: BinaryIO) -> None:
    """Count the bytes that a PNG file unpacks to, up to those that its header claims.

    The file must be one that Pillow has read. What is unpacked is never held at once.

    Raises:
        InputError: They are too few; how many rows are there is said.
    """
    passes = list(_rows(*_header(file)))
    claimed = sum(rows * size for rows, size in passes)
    found = _unpacked(file, claimed)
    if found < claimed:
        whole = 0
        for rows, size in passes:
            whole, found = whole + min(found // size, rows), max(found - rows * size, 0)
        total = sum(rows for rows, _ in passes)
        raise InputError(f"the picture is cut short: it holds {whole:,} of {total:,} rows; get the whole file again")


def _header(file: BinaryIO) -> tuple[int, int, int, bool]:
    """Read width, height, bits of a pixel and whether the picture is interlaced."""
    file.seek(16)
    width, height = (int.from_bytes(file.read(4), "big") for _ in range(2))
    depth, colour, _, _, interlaced = file.read(5)
    return width, height, depth * _SAMPLES[colour], bool(interlaced)


def _rows(width: int, height: int, bits: int, interlaced: bool) -> Iterator[tuple[int, int]]:
    """Yield how many rows each pass has and how many bytes a row takes, with one that names its filter."""
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            yield rows, 1 + (columns * bits + 7) // 8


def _unpacked(file: BinaryIO, most: int) -> int:
    """Return how many bytes the file's data unpack to, `most` at most."""
    unpacker, count = zlib.decompressobj(), 0
    for piece in _data(file):
        while piece and count < most and not unpacker.eof:
            count += len(unpacker.decompress(piece, min(_PIECE, most - count)))
            piece = unpacker.unconsumed_tail
        if count >= most or unpacker.eof:
            return count
    return min(count + len(unpacker.flush()), most)


def _data(file: BinaryIO) -> Iterator[bytes]:
    """Yield the packed data, piece by piece."""
    file.seek(8)
    while len(start := file.read(8)) == 8:
        size = int.from_bytes(start[:4], "big")
        after = file.tell() + size + 4
        while start[4:] == b"IDAT" and size and (piece := file.read(min(size, _PIECE))):
            size -= len(piece)
            yield piece
        file.seek(after)
