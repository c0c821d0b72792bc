"""MIDI files, types 0 and 1, through symusic."""

from typing import Any

from gdl_core.errors import InputError
from gdl_music.conversion import taken_from_symusic, to_symusic
from gdl_music.limits import MOST_NOTES, within_limits
from gdl_music.piece import Piece


def read_midi(data: bytes) -> Piece:
    """Read a MIDI file: notes, instruments, metres, tempos and keys.

    Raises:
        InputError: It is damaged, holds no notes, or asks for too much; says how.
    """
    import symusic

    if data[8:10] == b"\0\2":
        raise InputError("a MIDI file of type 2 holds several songs; split it, types 0 and 1 are read")
    try:
        score: Any = symusic.Score.from_midi(data)
        if score.note_num() > MOST_NOTES:
            raise InputError(f"the file has {score.note_num():,} notes; up to {MOST_NOTES:,} are read")
        piece = taken_from_symusic(score)
    except InputError:
        raise
    except (RuntimeError, ValueError, IndexError, OverflowError) as error:
        reason = str(error).removeprefix("MiniMidi: ").removesuffix(": iostream error").rstrip(".!")
        raise InputError(f"the MIDI file is damaged: {reason[:200]}") from error
    except MemoryError:
        raise InputError("the MIDI file asks for too much memory") from None
    return within_limits(piece, score.end())


def midi_bytes(piece: Piece) -> bytes:
    """Return a piece as a MIDI file of type 1."""
    return bytes(to_symusic(piece).dumps_midi())
