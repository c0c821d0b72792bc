"""OBJ, OFF and the ASCII form of STL: meshes as text."""

import re
from itertools import chain

import numpy as np

from gdl_3d.files.limits import check_count, mesh_of
from gdl_3d.shape import Floats, Integers, Shape
from gdl_core.errors import InputError

_VERTEX = re.compile(rb"^[ \t]*v[ \t]+([^\n]*)", re.MULTILINE)
_ELEMENT = re.compile(rb"^[ \t]*([vf])[ \t]+([^\n]*)", re.MULTILINE)
_FACE = re.compile(rb"^[ \t]*f[ \t]+([^\n]*)", re.MULTILINE)
_BESIDE = re.compile(rb"/[^\s]*")  # what a face says of textures and normals
_STL_VERTEX = re.compile(rb"\bvertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)


def read_obj(data: bytes) -> Shape:
    """Read the vertices and faces of an OBJ file; faces of more corners become fans.

    Groups, materials, faces of fewer than three corners and lines that OBJ does not know are left out.

    Raises:
        InputError: A number cannot be read, or a face names vertex 0, or one that is not there.
    """
    data = data.replace(b"\r", b"\n").replace(b"\\\n", b" ")
    rows = [row.split()[:3] for row in _VERTEX.findall(data)]
    faces = [_BESIDE.sub(b"", row.partition(b"#")[0]).split() for row in _FACE.findall(data)]
    vertices = _numbers(rows)
    flat = _integers(list(chain.from_iterable(faces)))
    sizes = np.array([len(face) for face in faces], np.int64)
    if (flat == 0).any():
        raise InputError("a face names vertex 0; those of an OBJ file are counted from 1")
    if (flat < 0).any():
        flat = np.where(flat < 0, flat + _vertices_before_faces(data).repeat(sizes), flat - 1)
    else:
        flat = flat - 1
    return mesh_of(vertices, fans(flat, sizes))


def _vertices_before_faces(data: bytes) -> Integers:
    """Return for each face how many vertices stand above it: from there numbers below zero count back."""
    kinds = np.array([kind == b"v" for kind, _ in _ELEMENT.findall(data)])
    return np.cumsum(kinds)[~kinds]


def fans(flat: Integers, sizes: Integers) -> Integers:
    """Cut faces of any number of corners, written after one another, into triangles; those of less than 3 are left out.

    Example:
        >>> fans(np.array([0, 1, 2, 3, 4, 5, 6]), np.array([4, 3])).tolist()
        [[0, 1, 2], [0, 2, 3], [4, 5, 6]]
    """
    starts = np.cumsum(sizes) - sizes
    counts = np.maximum(sizes - 2, 0)
    first = np.repeat(starts, counts)
    step = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    return flat[np.stack([first, first + step + 1, first + step + 2], 1)]


def read_off(data: bytes) -> Shape:
    """Read an OFF file, also one of ModelNet's, whose first line runs into the second; colours are left out.

    Raises:
        InputError: It does not begin as an OFF file does, or it holds less than it claims.
    """
    lines = [line.partition(b"#")[0] for line in data.splitlines()]
    words = [line.split() for line in lines if line.strip()]
    head = words[0][0].upper() if words else b""
    if not head.endswith(b"OFF") and not head.startswith(b"OFF"):
        raise InputError("the file does not begin with OFF")
    rest = [word for word in [words[0][0][3:], *words[0][1:]] if word]
    counts, body = (rest, words[1:]) if rest else (words[1] if len(words) > 1 else [], words[2:])
    if len(counts) < 2 or not all(word.isdigit() for word in counts[:2]):
        raise InputError("the file does not say how many vertices and faces it has")
    vertices, faces = int(counts[0]), int(counts[1])
    check_count(vertices + faces, 1, len(body), "vertices and faces")
    rows = [row[:3] for row in body[:vertices]]
    corners = [_corners(row, number) for number, row in enumerate(body[vertices : vertices + faces])]
    sizes = np.array([len(row) for row in corners], np.int64)
    return mesh_of(_numbers(rows), fans(_integers(list(chain.from_iterable(corners))), sizes))


def _corners(row: list[bytes], number: int) -> list[bytes]:
    """Return the corners that a line of a face names, after how many they are."""
    count = int(row[0]) if row[0].isdigit() else -1
    if not 0 <= count < len(row):
        raise InputError(f"face {number} claims {row[0][:20].decode(errors='replace')} corners and has {len(row) - 1}")
    return row[1 : 1 + count]


def read_ascii_stl(data: bytes) -> Shape:
    """Read the triangles of an STL file that is text. Its corners at one place are joined."""
    rows = [list(corner) for corner in _STL_VERTEX.findall(data)]
    if len(rows) % 3:
        raise InputError(f"the file has {len(rows)} corners, which is no multiple of three; it is cut off")
    return mesh_of(_numbers(rows), np.arange(len(rows)), join=True)


def _numbers(rows: list[list[bytes]]) -> Floats:
    """Read rows of three numbers."""
    for place, row in enumerate(rows):
        if len(row) != 3:
            raise InputError(f"vertex {place + 1} has {len(row)} numbers, not three")
    try:
        return np.array(rows, dtype="S").astype(np.float64).reshape(-1, 3) if rows else np.zeros((0, 3))
    except ValueError as error:
        raise InputError(f"a vertex cannot be read: {error}") from None


def _integers(words: list[bytes]) -> Integers:
    try:
        return np.array(words, dtype="S").astype(np.int64) if words else np.zeros(0, np.int64)
    except (ValueError, OverflowError) as error:
        raise InputError(f"a face cannot be read: {error}") from None
