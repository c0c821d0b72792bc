"""What kinds of file hold music."""

import os
from collections.abc import Callable
from pathlib import Path

from gdl_core.errors import InputError, Skipped, UsageError, nearest
from gdl_music.limits import LARGEST_FILE

Skip = Callable[[Skipped], None]

STANDARD = "-"
"""The name that stands for stdin: a MIDI file."""

MIDI = (".mid", ".midi", ".kar", ".smf")
SCORES = {
    ".musicxml": "musicxml", ".xml": "musicxml", ".mxl": "mxl", ".abc": "abc", ".krn": "humdrum", ".kern": "humdrum"
}  # fmt: skip
"""What music21 reads, by the end of the name."""

KINDS = (*MIDI, *SCORES)


def is_music(name: str) -> bool:
    """Tell whether a file holds music by its name.

    Example:
        >>> is_music("a.MID"), is_music("notes.txt"), is_music("._a.mid")
        (True, False, False)
    """
    return name[name.rfind(".") :].lower() in KINDS and not name.startswith(".")


def check_kind(path: Path) -> None:
    """Refuse a file that holds no music by its name."""
    if not is_music(path.name):
        suffix = path.suffix.lower()
        raise UsageError(
            f"{path}: music is read from folders and from files that end in {', '.join(KINDS)}; "
            f"{nearest(suffix, KINDS) if suffix else 'rename the file'}"
        )


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file, if they are not too many.

    Raises:
        InputError: The file cannot be opened, is empty, or is larger than `LARGEST_FILE`.
    """
    try:
        size = os.stat(path).st_size
        if size > LARGEST_FILE:
            raise InputError(f"the file has {size:,} bytes; up to {LARGEST_FILE:,} are read")
        with open(path, "rb", buffering=0) as file:
            data = file.read()
    except OSError as error:
        raise InputError(f"it cannot be opened: {error.strerror or error}") from error
    if not data:
        raise InputError("the file is empty")
    return data
