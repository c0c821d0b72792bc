"""3MF: a scene of meshes in a zip archive; and archives that may be bombs."""

import io
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

import numpy as np

from gdl_3d.files.binary import turned_up
from gdl_3d.files.limits import LARGEST_FILE, MOST, Piece, together
from gdl_3d.shape import Floats, Shape
from gdl_core.errors import InputError

_DEEPEST = 32
_MOST_ITEMS = 100_000


@contextmanager
def opened(source: Any) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive; what is wrong with it becomes an `InputError`."""
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"the archive is damaged: {error}") from error


def member(archive: zipfile.ZipFile, name: str, *, most: int) -> bytes:
    """Unpack one file of an archive, up to `most` bytes. A bomb is refused by what it says, and no more is unpacked.

    Raises:
        InputError: There is no such file, or it is larger.
    """
    try:
        entry = archive.getinfo(name)
    except KeyError:
        raise InputError(f"the archive holds no {name!r}") from None
    if entry.file_size > most:
        raise InputError(f"{name} unpacks to more than {most:,} bytes; it is not read")
    return archive.read(entry)


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
    except (ExpatError, KeyError, OverflowError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the 3MF model is damaged: {type(error).__name__}: {str(error)[:200]}") from error
    if not pieces:
        raise InputError("the model is empty: it has nothing to build")
    return turned_up(together(pieces))


class _Object:
    """A mesh, or parts that are other objects: flat numbers, three for each vertex and each face."""

    def __init__(self) -> None:
        self.coordinates, self.corners = array("d"), array("q")
        self.parts: list[tuple[str, Floats]] = []

    def mesh(self) -> Piece:
        """Shapes: (vertices, 3), (faces, 3)."""
        return np.array(self.coordinates).reshape(-1, 3), np.array(self.corners, np.int64).reshape(-1, 3)


class _Model:
    """The objects of a model by their number, and the items that are to be built. No tree of the XML is made."""

    def __init__(self, text: bytes) -> None:
        self.objects: dict[str, _Object] = {}
        self.items: list[tuple[str, Floats]] = []
        self.taken = self.total = 0
        self._open: _Object | None = None
        parser = ParserCreate()
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.Parse(text, True)

    def _begin(self, name: str, told: Mapping[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "object":
            self._open = self.objects[told["id"]] = _Object()
        elif kind == "item":
            self.items.append((told["objectid"], _transform(told)))
        elif self._open is None:
            return
        elif kind == "vertex":
            self._open.coordinates.extend(float(told[axis]) for axis in "xyz")
        elif kind == "triangle":
            self._open.corners.extend(int(told[corner]) for corner in ("v1", "v2", "v3"))
        elif kind == "component":
            self._open.parts.append((told["objectid"], _transform(told)))

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "object":
            self._open = None

    def built(self) -> Iterator[Piece]:
        """Yield the meshes that are to be built, each where it stands."""
        for name, transform in self.items or [(name, _transform({})) for name in self.objects]:
            yield from self._placed(name, transform, 0)

    def _placed(self, name: str, transform: Floats, depth: int) -> Iterator[Piece]:
        self.taken += 1
        if depth > _DEEPEST or self.taken > _MOST_ITEMS:
            raise InputError("the parts of the model hang together in a ring, or are too many")
        thing = self.objects[name]
        if thing.coordinates:
            vertices, faces = thing.mesh()
            self.total += len(vertices) + len(faces)
            if self.total > 2 * MOST:
                raise InputError(f"the model holds more than {MOST:,} vertices and faces; simplify it")
            yield vertices @ transform[:3] + transform[3], faces
        for part, inner in thing.parts:
            joined = np.vstack([inner[:3] @ transform[:3], inner[3] @ transform[:3] + transform[3]])
            yield from self._placed(part, joined, depth + 1)


def _transform(told: Mapping[str, str]) -> Floats:
    """Return the four rows of three numbers that say where a part stands."""
    values = list(map(float, told.get("transform", "1 0 0 0 1 0 0 0 1 0 0 0").split()))
    return np.array(values, np.float64).reshape(4, 3)
