"""Write a folder or a file beside its place and move it in whole, so that nobody ever sees half of one."""

import errno
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from gdl_core.errors import ResourceError, UsageError


@contextmanager
def new_folder(place: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty hidden folder to fill; when the block ends well, it becomes `place`.

    When the block fails, what was written is deleted and what stood at `place` stays. A full disk or a read-only
    folder becomes a `ResourceError`.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "result"
        >>> with new_folder(place) as folder:
        ...     _ = (folder / "a.txt").write_text("whole")
        >>> (place / "a.txt").read_text()
        'whole'
    """
    if place.exists() and not replace:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    draft = place.parent / f".{place.name}.{uuid.uuid4().hex[:8]}.partial"
    made = [folder for folder in draft.parents if not folder.exists()]
    with naming_disk_errors(place):
        try:
            draft.mkdir(parents=True)
            yield draft
            flush(draft)
            move_in(draft, place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
            _delete_empty(made)


@contextmanager
def new_file(place: Path) -> Iterator[Path]:
    """Give a hidden path to write a file to; when the block ends well, the file becomes `place`.

    When the block fails, what was written is deleted and what stood at `place` stays.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "a.txt"
        >>> with new_file(place) as draft:
        ...     _ = draft.write_text("whole")
        >>> place.read_text()
        'whole'
    """
    draft = place.with_name(f".{place.name}.{uuid.uuid4().hex[:8]}.partial")
    with naming_disk_errors(place):
        try:
            yield draft
            os.replace(draft, place)
        finally:
            draft.unlink(missing_ok=True)


def new_drawing(path: str | Path, draw: Callable[[Literal["svg", "png"]], str | bytes], *, force: bool = False) -> Path:
    """Write what `draw` makes, in the format that the name says: an .svg or a .png file; return the path.

    Example:
        >>> import tempfile
        >>> new_drawing(Path(tempfile.mkdtemp()) / "a.svg", lambda format: "<svg/>").read_text()
        '<svg/>'
    """
    place = Path(path)
    if place.suffix.lower() not in (".svg", ".png"):
        raise UsageError(f"{place}: a picture is an .svg or a .png file; end its name so")
    if place.exists() and not force:
        raise UsageError(f"{place} exists already; choose another name, or ask to replace it")
    picture = draw("svg" if place.suffix.lower() == ".svg" else "png")
    with new_file(place) as draft:
        draft.write_bytes(picture if isinstance(picture, bytes) else picture.encode())
    return place


def _delete_empty(folders: Iterable[Path]) -> None:
    """Delete those of the folders that are empty, the innermost first."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def move_in(draft: Path, place: Path) -> None:
    """Rename `draft` to `place`; what stood there goes aside first and is deleted last."""
    aside = draft.with_suffix(".old")
    if place.exists():
        os.replace(place, aside)
    try:
        os.replace(draft, place)
    except OSError:
        if aside.exists():
            os.replace(aside, place)
        raise
    delete(aside)
    _flush_one(place.parent)


def delete(place: Path) -> None:
    """Delete a folder or a file, if it is there."""
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Clear up what killed writers left in `folder`. Only for folders that one process alone writes."""
    for aside in folder.glob(".*.old"):
        place = folder / aside.name[1:].rsplit(".", 2)[0]
        if place.exists():
            delete(aside)
        else:  # killed between two renames
            os.replace(aside, place)
    for draft in folder.glob(".*.partial"):
        delete(draft)


@contextmanager
def naming_disk_errors(place: Path) -> Iterator[None]:
    """Turn a full disk, a missing permission and their like into a `ResourceError` that names `place`."""
    try:
        yield
    except ResourceError:
        raise
    except OSError as error:
        if error.filename and place.parent not in Path(error.filename).parents:
            raise  # about another file, which somebody else was reading
        raise ResourceError(f"cannot write {place}: {_advice(error)}") from error


def _advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "no room is left on the disk; free some, or write elsewhere"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder may not be written to; choose another, or change its permissions"
    return f"{(error.strerror or str(error)).lower()}; choose another place"


def flush(folder: Path) -> None:
    """Have the disk take every file of `folder`, so that a power cut cannot empty what a rename has published."""
    for path in folder.rglob("*"):
        if path.is_file():
            _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):  # file systems that cannot flush a folder
            raise
    finally:
        os.close(handle)


def sha256(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
