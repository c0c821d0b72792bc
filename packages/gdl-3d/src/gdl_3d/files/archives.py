"""3MF: a scene of meshes in a zip archive; and archives that may be bombs."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

import numpy as np
from numpy.typing import NDArray

from gdl_3d.files.binary import turned_up
from gdl_3d.files.limits import LARGEST_FILE, MOST, mesh_of
from gdl_3d.shape import Floats, Shape
from gdl_core.errors import InputError

_DEEPEST = 32
_MOST_ITEMS = 100_000

Piece = tuple[Floats, NDArray[np.int64]]


@contextmanager
def opened(source: Any) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; what is wrong with it becomes an `InputError`."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"the archive is damaged: {error}") from error


def member(archive: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    """Unpack one file of an archive, up to `most` bytes: a bomb is refused whatever it says of its size.

    Raises:
        InputError: There is no such file, or it is larger.
    """
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except KeyError:
        raise InputError(f"the archive holds no {name!r}") from None
    if len(data) > most:
        raise InputError(f"{name} unpacks to more than {most:,} bytes; it is not read")
    return data


def read_3mf(data: bytes) -> Shape:
    """Read the parts that a 3MF file says are to be built, as one mesh; its +Z is up, and +Y is in what returns.

    Raises:
        InputError: The archive or its model is damaged, or unpacks to more than `LARGEST_FILE`.
    """
    with opened(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.lower().endswith(".model")]
        if not names:
            raise InputError("the archive holds no 3D model")
        text = member(archive, min(names, key=len), most=LARGEST_FILE)
    try:
        model = _Model(text)
        pieces = list(model.built())
    except (ParseError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the 3MF model is damaged: {type(error).__name__}: {str(error)[:200]}") from error
    if not pieces:
        raise InputError("the model is empty: it has nothing to build")
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    faces = [triangles + start for (_, triangles), start in zip(pieces, starts, strict=False)]
    return turned_up(mesh_of(np.concatenate([vertices for vertices, _ in pieces]), np.concatenate(faces)))


class _Model:
    """The objects of a model by their number: a mesh, or parts that are other objects."""

    def __init__(self, text: bytes) -> None:
        self.meshes: dict[str, Piece] = {}
        self.parts: dict[str, list[tuple[str, Floats]]] = {}
        self.items: list[tuple[str, Floats]] = []
        self.taken = self.total = 0
        for _, element in iterparse(io.BytesIO(text)):
            kind = _kind(element)
            if kind == "object":
                self._object(element)
                element.clear()
            elif kind == "item":
                self.items.append((element.attrib["objectid"], _transform(element)))

    def _object(self, element: Element) -> None:
        name = element.attrib["id"]
        found = {kind: [one for one in element.iter() if _kind(one) == kind] for kind in _KINDS}
        if found["vertex"]:
            vertices = [[float(one.attrib[axis]) for axis in "xyz"] for one in found["vertex"]]
            faces = [[int(one.attrib[corner]) for corner in ("v1", "v2", "v3")] for one in found["triangle"]]
            self.meshes[name] = np.array(vertices), np.array(faces, np.int64).reshape(-1, 3)
        self.parts[name] = [(one.attrib["objectid"], _transform(one)) for one in found["component"]]

    def built(self) -> Iterator[Piece]:
        """Yield the meshes that are to be built, each where it stands."""
        for name, transform in self.items or [(name, _transform(None)) for name in self.meshes]:
            yield from self._placed(name, transform, 0)

    def _placed(self, name: str, transform: Floats, depth: int) -> Iterator[Piece]:
        self.taken += 1
        if depth > _DEEPEST or self.taken > _MOST_ITEMS:
            raise InputError("the parts of the model hang together in a ring, or are too many")
        if name in self.meshes:
            vertices, faces = self.meshes[name]
            self.total += len(vertices) + len(faces)
            if self.total > 2 * MOST:
                raise InputError(f"the model holds more than {MOST:,} vertices and faces; simplify it")
            yield vertices @ transform[:3] + transform[3], faces
        for part, inner in self.parts[name]:
            joined = np.vstack([inner[:3] @ transform[:3], inner[3] @ transform[:3] + transform[3]])
            yield from self._placed(part, joined, depth + 1)


_KINDS = ("vertex", "triangle", "component")


def _kind(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _transform(element: Element | None) -> Floats:
    """Return the four rows of three numbers that say where a part stands."""
    text = None if element is None else element.attrib.get("transform")
    values = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0] if text is None else list(map(float, text.split()))
    return np.array(values, np.float64).reshape(4, 3)
