"""GLB and glTF: scenes of meshes, which become one mesh."""

import base64
import binascii
import json
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from gdl_3d.files.limits import LARGEST_FILE, MOST, Piece, bytes_of, together
from gdl_3d.shape import Floats, Integers, Shape
from gdl_core.errors import InputError

Json = Mapping[str, Any]

_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC3": 3}
_LIST, _FAN = 4, 6  # glTF's numbers for triangles in a list and in a fan; 5 is a strip
_MOST_NODES = 100_000


def read_gltf(data: bytes, folder: Path | None) -> Shape:
    """Read the triangles of a GLB or glTF file, each node's transform applied, as one mesh.

    Materials, cameras and animations are left out. Buffers may lie in the file or beside it: a name that leads out of
    `folder`, or onto the network, is refused, and so are compressed and sparse buffers.

    Raises:
        InputError: The file is damaged, refers to what is elsewhere, or holds no triangles.
    """
    try:
        document, binary = _parts(data)
        reader = _Reader(document, _buffers(document, binary, folder))
        pieces = list(reader.scene())
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, struct.error, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the glTF file is damaged: {type(error).__name__}: {str(error)[:200]}") from error
    if not pieces:
        raise InputError("the scene holds no triangles")
    return together(pieces)


def _parts(data: bytes) -> tuple[Json, bytes | None]:
    """Return the description and the binary part of a file."""
    if data[:4] != b"glTF":
        return json.loads(data), None
    length = struct.unpack_from("<I", data, 8)[0]
    if length > len(data):
        raise InputError(f"the file claims {length:,} bytes and has {len(data):,}; it is cut off")
    chunks: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= length:
        size, kind = struct.unpack_from("<I4s", data, place)
        if place + 8 + size > len(data):
            raise InputError("a part of the file is longer than the file; it is cut off or damaged")
        chunks.setdefault(kind, data[place + 8 : place + 8 + size])
        place += 8 + size
    return json.loads(chunks[b"JSON"]), chunks.get(b"BIN\0")


def _buffers(document: Json, binary: bytes | None, folder: Path | None) -> list[bytes]:
    found = []
    for number, buffer in enumerate(document.get("buffers", ())):
        uri = buffer.get("uri")
        data = (binary or b"") if uri is None else _fetched(uri, folder)
        if buffer["byteLength"] > len(data):
            raise InputError(f"buffer {number} claims {buffer['byteLength']:,} bytes and has {len(data):,}")
        found.append(data)
        if sum(map(len, found)) > LARGEST_FILE:
            raise InputError(f"the buffers hold more than {LARGEST_FILE:,} bytes")
    return found


def _fetched(uri: str, folder: Path | None) -> bytes:
    """Return what a reference names: data in itself, or a file in the same folder."""
    if uri.startswith("data:"):
        try:
            return base64.b64decode(uri.partition(",")[2], validate=True)
        except binascii.Error as error:
            raise InputError(f"data within the file cannot be read: {error}") from error
    name = unquote(uri)
    place = None if folder is None or ":" in name or "\\" in name else (folder / name).resolve()
    if place is None or folder is None or not place.is_relative_to(folder.resolve()):
        raise InputError(f"the file refers to {uri[:80]!r}, which is not in its folder; it is not opened")
    if not place.is_file():
        raise InputError(f"the file refers to {uri[:80]!r}, which is not there")
    return bytes_of(place)


