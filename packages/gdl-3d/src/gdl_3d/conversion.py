"""A file, a table, a library or a folder of shapes as another file, or as a folder of them with tables beside."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from gdl_3d.closing import closed
from gdl_3d.files import read, write_shape
from gdl_3d.files.writing import check_written, new_shapes
from gdl_3d.shape import Shape
from gdl_core.errors import GdlError, InputError, Skipped, UsageError
from gdl_core.representation import Record

_UNSAFE = re.compile(r"[^\w.-]+")


def _same(shape: Shape) -> Shape:
    return shape


def convert(
    source: str | Path,
    out: str | Path,
    *,
    form: str = "glb",
    height: float | None = None,
    close: bool = False,
    force: bool = False,
    skipped: Callable[[Skipped], None] = lambda skip: None,
) -> int:
    """Write the shapes of `source` to `out`; return how many there were.

    Where `out` has the end of a mesh's name, it is one file. Else it is a folder: each shape stands in that of its
    class, and a table names each file with all that is known of it, such as who made it under which licence:
    ``train.csv`` and ``test.csv`` where the source says which is which, or ``shapes.csv``. Such a table can be read and
    trained on. `height` is in millimetres; `close` makes a solid of each shape (`gdl_3d.closing.closed`).

    Raises:
        InputError: The source holds no shape that can be read.
        UsageError: A file is to hold several shapes, or something is there already.
    """
    place = Path(out)
    if Path(source).resolve().is_relative_to(place.resolve()):
        raise UsageError(f"{source} would be replaced by what is written to {out}; choose another name")

    made: Callable[[Shape], Shape] = closed if close else _same
    records = read(source, skipped=skipped)
    if place.suffix:
        check_written(place)
        found = list(_first_two(records))
        if len(found) != 1:
            what = f"{source} holds several shapes; name a folder" if found else f"{source} holds no shape to write"
            raise UsageError(what) if found else InputError(what)
        write_shape(made(found[0].object), place, height=height, force=force)
        return 1
    return write_folder(records, place, form=form, height=height, made=made, force=force, skipped=skipped)


def write_folder(
    records: Iterable[Record],
    out: str | Path,
    *,
    form: str = "glb",
    height: float | None = None,
    made: Callable[[Shape], Shape] = _same,
    force: bool = False,
    skipped: Callable[[Skipped], None] = lambda skip: None,
) -> int:
    """Write shapes, as `made` changes them, to a folder with tables, as `convert` does; return how many there were.

    Raises:
        InputError: There is no shape that can be written.
    """
    check_written(Path(f"shape.{form}"))
    tables = _Tables()
    with new_shapes(Path(out), force=force) as folder:
        for record in records:
            try:
                shape = made(record.object)
                name = tables.name(record.properties, "ply" if shape.is_cloud and form != "npz" else form)
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                write_shape(shape, folder / name, height=height)
                tables.note(name, record.properties)
            except GdlError as error:
                skipped(Skipped(record.where, str(error)))
        if not tables.names:
            raise InputError("there is no shape to write")
        tables.save(folder)
    return len(tables.names)


def _first_two(records: Any) -> Any:
    for number, record in enumerate(records):
        yield record
        if number:
            return


class _Tables:
    """What is known of each file, by the part of the data that it belongs to."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def name(self, properties: Mapping[str, Any], form: str) -> str:
        """Choose a name for a shape's file that no other has."""
        folder = _UNSAFE.sub("-", str(properties.get("class") or "")).strip(".-")
        stem = _UNSAFE.sub("-", str(properties.get("id") or "shape")).strip(".-") or "shape"
        base = f"{folder}/{stem}" if folder else stem
        name, number = f"{base}.{form}", 2
        while name.lower() in self.names:
            name, number = f"{base}-{number}.{form}", number + 1
        return name

    def note(self, name: str, properties: Mapping[str, Any]) -> None:
        """Keep what is known of a shape that was written."""
        self.names.add(name.lower())
        row = {"path": name, **{key: value for key, value in properties.items() if key not in ("path", "split")}}
        self.rows.setdefault(str(properties.get("split") or "shapes"), []).append(row)

    def save(self, folder: Path) -> None:
        for part, rows in self.rows.items():
            columns = list(dict.fromkeys(name for row in rows for name in row))
            place = folder / f"{_UNSAFE.sub('-', part)}.csv"
            with place.open("w", encoding="utf-8", newline="") as file:
                table = csv.DictWriter(file, columns)
                table.writeheader()
                table.writerows(rows)
