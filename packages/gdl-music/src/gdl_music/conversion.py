"""Pieces from and to the objects of symusic, pretty_midi and music21; each is imported only when it is used."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gdl_core.errors import RepresentationError
from gdl_music.piece import Columns, Key, Metre, Note, Piece, Tempo, Track

if TYPE_CHECKING:
    import pretty_midi


def as_piece(object: Any) -> Piece:
    """Return the piece that an object is: a `Piece`, a symusic.Score, a pretty_midi.PrettyMIDI, a music21 stream.

    Raises:
        RepresentationError: It is none of these.

    Example:
        >>> import pretty_midi
        >>> midi = pretty_midi.PrettyMIDI()
        >>> midi.instruments.append(pretty_midi.Instrument(program=40))
        >>> midi.instruments[0].notes.append(pretty_midi.Note(90, 60, 0.0, 0.5))
        >>> as_piece(midi).tracks[0].notes
        (Note(start=0, duration=220, pitch=60, velocity=90),)
    """
    if isinstance(object, Piece):
        return object
    libraries = ("symusic", "pretty_midi", "music21")  # an object of one exists only where that is loaded
    kinds = {name for kind in type(object).__mro__ for name in libraries if kind.__module__.partition(".")[0] == name}
    if "symusic" in kinds:
        return from_symusic(object)
    if "pretty_midi" in kinds and isinstance(object, sys.modules["pretty_midi"].PrettyMIDI):
        return from_pretty_midi(object)
    if "music21" in kinds:
        from gdl_music.scores import from_music21

        return from_music21(object)
    raise RepresentationError(
        f"a {type(object).__name__} is no piece of music; give a Piece, a symusic.Score, a pretty_midi.PrettyMIDI "
        "or a music21 stream"
    )


def checked(object: Any) -> Piece:
    """Return what is a piece with a note in it, as `as_piece` does.

    Raises:
        RepresentationError: It is none, or there is no note in it.
    """
    piece = as_piece(object)
    if not piece.note_count:
        raise RepresentationError("the piece has no notes")
    return piece


def from_symusic(score: Any) -> Piece:
    """Return the notes, metres, tempos and keys of a symusic.Score; what else it holds is left out."""
    import symusic

    if score.ttype != symusic.TimeUnit.tick:
        score = score.to("tick")
    return _piece(score, [_track(track) for track in score.tracks if len(track.notes)])


def taken_from_symusic(score: Any) -> Piece:
    """Return what `from_symusic` does, of a score in ticks that nobody changes: its notes are read when asked for."""
    tracks = score.tracks
    return _piece(
        score,
        [
            Track.awaiting(len(notes), partial(_columns, notes), track.program, track.is_drum, track.name)
            for track in tracks
            if len(notes := track.notes)
        ],
    )


def _piece(score: Any, tracks: list[Track]) -> Piece:
    return Piece(
        tracks,
        resolution=score.ticks_per_quarter,
        metres=[Metre(one.time, one.numerator, one.denominator) for one in score.time_signatures],
        tempos=[Tempo(one.time, round(one.qpm, 3)) for one in score.tempos],
        keys=[Key(one.time, one.key, bool(one.tonality)) for one in score.key_signatures],
    )


def _track(track: Any) -> Track:
    return Track.of_columns(_columns(track.notes), track.program, track.is_drum, track.name)


def _columns(notes: Any) -> Columns:
    found = notes.numpy()
    columns = np.array([found["time"], found["duration"], found["pitch"], found["velocity"]], np.int64)
    np.maximum(columns[1::2], 1, out=columns[1::2])  # durations and velocities
    return columns


def to_symusic(piece: Piece) -> Any:
    """Return a piece as a symusic.Score in ticks."""
    import symusic

    score: Any = symusic.Score(piece.resolution)
    for track in piece.tracks:
        made: Any = symusic.Track(track.name, track.program, track.drums)
        made.notes.extend([symusic.Note(*note) for note in track.notes])
        score.tracks.append(made)
    score.time_signatures.extend([symusic.TimeSignature(*metre) for metre in piece.metres])
    score.tempos.extend([symusic.Tempo(tempo.start, qpm=tempo.quarters) for tempo in piece.tempos])
    score.key_signatures.extend([symusic.KeySignature(key.start, key.sharps, int(key.minor)) for key in piece.keys])
    return score


def from_pretty_midi(midi: Any) -> Piece:
    """Return the notes, metres, tempos and keys of a pretty_midi.PrettyMIDI; what else it holds is left out."""

    def at(second: float) -> int:
        return int(midi.time_to_tick(second))

    starts, tempos = midi.get_tempo_changes()
    return Piece(
        [
            Track(
                tuple(
                    Note(at(one.start), max(1, at(one.end) - at(one.start)), one.pitch, max(1, one.velocity))
                    for one in instrument.notes
                ),
                instrument.program,
                instrument.is_drum,
                instrument.name,
            )
            for instrument in midi.instruments
            if instrument.notes
        ],
        resolution=midi.resolution,
        metres=[Metre(at(one.time), one.numerator, one.denominator) for one in midi.time_signature_changes],
        tempos=[Tempo(at(start), round(float(tempo), 3)) for start, tempo in zip(starts, tempos, strict=True)],
        keys=[_key(at(one.time), one.key_number) for one in midi.key_signature_changes],
    )


def _key(start: int, number: int) -> Key:
    """Read a key as pretty_midi numbers it: by its tonic, minor after major."""
    minor, tonic = divmod(number, 12)
    sharps = (7 * (tonic + 3 * minor) + 5) % 12 - 5
    return Key(start, sharps, bool(minor))


def to_pretty_midi(piece: Piece) -> "pretty_midi.PrettyMIDI":
    """Return a piece as a pretty_midi.PrettyMIDI.

    Example:
        >>> to_pretty_midi(Piece([Track((Note(0, 480, 60),), program=40)])).instruments
        [Instrument(program=40, is_drum=False, name="")]
    """
    import io

    import pretty_midi

    return pretty_midi.PrettyMIDI(io.BytesIO(to_symusic(piece).dumps_midi()))
