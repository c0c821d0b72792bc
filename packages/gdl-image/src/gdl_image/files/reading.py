"""Read pictures as records, one after the other, from whatever holds them."""

import sys
from collections.abc import Iterator
from pathlib import Path

from gdl_core.errors import UsageError
from gdl_core.representation import Record, not_empty
from gdl_core.sources import missing
from gdl_image.files.idx import read_idx
from gdl_image.files.items import Item, in_archive, in_folder, in_table, opened
from gdl_image.files.kinds import STANDARD, Skip, kind_of
from gdl_image.files.npz import read_npz
from gdl_image.files.parquet import read_parquet


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Stream the pictures of a folder, of a file that holds many, or of a single picture; ``-`` is one from stdin.

    A folder gives each picture in a subfolder the property ``class``, its name; hidden files and those whose name is
    not that of a picture (``.png``, ``.jpg``, ``.webp``, ``.gif``, ``.bmp``, ``.tif``) are passed over. A .csv or .tsv
    file has a `column` of paths, an .npz file the array ``images`` and maybe ``labels``, a .parquet file a `column` of
    encoded pictures; an idx file has its labels in another beside it; a .zip archive is read like a folder. What
    cannot be read as a picture goes to `skipped`, and the stream goes on.

    Each picture is an array of bytes of shape (height, width, channels); `gdl_image.files.opening` says how it is made.
    What is wrong with the source as a whole is raised by the call itself.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> (folder / "red").mkdir()
        >>> Image.new("RGB", (4, 2), "red").save(folder / "red" / "a.png")
        >>> for record in read(folder):
        ...     print(record.object.shape, record.properties)
        (2, 4, 3) {'class': 'red'}
    """
    return not_empty(lambda skip: _records(source, column, skip), skipped, f"{source} holds no picture")


def _records(source: str | Path, column: str | None, skip: Skip) -> Iterator[Record]:
    path = Path(source)
    if str(source) == STANDARD:
        return opened([Item("stdin", sys.stdin.buffer.read())], skip)
    if path.is_dir():
        kind = "folder"
    elif path.is_file():
        kind = kind_of(path)
    else:
        raise missing(path)
    if column is not None and kind not in ("table", "parquet"):
        raise UsageError(f"{path}: only a .csv, .tsv or .parquet file has columns; leave the column out")
    match kind:
        case "folder":
            return opened(in_folder(path), skip)
        case "table":
            return opened(in_table(path, column, skip), skip)
        case "zip":
            return opened(in_archive(path, skip), skip)
        case "idx":
            return read_idx(path)
        case "npz":
            return read_npz(path)
        case "parquet":
            return opened(read_parquet(path, column, skip), skip)
        case _:
            return opened([Item(str(path), path)], skip)
