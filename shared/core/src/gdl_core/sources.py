"""Find the files that people name, and say what is wrong where there is none."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from gdl_core.errors import InputError, nearest


def missing(path: Path) -> InputError:
    """Name what is wrong with a path at which there is nothing to read, with the closest name beside it."""
    if not path.parent.is_dir():
        return InputError(f"{path}: there is no folder {path.parent}; check the path")
    there = [other.name for other in path.parent.iterdir() if not other.name.startswith(".")]
    return InputError(
        f"{path}: there is no such file; {nearest(path.name, there[:1000]) if there else 'check the path'}"
    )


def files_within(
    folder: Path, wanted: Callable[[str], bool], *, above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[Path]:
    """Yield the files of a folder whose names are wanted, in order, then those of its subfolders.

    Hidden subfolders are passed over, and a link that leads back up, to one of those `above`, is not followed.
    """
    try:
        status = folder.stat()
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise InputError(f"{folder}: cannot be opened: {error.strerror or error}") from error
    own = status.st_dev, status.st_ino
    if own in above:
        return
    yield from (Path(entry.path) for entry in found if wanted(entry.name) and entry.is_file())
    for entry in found:
        if entry.is_dir() and not entry.name.startswith("."):
            yield from files_within(Path(entry.path), wanted, above=above | {own})
