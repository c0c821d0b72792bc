"""Excerpts of pieces, at every pitch that is asked for: more to learn from than whole pieces once."""

import re
from collections.abc import Iterable, Iterator

from gdl_core.errors import RepresentationError, UsageError
from gdl_music.piece import Piece


def excerpts(piece: Piece, bars: int | None, hop: int, semitones: Iterable[int]) -> Iterator[Piece]:
    """Yield each run of so many bars, one beginning `hop` bars after the other, moved by each number of semitones.

    A piece of fewer bars, or without `bars`, is one excerpt. What is silent or would leave MIDI's pitches is left out.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> piece = Piece([Track(tuple(Note(480 * n, 480, 60) for n in range(16)))])
        >>> [one.bar_count for one in excerpts(piece, 2, 1, [0])], len(list(excerpts(piece, 2, 2, range(-5, 7))))
        ([2, 2, 2], 24)
    """
    steps = list(semitones)
    last = 0 if bars is None else max(0, piece.bar_count - bars)
    for first in range(0, last + 1, hop):
        part = piece if bars is None else piece.bars(first, first + bars)
        for step in steps if part.note_count else ():
            try:
                yield part.transposed(step)
            except RepresentationError:
                continue


def numbers_in(text: str, what: str) -> range:
    """Read ``FIRST..LAST``, both included, or one number.

    Example:
        >>> numbers_in("-5..6", "semitones"), numbers_in("3", "bars")
        (range(-5, 7), range(3, 4))
    """
    found = re.fullmatch(r"(-?\d{1,6})(?:\.\.(-?\d{1,6}))?", text.strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last:
        raise UsageError(f"{text!r} names no {what}; write them like 5..8")
    return range(first, last + 1)
