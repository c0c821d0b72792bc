"""Pictures in files of their own: in a folder, in a table of paths, in a zip archive; opened one after the other."""

import csv
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from gdl_core.errors import InputError, Skipped
from gdl_core.representation import Record
from gdl_core.sources import files_within
from gdl_image.files.kinds import TABLES, Skip, column_of, is_picture
from gdl_image.files.opening import open_picture

CLASS = "class"
"""The property that a picture has by the folder it lies in."""

LARGEST = 256 * 1024 * 1024
"""The most bytes that one picture of an archive may unpack to."""

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


class Item(NamedTuple):
    """A picture that is still to be opened: where it stands, its file or bytes, and its properties."""

    where: str
    source: Path | bytes
    properties: Mapping[str, Any] = {}


def opened(items: Iterable[Item], skip: Skip) -> Iterator[Record]:
    """Open pictures in order; one that cannot be read is skipped by name."""
    for where, source, properties in items:
        try:
            yield Record(open_picture(source), where, properties)
        except InputError as error:
            skip(Skipped(where, str(error)))


def in_folder(folder: Path) -> Iterator[Item]:
    """Find the pictures of a folder and of those within, in the order of their names.

    Those in a subfolder have its name as their class; of subfolders within one another, the outermost. Hidden files,
    and files whose name is not that of a picture, are passed over.
    """
    for path in files_within(folder, is_picture):
        within = path.relative_to(folder).parts
        yield Item(str(path), path, {CLASS: within[0]} if len(within) > 1 else {})


def in_table(path: Path, column: str | None, skip: Skip) -> Iterator[Item]:
    """Read a table with a column of paths, which lead on from the table's folder; the others become properties."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        rows = csv.reader(file, delimiter=TABLES[path.suffix.lower()])
        try:
            names = next(rows, None)
            if names is None:
                raise InputError(f"{path} is empty")
            place = names.index(column_of(names, column, str(path)))
            for row in filter(None, rows):
                where = f"{path}:{rows.line_num}"
                if len(row) != len(names) or not row[place]:
                    skip(Skipped(where, f"{len(row)} cells under {len(names)} names, or no path"))
                    continue
                cells = {name: _value(cell) for name, cell in zip(names, row, strict=True) if cell and name}
                cells.pop(names[place], None)
                yield Item(f"{where} ({row[place]})", path.parent / row[place], cells)
        except csv.Error as error:
            raise InputError(f"{path} is no table behind line {rows.line_num}: {error}") from None


def _value(cell: str) -> Any:
    """Read a number where a cell holds nothing else; names such as ``007`` stay text."""
    cell = cell.strip()
    if _INTEGER.fullmatch(cell):
        return int(cell)
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def in_archive(path: Path, skip: Skip) -> Iterator[Item]:
    """Find the pictures of a zip archive, in the order of their names; their classes are as in a folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _is_member(member.filename)]
            for member in sorted(members, key=lambda member: member.filename):
                where, parts = f"{path}:{member.filename}", PurePosixPath(member.filename).parts
                try:
                    yield Item(where, _unpacked(archive, member), {CLASS: parts[0]} if len(parts) > 1 else {})
                except (InputError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
                    skip(Skipped(where, f"cannot be unpacked: {error}"))
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path} is no zip archive, or a damaged one: {error}") from None


def _is_member(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and is_picture(parts[-1]) and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.file_size > LARGEST:  # no more than it claims is ever unpacked
        raise InputError(f"it holds {member.file_size:,} bytes, and a picture has at most {LARGEST:,}")
    return archive.read(member)
