"""What kinds of file hold pictures, and which column of a table names or holds them."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from gdl_core.errors import Skipped, UsageError, nearest

Skip = Callable[[Skipped], None]

STANDARD = "-"
"""The name that stands for stdin."""

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
"""How the name of a picture ends."""

TABLES = {".csv": ",", ".tsv": "\t"}
CONTAINERS = {".npz": "npz", ".parquet": "parquet", ".zip": "zip", **dict.fromkeys(TABLES, "table")}

COLUMNS = ("path", "file_name", "filename", "file", "image", "images", "picture", "img")
"""The names under which a table's column of pictures is found without being asked for, in any case; the first wins."""

_IDX = re.compile(r"(\.|-)idx\d?(-ubyte)?$|ubyte$")


def is_picture(name: str) -> bool:
    """Tell whether a file is a picture by its name.

    Example:
        >>> is_picture("a.PNG"), is_picture("notes.txt"), is_picture(".hidden.png")
        (True, False, False)
    """
    return name.lower().endswith(PICTURES) and not name.startswith(".")


def kind_of(path: Path) -> str:
    """Return what a file is by its name: picture, idx, npz, parquet, zip or table.

    Example:
        >>> kind_of(Path("train-images-idx3-ubyte.gz")), kind_of(Path("a.jpeg")), kind_of(Path("all.csv"))
        ('idx', 'picture', 'table')
    """
    name, suffix = path.name.lower(), path.suffix.lower()
    if name.endswith(PICTURES):
        return "picture"
    if suffix in CONTAINERS:
        return CONTAINERS[suffix]
    if _IDX.search(name.removesuffix(".gz")):
        return "idx"
    raise UsageError(
        f"{path}: pictures are read from folders, {', '.join(PICTURES)}, .npz, .parquet, .zip, .csv and idx files; "
        f"{nearest(suffix, [*PICTURES, *CONTAINERS]) if suffix else 'rename the file'}"
    )


def column_of(names: Sequence[str], asked: str | None, where: str) -> str:
    """Find the column of pictures: the one asked for, else one with a usual name, else the only one."""
    if asked is not None:
        if asked not in names:
            raise UsageError(f"{where}: no column {asked!r}; {nearest(asked, filter(None, names))}")
        return asked
    usual = {name.strip().lower(): name for name in reversed(names)}
    if found := next((usual[name] for name in COLUMNS if name in usual), None):
        return found
    if len(names) == 1:
        return names[0]
    raise UsageError(f"{where}: which column holds the pictures? There is: {', '.join(names)}; name one as the column")
