"""Read music as records, one after the other, from whatever holds it."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gdl_core.errors import InputError, Skipped, UsageError
from gdl_core.representation import Record, not_empty
from gdl_core.sources import files_within, missing
from gdl_music.files.kinds import MIDI, SCORES, STANDARD, Skip, bytes_of, check_kind, is_music
from gdl_music.files.midi import read_midi
from gdl_music.measures import Facts
from gdl_music.piece import Piece

CLASS = "class"
"""The property that a piece has by the folder it lies in."""


def read(source: str | Path, *, column: str | None = None, skipped: Skip | None = None) -> Iterator[Record]:
    """Stream the pieces of a folder and of those within, or of one file; ``-`` is a MIDI file from stdin.

    MIDI (types 0 and 1), MusicXML (also compressed, .mxl), ABC and kern are read. What stands in a subfolder has the
    property ``class``, its name; each piece also has its ``key`` (as its notes sound), ``metre`` and ``instruments``.
    What cannot be read goes to `skipped`, and the stream goes on.

    Example:
        >>> import tempfile
        >>> from gdl_music import Note, Pieces, Piece, Track
        >>> piece = Piece([Track((Note(0, 480, 60), Note(480, 480, 64), Note(960, 960, 67)))])
        >>> for record in read(Pieces([piece]).save(Path(tempfile.mkdtemp()) / "one.mid")):
        ...     print(record.object, record.properties)
        Piece(3 notes in 1 track, 1 bar of 4/4) {'key': 'C major', 'metre': '4/4', 'instruments': 'piano'}
    """
    if column is not None:
        raise UsageError(f"{source}: music is in no table, so there is no column {column!r}; leave the column out")
    return not_empty(lambda skip: _records(source, skip), skipped, f"{source} holds no music")


def _records(source: str | Path, skip: Skip) -> Iterator[Record]:
    if str(source) == STANDARD:
        piece = read_midi(sys.stdin.buffer.read())
        yield Record(piece, "stdin", Facts(piece, {}))
        return
    path = Path(source)
    if path.is_dir():
        known: dict[str, Mapping[str, Any]] = {}
        for found in files_within(path, is_music):
            folder = os.path.dirname(found)
            if folder not in known:
                within = found.parent.relative_to(path).parts
                known[folder] = {CLASS: within[0]} if within else {}
            yield from _from_file(found, known[folder], skip)
        return
    if not path.exists():
        raise missing(path)
    check_kind(path)
    yield from _from_file(path, {}, skip)


def _from_file(path: Path, properties: Mapping[str, Any], skip: Skip) -> Iterator[Record]:
    """Read the pieces of one file; one that cannot be read is skipped by name."""
    where = str(path)
    try:
        pieces = _pieces(path, where, skip)
    except InputError as error:
        skip(Skipped(where, str(error)))
        return
    for place, piece in pieces:
        yield Record(piece, place, Facts(piece, properties))


def _pieces(path: Path, where: str, skip: Skip) -> list[tuple[str, Piece]]:
    data, suffix = bytes_of(path), path.suffix.lower()
    if suffix in MIDI:
        return [(where, read_midi(data))]
    from gdl_music.files.scores import read_scores

    return list(read_scores(data, SCORES[suffix], where, skip))
