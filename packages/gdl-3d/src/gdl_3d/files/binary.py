"""STL, PLY and npz: meshes as arrays of bytes."""

import io
import re
import zipfile
from typing import Any

import numpy as np

from gdl_3d.files.limits import LARGEST_FILE, check_count, mesh_of
from gdl_3d.files.text import read_ascii_stl
from gdl_3d.shape import Shape
from gdl_core.errors import InputError

_STL_HEAD = 84
_STL_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_SIZES = {"char": 1, "uchar": 1, "int8": 1, "uint8": 1, "short": 2, "ushort": 2, "int16": 2, "uint16": 2, "int": 4,
          "uint": 4, "int32": 4, "uint32": 4, "float": 4, "float32": 4, "double": 8, "float64": 8}  # fmt: skip
_LONGEST_HEADER = 1 << 16


def read_stl(data: bytes) -> Shape:
    """Read an STL file, binary or text, whose +Z is up; corners at one place are joined, and +Y is up in what returns.

    A file is binary where its length is what its count of faces says; so one that begins with ``solid`` may be.

    Raises:
        InputError: It is cut off, or claims more faces than it holds.
    """
    count = int.from_bytes(data[80:84], "little") if len(data) >= _STL_HEAD else 0
    if data.lstrip()[:5].lower() == b"solid" and len(data) != _STL_HEAD + count * _STL_FACE.itemsize:
        return turned_up(read_ascii_stl(data))
    if len(data) < _STL_HEAD:
        raise InputError("the file is shorter than the head of an STL file")
    check_count(count, _STL_FACE.itemsize, len(data) - _STL_HEAD, "faces")
    faces = np.frombuffer(data, _STL_FACE, count, _STL_HEAD)
    return turned_up(mesh_of(faces["corners"].reshape(-1, 3), np.arange(3 * count), join=True))


def turned_up(shape: Shape) -> Shape:
    """Turn what has +Z up so that +Y is: the front, -Y, becomes +Z."""
    return Shape(shape.vertices[:, [0, 2, 1]] * [1, 1, -1], shape.faces)


def read_ply(data: bytes) -> Shape:
    """Read a PLY file, text or binary: a mesh, or where it has no faces, a cloud, with its normals if it has them.

    Raises:
        InputError: It is cut off, or claims more than it holds.
    """
    import trimesh

    _check_ply(data)
    try:
        with np.errstate(all="ignore"):
            found: Any = trimesh.load(io.BytesIO(data), file_type="ply", process=False)
    except Exception as error:  # what trimesh raises on a damaged file is of any kind
        raise InputError(f"the PLY file cannot be read: {type(error).__name__}: {str(error)[:200]}") from error
    faces = getattr(found, "faces", None)
    if faces is not None and len(faces):
        return mesh_of(found.vertices, faces)
    if not len(getattr(found, "vertices", ())):
        raise InputError("the file is empty: it has no vertices")
    vertex = found.metadata["_ply_raw"]["vertex"]
    if not {"nx", "ny", "nz"} <= set(vertex["properties"]):
        return Shape(found.vertices)
    columns = [np.ravel(vertex["data"][name]) for name in ("nx", "ny", "nz")]
    return Shape(found.vertices, normals=np.stack(columns, 1))


def _check_ply(data: bytes) -> None:
    """Hold what the head claims against what the file has."""
    end = data.find(b"end_header", 0, _LONGEST_HEADER)
    if data[:3] != b"ply" or end < 0:
        raise InputError("the file does not begin with the head of a PLY file")
    head = data[:end].decode("latin-1")
    is_text = re.search(r"^format\s+ascii", head, re.MULTILINE) is not None
    body = data[end:].partition(b"\n")[2]
    lines = body.count(b"\n") + 1
    for block in re.split(r"^element\s+", head, flags=re.MULTILINE)[1:]:
        name, _, rest = block.partition("\n")
        kind, _, number = name.strip().partition(" ")
        if not number.strip().isdigit():
            raise InputError(f"the head of the PLY file has no count of {kind!r}")
        check_count(int(number), 1 if is_text else _least(rest), lines if is_text else len(body), f"{kind} elements")


def _least(properties: str) -> int:
    """Return how many bytes an element takes at least: lists may be empty."""
    total = 0
    for line in properties.splitlines():
        words = line.split()
        if words[:1] == ["property"] and len(words) > 2:
            total += _SIZES.get(words[2] if words[1] == "list" else words[1], 1)
    return max(total, 1)


def read_npz(data: bytes) -> Shape:
    """Read a mesh (`vertices`, `faces`) or a cloud (`vertices` or `points`, `normals`) from an npz file; no pickle.

    Raises:
        InputError: It unpacks to more than `LARGEST_FILE`, or has no such arrays.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_FILE:
                raise InputError(f"the archive unpacks to more than {LARGEST_FILE:,} bytes")
        arrays = dict(np.load(io.BytesIO(data), allow_pickle=False))  # noqa: TID251 - no pickle is allowed
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        raise InputError(f"the npz file cannot be read: {error}") from error
    vertices = arrays.get("vertices", arrays.get("points"))
    if vertices is None:
        raise InputError(f"the npz file has no array `vertices` or `points`; there is: {', '.join(arrays) or 'none'}")
    if vertices.dtype.kind not in "fiu":
        raise InputError(f"the array of vertices holds {vertices.dtype}, not numbers")
    if "faces" in arrays and len(arrays["faces"]):
        return mesh_of(vertices, arrays["faces"])
    return Shape(vertices, normals=arrays.get("normals"))
