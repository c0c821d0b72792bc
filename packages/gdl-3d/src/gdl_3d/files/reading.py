"""Read shapes as records: from a mesh, a table of paths, a library of furniture, or a folder of any of them."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gdl_3d.files.archives import read_3mf
from gdl_3d.files.binary import read_npz, read_ply, read_stl, turned_up
from gdl_3d.files.furniture import read_library
from gdl_3d.files.gltf import read_gltf
from gdl_3d.files.limits import bytes_of
from gdl_3d.files.text import read_obj, read_off
from gdl_3d.shape import Shape, checked
from gdl_core.errors import GdlError, InputError, Skipped, UsageError, nearest
from gdl_core.representation import Record

Skip = Callable[[Skipped], None]

READERS: dict[str, Callable[[bytes], Shape]] = {
    ".obj": read_obj,
    ".stl": read_stl,
    ".ply": read_ply,
    ".off": read_off,
    ".3mf": read_3mf,
    ".npz": read_npz,
}
"""What reads a mesh by the end of its name; GLB and glTF also need their folder."""

MESHES = (*READERS, ".glb", ".gltf")
TABLES = (".csv", ".tsv")
LIBRARIES = (".sh3f",)
SPLITS = ("train", "test", "val", "validation")
PATH_COLUMNS = ("path", "file", "filename", "mesh", "shape", "model")


def read_shape(path: str | Path) -> Shape:
    """Read one shape: a mesh, a scene as one mesh with its transforms applied, or a cloud of points.

    STL and 3MF have +Z up and are turned; all others are taken as they are, with +Y up.

    Raises:
        InputError: There is no such file, or it is damaged, too large or empty; says how.
        UsageError: The end of the name is not that of a mesh.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "triangle.obj"
        >>> _ = place.write_text("v 0 0 0\\nv 1 0 0\\nv 0 1 0\\nf 1 2 3\\n")
        >>> read_shape(place)
        Shape(3 vertices, 1 face)
    """
    place = Path(path)
    suffix = place.suffix.lower()
    if suffix not in MESHES:
        raise UsageError(f"{place}: the name must end in {', '.join(MESHES)}; {nearest(suffix, MESHES)}")
    if not place.is_file():
        raise InputError(f"{place}: there is no such file; check the path")
    try:
        data = bytes_of(place)
        return checked(read_gltf(data, place.parent) if suffix in (".glb", ".gltf") else READERS[suffix](data))
    except GdlError as error:
        raise InputError(f"{place}: {error}") from error
    except (MemoryError, OverflowError) as error:
        raise InputError(f"{place}: the file asks for too much memory") from error


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Stream the shapes of a mesh file, of a table, of a Sweet Home 3D library (.sh3f), or of a folder of these.

    In a folder, what stands in a subfolder has the property `class`, its name; a folder ``train`` or ``test`` in it is
    the property `split` (the form of ModelNet, whose OFF files have +Z up and are turned). In ShapeNet's form, synset
    by synset, `id` is the model's folder and `class` the name that a ``taxonomy.json`` gives the synset. A .csv or .tsv
    names a file in each row, in the `column` ``path`` or the one asked for, seen from the table; the others are
    properties. What cannot be read goes to `skipped`, named, and the stream goes on.

    Raises:
        InputError: There is no such file, or nothing in it.
    """
    path = Path(source)
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; check the path")
    if column is not None and path.suffix.lower() not in TABLES:
        raise UsageError(f"{path}: only a table has columns; leave the column out")
    return _records(path, column, skipped or (lambda skip: None))


def _records(path: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    suffix = path.suffix.lower()
    if path.is_dir():
        return _folder(path, skip)
    if suffix in TABLES:
        return _table(path, column, skip)
    if suffix in LIBRARIES:
        return read_library(path, skip)
    return iter([Record(read_shape(path), str(path), {"id": path.stem})])


def _folder(folder: Path, skip: Skip) -> Iterator[Record]:
    """Read every mesh and every library below a folder, in the order of their names."""
    names = _taxonomy(folder)
    known = {*MESHES, *LIBRARIES}
    found = sorted(one for one in folder.rglob("*") if one.suffix.lower() in known and _is_shown(one, folder))
    if not found:
        raise InputError(f"{folder}: the folder holds no shapes; files that end in {', '.join(known)} are read")
    for path in found:
        if path.suffix.lower() in LIBRARIES:
            yield from read_library(path, skip)
        else:
            yield from _one(path, _told_by_place(path.relative_to(folder), names), skip)


def _is_shown(path: Path, folder: Path) -> bool:
    """Whether this is a file, not hidden, and not by a link from elsewhere."""
    inside = path.relative_to(folder).parts
    return path.is_file() and not any(part.startswith(".") for part in inside) and not path.is_symlink()


def _one(path: Path, properties: Mapping[str, Any], skip: Skip) -> Iterator[Record]:
    try:
        shape = read_shape(path)
    except GdlError as error:
        skip(Skipped(str(path), str(error).removeprefix(f"{path}: ")))
        return
    z_is_up = path.suffix.lower() == ".off" and "split" in properties
    yield Record(turned_up(shape) if z_is_up and not shape.is_cloud else shape, str(path), properties)


def _told_by_place(place: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Tell what the folders around a file say of it.

    Example:
        >>> _told_by_place(Path("chair/test/chair_0890.off"), {})
        {'class': 'chair', 'split': 'test', 'id': 'chair_0890'}
        >>> _told_by_place(Path("03001627/1006be65/models/model_normalized.obj"), {"03001627": "chair"})
        {'class': 'chair', 'id': '1006be65'}
    """
    folders = list(place.parts[:-1])
    split = next((part for part in folders[:2] if part.lower() in SPLITS), None)
    if split:
        folders.remove(split)
    found = {"class": names.get(folders[0], folders[0])} if folders else {}
    found |= {"split": split.lower()} if split else {}
    is_shapenet = place.stem.startswith("model_normalized") and len(folders) >= 2
    return found | {"id": folders[1] if is_shapenet else place.stem}


def _taxonomy(folder: Path) -> dict[str, str]:
    """Return the first name of each synset, where ShapeNet's ``taxonomy.json`` is there."""
    place = folder / "taxonomy.json"
    if not place.is_file():
        return {}
    try:
        entries = json.loads(bytes_of(place))
        return {entry["synsetId"]: entry["name"].partition(",")[0] for entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{place}: the names of the classes cannot be read: {error}") from error


def _table(path: Path, column: str | None, skip: Skip) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        names = rows.fieldnames or []
        usual = next((name for name in names if name.lower() in PATH_COLUMNS), None)
        chosen = column or usual
        if chosen not in names:
            what = f"no column {column!r}" if column else "no column of paths"
            raise UsageError(f"{path}: {what}; there is: {', '.join(names) or 'none'}")
        for row in rows:
            told = {name: value for name, value in row.items() if name not in (None, chosen)}
            yield from _one(path.parent / (row[chosen] or ""), told, skip)