class _Reader:
    """Walks through a scene and gathers its triangles."""

    def __init__(self, document: Json, buffers: list[bytes]) -> None:
        self.document, self.buffers = document, buffers
        self.known: dict[int, list[Piece]] = {}
        self.total = 0

    def scene(self) -> Iterator[Piece]:
        """Yield vertices and faces of each mesh of the scene, in the scene's own coordinates."""
        nodes = self.document.get("nodes", [])
        scenes = self.document.get("scenes")
        if not nodes and not scenes:  # a file of meshes alone
            waiting = []
            for number in range(len(self.document.get("meshes", ()))):
                yield from self._mesh(number)
        elif scenes:
            waiting = [(root, np.eye(4)) for root in scenes[self.document.get("scene", 0)].get("nodes", ())]
        else:
            children = {child for node in nodes for child in node.get("children", ())}
            waiting = [(number, np.eye(4)) for number in range(len(nodes)) if number not in children]
        seen = 0
        while waiting:
            number, above = waiting.pop()
            seen += 1
            if seen > min(len(nodes), _MOST_NODES):
                raise InputError(f"the scene's nodes hang together in a ring, or are more than {_MOST_NODES:,}")
            node = nodes[number]
            here = above @ _matrix(node)
            waiting += [(child, here) for child in node.get("children", ())]
            if "mesh" in node:
                for vertices, faces in self._mesh(node["mesh"]):
                    turned = faces if np.linalg.det(here[:3, :3]) >= 0 else faces[:, ::-1]
                    yield vertices @ here[:3, :3].T + here[:3, 3], turned

    def _mesh(self, number: int) -> list[Piece]:
        if number not in self.known:
            primitives = self.document["meshes"][number]["primitives"]
            self.known[number] = [found for one in primitives if (found := self._triangles(one)) is not None]
        self.total += sum(len(vertices) + len(faces) for vertices, faces in self.known[number])
        if self.total > 2 * MOST:
            raise InputError(f"the scene holds more than {MOST:,} vertices and faces; simplify it")
        return self.known[number]

    def _triangles(self, primitive: Json) -> Piece | None:
        mode = primitive.get("mode", _LIST)
        if mode < _LIST or "POSITION" not in primitive.get("attributes", {}):
            return None  # points and lines
        if compressed := [name for name in primitive.get("extensions", {}) if "compression" in name]:
            raise InputError(f"the mesh is compressed by {compressed[0]}; write the file without compression")
        vertices = self._accessor(primitive["attributes"]["POSITION"], "VEC3").astype(np.float64)
        corners = (
            self._accessor(primitive["indices"], "SCALAR")[:, 0].astype(np.int64)
            if "indices" in primitive
            else np.arange(len(vertices))
        )
        return vertices, _faces(corners, mode)

    def _accessor(self, number: int, kind: str) -> NDArray[Any]:
        accessor = self.document["accessors"][number]
        if "sparse" in accessor or "bufferView" not in accessor:
            raise InputError("the file has sparse arrays, which are not read; write it without them")
        if accessor["type"] != kind:
            raise InputError(f"an array holds {accessor['type']!r} where {kind!r} belongs")
        view = self.document["bufferViews"][accessor["bufferView"]]
        dtype, width, count = np.dtype(_TYPES[accessor["componentType"]]), _WIDTHS[kind], accessor["count"]
        start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        stride = view.get("byteStride", dtype.itemsize * width)
        buffer = self.buffers[view["buffer"]]
        end = start + stride * (count - 1) + dtype.itemsize * width
        if min(start, count, stride - dtype.itemsize * width) < 0 or (count and end > len(buffer)):
            raise InputError(f"an array of {count:,} lies outside of its buffer; the file is cut off or damaged")
        return np.ndarray((count, width), dtype, buffer, start, (stride, dtype.itemsize))


def _faces(corners: Integers, mode: int) -> Integers:
    """Return the triangles of a list, a strip or a fan. Shapes: (n,) -> (m, 3)."""
    if mode == _LIST:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    if mode == _FAN:
        return np.stack([np.full(max(len(corners) - 2, 0), corners[0]), corners[1:-1], corners[2:]], 1)
    strip = np.stack([corners[:-2], corners[1:-1], corners[2:]], 1)
    strip[1::2] = strip[1::2, ::-1]
    return strip


def _matrix(node: Json) -> Floats:
    """Return where a node puts what it holds."""
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    x, y, z, w = np.array(node.get("rotation", (0, 0, 0, 1)), np.float64)
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    found = np.eye(4)
    found[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), np.float64)
    found[:3, 3] = node.get("translation", (0, 0, 0))
    return found
