"""Libraries of furniture for Sweet Home 3D: .sh3f files, each a zip of meshes with a catalogue."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gdl_3d.files.archives import member, opened
from gdl_3d.files.text import read_obj
from gdl_3d.shape import Shape
from gdl_core.errors import GdlError, InputError, Skipped
from gdl_core.representation import Record

CATALOGUE = "PluginFurnitureCatalog.properties"
_LARGEST = 64 << 20  # bytes of one mesh or catalogue
_ENTRY = re.compile(r"(\w+)#(\d+)\s*[=:]\s*(.*)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")


def is_held_out(name: str) -> bool:
    """Say whether a piece of a library is held out from training: a quarter of all, by a hash of its catalogue id.

    Example:
        >>> is_held_out("Scopia#bathroom3")
        False
    """
    return int(hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest(), 16) % 100 < 25


def read_library(path: Path, skip: Callable[[Skipped], None]) -> Iterator[Record]:
    """Yield each piece of a library, as turned and as large, in metres, as its catalogue says.

    Its properties are `class` (the category), `split` (``test`` for what is held out), `id`, `name`, `creator` and
    `licence`. A piece that cannot be read goes to `skip`.
    """
    with opened(path) as archive:
        general, pieces = _catalogue(member(archive, CATALOGUE, most=_LARGEST).decode("latin-1"))
        for number, piece in sorted(pieces.items()):
            where = f"{path}:{piece.get('id', number)}"
            try:
                shape = read_obj(member(archive, piece.get("model", "").lstrip("/"), most=_LARGEST))
                yield Record(_sized(shape, piece), where, _properties(piece, general))
            except GdlError as error:
                skip(Skipped(where, str(error)))


def _catalogue(text: str) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """Read what the catalogue says of the library, and of each of its pieces by number."""
    general: dict[str, str] = {}
    pieces: dict[int, dict[str, str]] = {}
    for line in re.sub(r"\\\r?\n\s*", "", text).splitlines():
        if found := _ENTRY.match(line):
            pieces.setdefault(int(found[2]), {})[found[1]] = _plain(found[3])
        elif "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            general[name.strip()] = _plain(value)
    return general, pieces


def _plain(text: str) -> str:
    """Undo the escapes of a Java properties file."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text).strip()


def _properties(piece: dict[str, str], general: dict[str, str]) -> dict[str, str]:
    name = piece.get("id", "")
    return {
        "class": piece.get("category", ""),
        "split": "test" if is_held_out(name) else "train",
        "id": name,
        "name": piece.get("name", ""),
        "creator": piece.get("creator", ""),
        "licence": piece.get("license", general.get("license", "")),
    }


def _sized(shape: Shape, piece: dict[str, str]) -> Shape:
    """Turn a piece and stretch it to the width, height and depth of its catalogue, which are in centimetres."""
    try:
        turn = np.array(piece.get("modelRotation", "1 0 0 0 1 0 0 0 1").split(), np.float64).reshape(3, 3)
        sizes = np.array([piece[name] for name in ("width", "height", "depth")], np.float64) / 100
    except (KeyError, ValueError) as error:
        raise InputError(f"its catalogue gives no size or turn: {error}") from None
    turned = Shape(shape.vertices @ turn.T, shape.faces)
    there = turned.extents > 0
    return Shape(turned.vertices * np.where(there, sizes / np.where(there, turned.extents, 1), 1), shape.faces)
