"""Pieces from and to notation, by music21, which is imported only when it is used."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise
from math import inf, lcm
from typing import Any

from gdl_core.errors import InputError, RepresentationError
from gdl_music.piece import Key, Metre, Note, Piece, Tempo, Track

TICKS = 10_080
"""Ticks in a quarter note while notation is read: halves down to 1/32, and parts of three, five, seven and nine."""

GRIDS = (8, 12, 24)
"""Into so many steps a quarter note is cut when notation is written: the first grid on which all times are."""

VELOCITY = 80
DRUM = 38
DRUM_CHANNEL = 9

MOST_WRITTEN = 50_000
"""Notes of a piece that is written as notation, and bars of all its parts together."""

Span = tuple[int, int, tuple[int, ...]]
"""Pitches that begin together and last equally long: start, duration, pitches."""


def from_music21(stream: Any) -> Piece:
    """Return the notes as they sound, the instruments, metres, keys and tempos of a music21 stream.

    Notes that are tied become one; grace notes and chord symbols are left out; repeats are not played again. A piece
    that begins with a short bar begins with the rests that this bar lacks.

    Raises:
        RepresentationError: There is no note in it.
    """
    parts = list(getattr(stream, "parts", ())) or [stream]
    shift = _missing_at_start(parts[0])
    tracks = [track for part in parts if (track := _track(part, shift)).notes]
    if not tracks:
        raise RepresentationError("the score has no notes")
    first = parts[0].flatten()
    marks = stream.flatten().getElementsByClass("MetronomeMark")
    return Piece(
        tracks,
        resolution=TICKS,
        metres=[
            Metre(_moved(one, shift), one.numerator, one.denominator)
            for one in first.getElementsByClass("TimeSignature")
        ],
        keys=[
            Key(_moved(one, shift), one.sharps, getattr(one, "mode", None) == "minor")
            for one in first.getElementsByClass("KeySignature")
        ],
        tempos=[Tempo(_moved(one, shift), round(float(one.getQuarterBPM()), 3)) for one in marks if one.number],
    ).reduced()


def _missing_at_start(part: Any) -> int:
    """Return by how many ticks the first bar is too short."""
    measures = list(part.getElementsByClass("Measure"))
    if len(measures) < 2:
        return 0
    missing = measures[0].barDuration.quarterLength - measures[0].highestTime
    return max(0, _ticks(missing))


def _ticks(quarters: Any) -> int:
    return round(Fraction(quarters) * TICKS)


def _moved(element: Any, shift: int) -> int:
    """Return where a change stands; one at the very beginning stays there."""
    at = _ticks(element.offset)
    return at + shift if at else 0


def _track(part: Any, shift: int) -> Track:
    instruments = list(part.recurse().getElementsByClass("Instrument"))
    if any(one.transposition for one in instruments):
        part = part.toSoundingPitch()
    instrument = instruments[0] if instruments else None
    notes: list[Note] = []
    tied: dict[int, Note] = {}
    drums = getattr(instrument, "midiChannel", None) == DRUM_CHANNEL
    for element in part.flatten().notes:
        if element.duration.isGrace or "Harmony" in element.classes:
            continue
        start, velocity = _ticks(element.offset) + shift, element.volume.velocity or VELOCITY
        end = _ticks(element.offset + element.duration.quarterLength) + shift
        for one in getattr(element, "notes", (element,)):
            drums = drums or "Unpitched" in one.classes
            pitch = _pitch(one)
            if end > start and 0 <= pitch <= 127:
                _add(Note(start, end - start, pitch, velocity), one.tie and one.tie.type, notes, tied)
    program = getattr(instrument, "midiProgram", None) or 0
    return Track((*notes, *tied.values()), program, drums, str(getattr(part, "partName", None) or ""))


def _pitch(note: Any) -> int:
    if "Unpitched" not in note.classes:
        return int(note.pitch.midi)
    stored = getattr(note, "storedInstrument", None)
    return int(getattr(stored, "percMapPitch", None) or DRUM)


def _add(note: Note, tie: str | None, notes: list[Note], tied: dict[int, Note]) -> None:
    """Add a note, or make the one longer to which it is tied."""
    before = tied.pop(note.pitch, None)
    if before is not None:
        if tie in ("continue", "stop") and before.end == note.start:
            note = before._replace(duration=note.end - before.start)
        else:
            notes.append(before)
    if tie in ("start", "continue"):
        tied[note.pitch] = note
    else:
        notes.append(note)


def to_music21(piece: Piece) -> Any:
    """Return a piece as a music21 score: a part for each track, bars that add up, ties over their lines.

    Times go to the coarsest of `GRIDS` on which all are, or to the nearest step of the finest.

    Raises:
        InputError: There are more than `MOST_WRITTEN` notes or bars.

    Example:
        >>> score = to_music21(Piece([Track((Note(0, 480 * 5, 60),))]))
        >>> [bar.duration.quarterLength for bar in score.parts[0].getElementsByClass("Measure")]
        [4.0, 4.0]
    """
    from music21 import stream

    if piece.note_count > MOST_WRITTEN:
        raise InputError(f"the piece has {piece.note_count:,} notes; up to {MOST_WRITTEN:,} are written as notation")
    steps = next((grid for grid in GRIDS if _on_grid(piece, grid)), GRIDS[-1])
    piece = piece.rescaled(lcm(steps, *(max(1, metre.unit // 4) for metre in piece.metres)))
    starts = piece.bar_starts()
    if len(starts) * len(piece.tracks) > MOST_WRITTEN:
        raise InputError(
            f"the piece has {len(starts):,} bars of {len(piece.tracks)} parts, too many for notation: cut it"
        )
    bars = list(pairwise([*starts, piece.bar_start(len(starts))]))
    score = stream.Score()
    for place, track in enumerate(piece.tracks):
        score.insert(0, _part(piece, track, bars, with_tempo=not place))
    return score


def musicxml_bytes(piece: Piece) -> bytes:
    """Return a piece as a MusicXML file."""
    from music21.musicxml.m21ToXml import GeneralObjectExporter

    return bytes(GeneralObjectExporter(to_music21(piece)).parse())


def _on_grid(piece: Piece, grid: int) -> bool:
    return all(note.start * grid % piece.resolution == note.end * grid % piece.resolution == 0 for note in piece.notes)


def _part(piece: Piece, track: Track, bars: Sequence[tuple[int, int]], *, with_tempo: bool) -> Any:
    from music21 import instrument, meter, stream

    part = stream.Part()
    part.partName = track.name or None
    made = instrument.UnpitchedPercussion() if track.drums else instrument.instrumentFromMidiProgram(track.program)
    part.insert(0, made)
    voices = _voices(_spans(track.notes))
    metre = ""
    for number, (start, end) in enumerate(bars, 1):
        measure = stream.Measure(number=number)
        before, metre = metre, _metre_of(piece, start, end)
        if metre != before:
            measure.insert(0, meter.TimeSignature(metre))
        for change in _changes(piece, start, end, with_tempo=with_tempo):
            measure.insert(0, change)
        for voice in voices:
            place = measure if len(voices) == 1 else stream.Voice()
            place.append(list(_elements(voice, start, end, piece.resolution)))
            if place is not measure:
                measure.insert(0, place)
        part.append(measure)
    return part


def _metre_of(piece: Piece, start: int, end: int) -> str:
    """Return the metre of a bar; one that a change of metre cuts short has one of its own, as long as it is."""
    metre = [one for one in piece.metres if one.start <= start][-1]
    length = Fraction(end - start, 4 * piece.resolution)
    cut = end - start != piece.bar_length(metre) and length.denominator & (length.denominator - 1) == 0
    return f"{length.numerator}/{length.denominator}" if cut else str(metre)


def _changes(piece: Piece, start: int, end: int, *, with_tempo: bool) -> Iterator[Any]:
    """Yield what stands at the head of a bar: a new key or tempo."""
    from music21 import key, tempo

    for one in _within(piece.keys, start, end):
        yield key.KeySignature(one.sharps).asKey("minor" if one.minor else "major")
    for mark in _within(piece.tempos, start, end) if with_tempo else ():
        yield tempo.MetronomeMark(number=mark.quarters)


def _within(changes: Iterable[Any], start: int, end: int) -> list[Any]:
    return [change for change in changes if start <= change.start < end]


def _spans(notes: Iterable[Note]) -> list[Span]:
    """Put notes that begin and end together into one chord."""
    chords = defaultdict[tuple[int, int], set[int]](set)
    for note in notes:
        chords[note.start, note.duration].add(note.pitch)
    return [(start, duration, tuple(sorted(chords[start, duration]))) for start, duration in sorted(chords)]


def _voices(spans: Iterable[Span]) -> list[list[Span]]:
    """Share chords out among as few voices as hold them without any overlapping."""
    voices: list[list[Span]] = []
    for span in spans:
        free = (voice for voice in voices if voice[-1][0] + voice[-1][1] <= span[0])
        voice = next(free, None)
        if voice is None:
            voice = []
            voices.append(voice)
        voice.append(span)
    return voices or [[]]


def _elements(voice: Sequence[Span], start: int, end: int, resolution: int) -> Iterator[Any]:
    """Yield the rests, notes and chords of one bar, which they fill; what goes over its lines is tied."""
    from music21 import chord, note, tie

    at = start
    first = max(0, bisect_right(voice, (start, inf)) - 1)
    for begin, duration, pitches in islice(voice, first, None):
        if begin >= end:
            break
        if begin + duration <= start:
            continue
        if begin > at:
            yield note.Rest(quarterLength=Fraction(begin - at, resolution))
        at, until = max(begin, start), min(begin + duration, end)
        length = Fraction(until - at, resolution)
        one = note.Note(pitches[0]) if len(pitches) == 1 else chord.Chord(list(pitches))
        one.quarterLength = length
        if begin < start or begin + duration > end:
            kind = "continue" if begin < start and begin + duration > end else "stop" if begin < start else "start"
            one.tie = tie.Tie(kind)
        yield one
        at = until
    if at < end:
        yield note.Rest(quarterLength=Fraction(end - at, resolution))
