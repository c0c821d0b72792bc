"""Write a shape as the file that a slicer, an engine or an editor opens."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gdl_3d.shape import Floats, Shape, checked
from gdl_core.errors import UsageError, nearest
from gdl_core.folders import new_file, new_folder

WRITTEN = (".glb", ".stl", ".obj", ".ply", ".npz")
"""The ends of names that can be written."""

DESCRIPTION = "samples.json"
"""What stands in a folder of shapes, so that it is known as one and may be replaced."""

_METRES = 0.001


def check_written(path: Path, *, cloud: bool = False) -> str:
    """Return the end of a name that can be written, in lower case.

    Raises:
        UsageError: There is no such kind, or it holds no clouds of points.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITTEN:
        raise UsageError(f"{path}: a shape is written as {', '.join(WRITTEN)}; {nearest(suffix, WRITTEN)}")
    if cloud and suffix not in (".ply", ".npz"):
        raise UsageError(f"{path}: a cloud of points is written as .ply or .npz; {suffix} holds surfaces only")
    return suffix


def write_shape(shape: Shape, path: str | Path, *, height: float | None = None, force: bool = False) -> Path:
    """Write a shape as the name says, `height` millimetres high, and return the path.

    Without a height numbers are written as they are. GLB has +Y up and is in metres; STL has +Z up and is in
    millimetres; OBJ, PLY and npz have +Y up, and with a height are in millimetres. GLB, STL and PLY hold single
    precision. A cloud becomes a PLY or npz file, with its normals if it has them.

    Raises:
        UsageError: The kind is unknown, or the file is there already.
        RepresentationError: The shape is empty, or flat and a height is asked for.

    Example:
        >>> import tempfile
        >>> from gdl_3d.files import read_shape
        >>> triangle = Shape([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])
        >>> place = write_shape(triangle, Path(tempfile.mkdtemp()) / "triangle.stl", height=50)
        >>> read_shape(place).extents.tolist()
        [50.0, 50.0, 0.0]
    """
    place = Path(path)
    suffix = check_written(place, cloud=checked(shape).is_cloud)
    if place.exists() and not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    data = _bytes(shape if height is None else shape.tall(height * (_METRES if suffix == ".glb" else 1)), suffix)
    with new_file(place) as draft:
        draft.write_bytes(data)
    return place


@contextmanager
def new_shapes(place: Path, *, force: bool = False) -> Iterator[Path]:
    """Give an empty folder to fill with shapes; when the block ends well, it becomes `place`.

    With `force` a folder that was made here before is replaced; any other that holds something is not.

    Raises:
        UsageError: Something is there already.
    """
    ours = (place / DESCRIPTION).is_file() or (place.is_dir() and not any(place.iterdir()))
    if force and place.exists() and not ours:
        raise UsageError(f"{place} is no folder of shapes that was written here, so it is not replaced; choose another")
    with new_folder(place, replace=force) as folder:
        yield folder
        count = sum(path.suffix in WRITTEN for path in folder.rglob("*"))
        (folder / DESCRIPTION).write_text(json.dumps({"count": count}), encoding="utf-8")


def _bytes(shape: Shape, suffix: str) -> bytes:
    if suffix == ".npz":
        return _npz(shape)
    if shape.is_cloud:
        return _cloud_ply(shape)
    mesh = turned_down(shape).to_trimesh() if suffix == ".stl" else shape.to_trimesh()
    options: dict[str, Any] = {"digits": 9, "include_normals": False} if suffix == ".obj" else {}
    options |= {"vertex_normal": False} if suffix == ".ply" else {}
    data = mesh.export(file_type=suffix[1:], **options)
    return data.encode() if isinstance(data, str) else bytes(data)


def turned_down(shape: Shape) -> Shape:
    """Turn what has +Y up so that +Z is."""
    return Shape(shape.vertices[:, [0, 2, 1]] * [1, -1, 1], shape.faces)


def _npz(shape: Shape) -> bytes:
    named = {"vertices": shape.vertices, "faces": shape.faces, "normals": shape.normals}
    arrays: dict[str, Any] = {name: array for name, array in named.items() if array is not None}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _cloud_ply(shape: Shape) -> bytes:
    names = ["x", "y", "z"] + (["nx", "ny", "nz"] if shape.normals is not None else [])
    rows: Floats = shape.vertices if shape.normals is None else np.hstack([shape.vertices, shape.normals])
    head = ["ply", "format binary_little_endian 1.0", f"element vertex {len(rows)}"]
    head += [*(f"property float {name}" for name in names), "end_header", ""]
    return "\n".join(head).encode() + rows.astype("<f4").tobytes()
