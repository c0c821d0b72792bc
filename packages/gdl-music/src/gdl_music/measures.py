"""What describes one piece: names and numbers that samples can be asked for, and that reports compare."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import log2, sqrt

from gdl_music.piece import Note, Piece, checked

GROUPS = (
    "piano", "chromatic", "organ", "guitar", "bass", "strings", "ensemble", "brass",
    "reed", "pipe", "lead", "pad", "effects", "folk", "percussion", "sounds",
)  # fmt: skip
"""The groups of eight MIDI programs each."""

DRUMS = "drums"

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


def facts(piece: Piece) -> dict[str, str]:
    """Return the key, the first metre and the groups of instruments of a piece, as text.

    Example:
        >>> from gdl_music.piece import Track
        >>> facts(Piece([Track((Note(0, 480, 69), Note(480, 480, 72), Note(960, 480, 76)), program=33)]))
        {'key': 'A minor', 'metre': '4/4', 'instruments': 'bass'}
    """
    return {"key": key(piece), "metre": str(piece.metres[0]), "instruments": "+".join(sorted(instruments(piece)))}


def instruments(piece: Piece) -> set[str]:
    """Return the groups of instruments that play."""
    return {group_of(track.program, drums=track.drums) for track in piece.tracks if track.notes}


def group_of(program: int, *, drums: bool = False) -> str:
    """Return the group of instruments to which a MIDI program belongs.

    Example:
        >>> group_of(0), group_of(40), group_of(0, drums=True)
        ('piano', 'strings', 'drums')
    """
    return DRUMS if drums else GROUPS[program // 8]


def key(piece: Piece) -> str:
    """Return the key in which the notes sound, whatever the file says, by the profiles of Krumhansl and Kessler (1982).

    doi:10.1037/0033-295X.89.4.334
    """
    weights = [0] * 12
    for note in _pitched(piece):
        weights[note.pitch % 12] += note.duration
    found = {
        (tonic, mode): _correlation([weights[(tonic + step) % 12] for step in range(12)], profile)
        for tonic in range(12)
        for mode, profile in (("major", _MAJOR), ("minor", _MINOR))
    }
    tonic, mode = max(found, key=lambda name: found[name])
    return f"{TONICS[tonic]} {mode}"


def tempo(piece: Piece) -> float:
    """Quarter notes a minute, on average over the piece."""
    return 60 * piece.quarters / piece.seconds


def density(piece: Piece) -> float:
    """Notes that begin in a quarter note's time, on average."""
    return piece.note_count / piece.quarters


def polyphony(piece: Piece) -> float:
    """How many pitches sound at once, on average over the time in which any does; drums are left out.

    Example:
        >>> from gdl_music.piece import Track
        >>> polyphony(Piece([Track((Note(0, 960, 60), Note(0, 480, 64)))]))
        1.5
    """
    changes = Counter[int]()
    for start, duration, *_ in _pitched(piece):
        changes[start] += 1
        changes[start + duration] -= 1
    ordered = sorted(changes)
    sounding = total = number = 0
    for now, then in pairwise(ordered):
        number += changes[now]
        if number:
            sounding += then - now
            total += number * (then - now)
    return total / sounding if sounding else 0.0


def pitch(piece: Piece) -> float:
    """The mean MIDI pitch of all notes but those of drums."""
    pitches = [note.pitch for note in _pitched(piece)]
    return sum(pitches) / len(pitches) if pitches else float("nan")


def pitch_class_entropy(piece: Piece) -> float:
    """How evenly the twelve tones are used, in bits: 0 for one of them alone, 3.58 for all alike."""
    counts = Counter(note.pitch % 12 for note in _pitched(piece))
    total = sum(counts.values())
    return -sum(count / total * log2(count / total) for count in counts.values())


def bars(piece: Piece) -> float:
    """How many bars it has."""
    return float(piece.bar_count)


MEASURES: dict[str, Callable[[Piece], float]] = {
    "tempo": tempo,
    "density": density,
    "polyphony": polyphony,
    "pitch": pitch,
    "pitch_class_entropy": pitch_class_entropy,
    "bars": bars,
}
"""What can be measured of each piece, by name."""


def numbers(piece: Piece, names: Sequence[str]) -> list[float]:
    """Return what `MEASURES` finds under these names.

    Example:
        >>> from gdl_music.piece import Track
        >>> numbers(Piece([Track((Note(0, 480, 60), Note(480, 480, 62)))]), ["tempo", "density"])
        [120.0, 1.0]
    """
    piece = checked(piece)
    return [MEASURES[name](piece) for name in names]


def histograms(pieces: Iterable[Piece]) -> dict[str, list[float]]:
    """Return every measure of every piece, by name."""
    whole = [checked(piece) for piece in pieces]
    return {name: [of(piece) for piece in whole] for name, of in MEASURES.items()}


def identity(piece: Piece) -> str:
    """Return a text that pieces share only when the same instruments play the same notes at the same time.

    Loudness, tempo, metre and the order of tracks do not count.

    Raises:
        RepresentationError: It is no piece, or has no notes.
    """
    piece = checked(piece)
    whole = piece.with_tracks(piece.tracks, metres=(), tempos=(), keys=()).reduced()
    notes = sorted((track.drums, track.program, *note[:3]) for track in whole.tracks for note in track.notes)
    return hashlib.sha256(f"{whole.resolution} {notes}".encode()).hexdigest()[:32]


def _pitched(piece: Piece) -> list[Note]:
    return [note for track in piece.tracks if not track.drums for note in track.notes]


def _correlation(one: Sequence[float], other: Sequence[float]) -> float:
    mean, mean_other = sum(one) / len(one), sum(other) / len(other)
    left, right = [x - mean for x in one], [y - mean_other for y in other]
    size = sqrt(sum(x * x for x in left) * sum(y * y for y in right))
    return sum(x * y for x, y in zip(left, right, strict=True)) / size if size else 0.0
