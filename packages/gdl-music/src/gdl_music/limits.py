"""What a file may ask of the machine that reads it."""

from gdl_core.errors import InputError
from gdl_music.piece import Piece

LARGEST_FILE = 32 << 20
"""Bytes of a file, and of what an archive unpacks to; more is refused."""

LONGEST = 4 * 3600
"""Seconds that a piece may last: longer ones have lost the end of a note."""

MOST_QUARTERS = 100_000
"""Quarter notes that a piece may last."""

MOST_NOTES = 1_000_000

TEMPOS = (4.0, 2000.0)
"""Between which tempos, in quarter notes a minute, music moves."""

_MOST_COUNT, _UNITS = 128, (1, 2, 4, 8, 16, 32, 64)


def within_limits(piece: Piece, end: int | None = None) -> Piece:
    """Return a piece that can be worked with.

    It ends before the tick `end`, where that is known: its notes are looked through only if that is too late.

    Raises:
        InputError: It has no notes, too many of them, lasts too long, or its tempo or metre is damaged; says which.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> within_limits(Piece([Track([Note(0, 480 * 72_000, 60)])]))
        Traceback (most recent call last):
        gdl_core.errors.InputError: the piece lasts 10 hours; up to 4 are read: the end of a note may be missing
    """
    if not piece.note_count:
        raise InputError("the piece has no notes")
    if piece.note_count > MOST_NOTES:
        raise InputError(f"the piece has {piece.note_count:,} notes; up to {MOST_NOTES:,} are read")
    slowest = TEMPOS[1]
    for tempo in piece.tempos:
        if not TEMPOS[0] <= tempo.quarters <= TEMPOS[1]:
            raise InputError(f"a tempo of {tempo.quarters:g} quarter notes a minute is damaged; mend or delete it")
        slowest = min(slowest, tempo.quarters)
    for metre in piece.metres:
        if not (1 <= metre.beats <= _MOST_COUNT and metre.unit in _UNITS):
            raise InputError(f"a metre of {metre} is damaged; mend or delete it")
    if end is not None and end <= piece.resolution * min(MOST_QUARTERS, LONGEST * slowest / 60):
        return piece
    if piece.quarters > MOST_QUARTERS or piece.seconds > LONGEST:
        raise InputError(
            f"the piece lasts {piece.seconds / 3600:.3g} hours; up to {LONGEST // 3600} are read: "
            "the end of a note may be missing"
        )
    return piece
