"""Numbers that describe one piece. One that muspy (Dong et al. 2020, arXiv:2008.01951) has too is as muspy defines it.

Drums count where rhythm is meant, and not where pitches are. What a piece has nothing to say of is not-a-number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from math import log2, nan

from gdl_music.piece import Note, Piece

GRID = 24
"""Steps in a quarter note where rhythms are compared."""

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
"""The steps of a scale above its tonic, in semitones; minor is the natural one."""


def tempo(piece: Piece) -> float:
    """Quarter notes a minute, on average over the piece."""
    return 60 * piece.quarters / piece.seconds


def bars(piece: Piece) -> float:
    """How many bars it has."""
    return float(piece.bar_count)


def density(piece: Piece) -> float:
    """Notes that begin in a quarter note's time, on average."""
    return piece.note_count / piece.quarters


def note_length(piece: Piece) -> float:
    """The mean length of a note, in quarter notes."""
    return sum(note.duration for note in piece.notes) / piece.note_count / piece.resolution


def pitch(piece: Piece) -> float:
    """The mean MIDI pitch."""
    pitches = [note.pitch for note in pitched(piece)]
    return sum(pitches) / len(pitches) if pitches else nan


def pitch_range(piece: Piece) -> float:
    """Semitones from the lowest pitch to the highest."""
    pitches = [note.pitch for note in pitched(piece)]
    return float(max(pitches) - min(pitches)) if pitches else nan


def pitches_used(piece: Piece) -> float:
    """How many different pitches there are."""
    return float(len({note.pitch for note in pitched(piece)}))


def pitch_classes_used(piece: Piece) -> float:
    """How many of the twelve tones there are."""
    return float(len({note.pitch % 12 for note in pitched(piece)}))


def pitch_entropy(piece: Piece) -> float:
    """How evenly pitches are used, in bits."""
    return _entropy(note.pitch for note in pitched(piece))


def pitch_class_entropy(piece: Piece) -> float:
    """How evenly the twelve tones are used, in bits: 0 for one of them alone, 3.58 for all alike."""
    return _entropy(note.pitch % 12 for note in pitched(piece))


def scale_consistency(piece: Piece) -> float:
    """The share of notes that lie in the major or minor scale that holds most of them.

    Example:
        >>> from gdl_music.piece import Track
        >>> scale_consistency(Piece([Track(tuple(Note(0, 1, 60 + step) for step in (0, 2, 4, 6)))]))
        1.0
    """
    counts = Counter(note.pitch % 12 for note in pitched(piece))
    inside = [
        sum(counts[(tonic + step) % 12] for step in scale) for tonic in range(12) for scale in SCALES.values()
    ]  # fmt: skip
    return max(inside) / counts.total() if counts else nan


def polyphony(piece: Piece) -> float:
    """How many pitches sound at once, on average over the time in which any does.

    Example:
        >>> from gdl_music.piece import Track
        >>> polyphony(Piece([Track((Note(0, 960, 60), Note(0, 480, 64)))]))
        1.5
    """
    moments = list(_sounding(piece))
    heard = sum(length for length, number in moments if number)
    return sum(length * number for length, number in moments) / heard if heard else nan


def polyphony_rate(piece: Piece) -> float:
    """The share of the time in which more than two pitches sound at once."""
    return sum(length for length, number in _sounding(piece) if number > 2) / piece.end


def groove_consistency(piece: Piece) -> float:
    """How much neighbouring bars agree in where notes begin: 1 less the mean share of places at which they differ.

    All bars are as long as the first; after Wu and Yang (2020), arXiv:2008.01307.
    """
    bar = max(1, GRID * 4 * piece.metres[0].beats // piece.metres[0].unit)
    whole = piece.rescaled(GRID)
    count = whole.end // bar + 1
    if count < 2:
        return nan
    onsets = {note.start for note in whole.notes}
    places = {(onset // bar, onset % bar) for onset in onsets}
    differing = sum(((number, at) in places) != ((number + 1, at) in places)
                    for number, at in {(n - back, at) for n, at in places for back in (0, 1)}
                    if 0 <= number < count - 1)  # fmt: skip
    return 1 - differing / (bar * (count - 1))


def empty_beat_rate(piece: Piece) -> float:
    """The share of quarter notes' time in which nothing sounds."""
    full = {
        beat
        for note in piece.notes
        for beat in range(note.start // piece.resolution, note.end // piece.resolution + 1)
    }  # fmt: skip
    return 1 - len(full) / (piece.end // piece.resolution + 1)


MEASURES: dict[str, Callable[[Piece], float]] = {
    measure.__name__: measure
    for measure in (
        tempo, bars, density, note_length, pitch, pitch_range, pitches_used, pitch_classes_used, pitch_entropy,
        pitch_class_entropy, scale_consistency, polyphony, polyphony_rate, groove_consistency, empty_beat_rate,
    )
}  # fmt: skip
"""What can be measured of each piece, by name."""


def pitched(piece: Piece) -> list[Note]:
    """Return all notes but those of drums."""
    return [note for track in piece.tracks if not track.drums for note in track.notes]


def _entropy(values: Iterable[int]) -> float:
    counts = Counter(values)
    if not counts:
        return nan
    total = counts.total()
    return -sum(count / total * log2(count / total) for count in counts.values()) + 0.0


def _sounding(piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield how long how many different pitches sound, moment by moment."""
    changes: dict[int, Counter[int]] = {}
    for start, duration, height, *_ in pitched(piece):
        changes.setdefault(start, Counter())[height] += 1
        changes.setdefault(start + duration, Counter())[height] -= 1
    held = Counter[int]()
    sounding = 0
    for now, then in pairwise(sorted(changes)):
        for height, change in changes[now].items():
            before = held[height]
            held[height] += change
            sounding += (held[height] > 0) - (before > 0)
        yield then - now, sounding
