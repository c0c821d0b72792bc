"""What this package takes for a piece of music: notes in tracks, with metres, tempos and keys; it never changes."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import gcd
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import RepresentationError, UsageError

Columns = NDArray[np.int64]
"""Notes as a table. Shapes: (4, notes): starts, durations, pitches, velocities."""

RESOLUTION = 480
"""Ticks in a quarter note, unless a piece says otherwise."""


class Note(NamedTuple):
    """A note: when it begins and how long it lasts, in ticks; its MIDI pitch and its loudness, 1 to 127."""

    start: int
    duration: int
    pitch: int
    velocity: int = 80

    @property
    def end(self) -> int:
        """The tick at which it is over."""
        return self.start + self.duration


class Tempo(NamedTuple):
    """From a tick on, so many quarter notes go into a minute."""

    start: int
    quarters: float


class Metre(NamedTuple):
    """From a tick on, a bar has so many of such notes: 7 of 1/8. A bar begins at the tick."""

    start: int
    beats: int
    unit: int

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


_COMMON, _MODERATE = Metre(0, 4, 4), Tempo(0, 120.0)


class Key(NamedTuple):
    """From a tick on, so many sharps stand at the staff (flats: below zero), and the mode is minor or major."""

    start: int
    sharps: int
    minor: bool = False

    def __str__(self) -> str:
        tonic = "FCGDAEB"[(self.sharps + 1 + 3 * self.minor) % 7]
        return f"{tonic}{_accidentals(self.sharps + 3 * self.minor)} {'minor' if self.minor else 'major'}"


@dataclass(frozen=True)
class Track:
    """What one instrument plays: notes in the order of their beginning, and a MIDI program, 0 to 127, or drums."""

    notes: tuple[Note, ...]
    program: int = 0
    drums: bool = False
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notes", tuple(sorted(self.notes)))

    @classmethod
    def of_columns(cls, columns: Columns, program: int = 0, drums: bool = False, name: str = "") -> Self:
        """Return a track of the notes in a table, which become `Note`s when they are first asked for.

        Shapes: columns (4, notes): starts, durations, pitches, velocities.

        Example:
            >>> Track.of_columns(np.array([[480, 0], [240, 480], [62, 60], [80, 80]])).notes[0]
            Note(start=0, duration=480, pitch=60, velocity=80)
        """
        track = cls.__new__(cls)
        track.__dict__.update(columns=columns, program=program, drums=drums, name=name)
        return track

    @classmethod
    def awaiting(
        cls, count: int, columns: Callable[[], Columns], program: int = 0, drums: bool = False, name: str = ""
    ) -> Self:
        """Return a track of so many notes, whose table `columns` makes when it is first asked for."""
        track = cls.__new__(cls)
        track.__dict__.update(count=count, source=columns, program=program, drums=drums, name=name)
        return track

    def __getattr__(self, name: str) -> Any:
        """Make the notes, or the table of them (`columns`), when it is first asked for."""
        there = self.__dict__
        if name == "columns" and "source" in there:
            made: Any = there["source"]()
            del there["source"]
        elif name == "notes" and ("columns" in there or "source" in there):
            made = tuple(sorted(map(Note._make, zip(*self.columns.tolist(), strict=True))))
        elif name == "columns" and "notes" in there:
            made = np.array(self.notes, np.int64).reshape(-1, 4).T
        else:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        there[name] = made
        return made

    def __len__(self) -> int:
        there = self.__dict__
        if "count" in there:
            return int(there["count"])
        return self.columns.shape[1] if "columns" in there else len(self.notes)

    @property
    def end(self) -> int:
        """The tick at which its last note is over."""
        if "notes" in self.__dict__:
            return max((start + duration for start, duration, *_ in self.notes), default=0)
        return int((self.columns[0] + self.columns[1]).max(initial=0))


@dataclass(frozen=True)
class Piece:
    """A piece of music. Times are whole ticks, `resolution` of them in a quarter note.

    Without a metre it is in 4/4, and without a tempo there are 120 quarter notes in a minute. Two pieces are equal when
    all is but the names of tracks.

    Example:
        >>> piece = Piece([Track([Note(0, 480, 60), Note(480, 960, 64)])], metres=[Metre(0, 3, 4)])
        >>> piece
        Piece(2 notes in 1 track, 1 bar of 3/4)
        >>> piece.seconds
        1.5
    """

    tracks: tuple[Track, ...]
    resolution: int = RESOLUTION
    metres: tuple[Metre, ...] = ()
    tempos: tuple[Tempo, ...] = ()
    keys: tuple[Key, ...] = ()

    def __init__(
        self,
        tracks: Iterable[Track],
        *,
        resolution: int = RESOLUTION,
        metres: Iterable[Metre] = (),
        tempos: Iterable[Tempo] = (),
        keys: Iterable[Key] = (),
    ) -> None:
        self.__dict__.update(  # a frozen value is set once, here
            tracks=tuple(tracks),
            resolution=resolution,
            metres=_from_start(metres, _COMMON),
            tempos=_from_start(tempos, _MODERATE),
            keys=_changes(keys),
        )

    def __repr__(self) -> str:
        metres = dict.fromkeys(map(str, self.metres))
        shown = next(iter(metres)) if len(metres) == 1 else f"{len(metres)} metres"
        return (
            f"Piece({_counted(self.note_count, 'note')} in {_counted(len(self.tracks), 'track')}, "
            f"{_counted(self.bar_count, 'bar')} of {shown})"
        )

    @property
    def notes(self) -> Iterator[Note]:
        """All notes, track by track."""
        return (note for track in self.tracks for note in track.notes)

    @property
    def note_count(self) -> int:
        """How many notes there are."""
        return sum(map(len, self.tracks))

    @cached_property
    def end(self) -> int:
        """The tick at which the last note is over."""
        return max((track.end for track in self.tracks), default=0)

    @property
    def quarters(self) -> float:
        """How many quarter notes it lasts."""
        return self.end / self.resolution

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.second_of(self.end)

    @cached_property
    def _tempo_seconds(self) -> list[float]:
        """At how many seconds each tempo begins."""
        at = [0.0]
        for now, then in zip(self.tempos, self.tempos[1:], strict=False):
            at.append(at[-1] + (then.start - now.start) * 60 / (now.quarters * self.resolution))
        return at

    def second_of(self, tick: int) -> float:
        """Return how many seconds after the beginning a tick is.

        Example:
            >>> Piece([], tempos=[Tempo(0, 60.0), Tempo(480, 120.0)]).second_of(960)
            1.5
        """
        place = bisect_right(self.tempos, tick, key=lambda tempo: tempo.start) - 1
        tempo = self.tempos[max(place, 0)]
        return self._tempo_seconds[max(place, 0)] + (tick - tempo.start) * 60 / (tempo.quarters * self.resolution)

    def bar_length(self, metre: Metre) -> int:
        """Return how many ticks a bar of a metre has; less than a tick is a tick."""
        return max(1, self.resolution * 4 * metre.beats // metre.unit)

    def bar_starts(self, end: int | None = None) -> list[int]:
        """Return the ticks at which bars begin, up to the last note or before `end`.

        Where the metre changes within a bar, that bar is cut short.

        Example:
            >>> Piece([], metres=[Metre(0, 5, 8), Metre(2400, 2, 4)]).bar_starts(4000)
            [0, 1200, 2400, 3360]
        """
        end = self.end if end is None else end
        ends = [*(metre.start for metre in self.metres[1:]), max(end, 1)]
        return [
            tick
            for metre, until in zip(self.metres, ends, strict=True)
            for tick in range(metre.start, min(until, max(end, 1)), self.bar_length(metre))
        ]

    @property
    def bar_count(self) -> int:
        """How many bars it has, the last one counted whole."""
        return len(self.bar_starts()) if self.end else 0

    def bar_start(self, bar: int) -> int:
        """Return the tick at which a bar begins; the first is 0, and those after the end go on in the last metre."""
        starts = self.bar_starts()
        if bar < len(starts):
            return starts[bar]
        return starts[-1] + (bar - len(starts) + 1) * self.bar_length(self.metres[-1])

    def span(self, start: int, end: int) -> "Piece":
        """Return what sounds from one tick up to another, which begins at tick 0; longer notes are cut off.

        Example:
            >>> piece = Piece([Track([Note(0, 960, 60), Note(960, 480, 62)])])
            >>> piece.span(480, 1200).tracks[0].notes
            (Note(start=0, duration=480, pitch=60, velocity=80), Note(start=480, duration=240, pitch=62, velocity=80))
        """

        def cut(track: Track) -> Track:
            sounding = ((max(note.start, start), note) for note in track.notes if note.start < end and note.end > start)
            inside = (note._replace(start=at - start, duration=min(note.end, end) - at) for at, note in sounding)
            return replace(track, notes=tuple(inside))

        return self.with_tracks(
            map(cut, self.tracks),
            metres=_moved(self.metres, start, end),
            tempos=_moved(self.tempos, start, end),
            keys=_moved(self.keys, start, end),
        )

    def bars(self, first: int, last: int) -> "Piece":
        """Return the bars from `first` up to and without `last`; the first of a piece is 0."""
        if not 0 <= first < last:
            raise UsageError(f"bars from {first} up to {last} are none")
        return self.span(self.bar_start(first), self.bar_start(last))

    def with_tracks(self, tracks: Iterable[Track], **changes: Any) -> "Piece":
        """Return the piece with other tracks, and other metres, tempos, keys or resolution where these are named."""
        kept = {name: getattr(self, name) for name in ("resolution", "metres", "tempos", "keys")}
        return Piece(tracks, **{**kept, **changes})

    def transposed(self, semitones: int) -> "Piece":
        """Return the piece higher by so many semitones; drums, whose pitches are sounds, stay.

        Raises:
            RepresentationError: A note would leave MIDI's pitches, 0 to 127.
        """

        def move(note: Note) -> Note:
            if not 0 <= note.pitch + semitones <= 127:
                raise RepresentationError(f"pitch {note.pitch} moved by {semitones:+} leaves MIDI's pitches, 0 to 127")
            return note._replace(pitch=note.pitch + semitones)

        def higher(track: Track) -> Track:
            return track if track.drums else replace(track, notes=tuple(map(move, track.notes)))

        keys = (key._replace(sharps=(key.sharps + 7 * semitones + 5) % 12 - 5) for key in self.keys)
        return self.with_tracks(map(higher, self.tracks), keys=keys)

    def rescaled(self, resolution: int) -> "Piece":
        """Return the piece with so many ticks in a quarter note; times between two ticks go to the nearer one."""
        if resolution == self.resolution:
            return self

        def at(tick: int) -> int:
            return (2 * tick * resolution + self.resolution) // (2 * self.resolution)

        def moved(note: Note) -> Note:
            return note._replace(start=at(note.start), duration=max(1, at(note.end) - at(note.start)))

        changes = {
            name: [change._replace(start=at(change.start)) for change in getattr(self, name)]
            for name in ("metres", "tempos", "keys")
        }
        tracks = (replace(track, notes=tuple(map(moved, track.notes))) for track in self.tracks)
        return self.with_tracks(tracks, resolution=resolution, **changes)

    def reduced(self) -> "Piece":
        """Return the piece with as few ticks in a quarter note as its notes, metres, tempos and keys allow."""
        divisor = self.resolution
        for note in self.notes:
            divisor = gcd(divisor, note.start, note.duration)
            if divisor == 1:
                return self
        changes: list[Any] = [*self.metres, *self.tempos, *self.keys]
        for change in changes:
            divisor = gcd(divisor, change.start)
        for metre in self.metres:  # a bar is a whole number of ticks
            needed = metre.unit // gcd(4 * metre.beats, metre.unit)
            divisor = gcd(divisor, self.resolution // needed) if self.resolution % needed == 0 else 1
        return self.rescaled(self.resolution // divisor)


def _from_start(changes: Iterable[Any], default: Any) -> tuple[Any, ...]:
    """Put changes in order, the first of them at the beginning."""
    ordered = _changes(changes)
    return ordered if ordered and ordered[0].start <= 0 else _changes((default, *ordered))


def _changes(changes: Iterable[Any]) -> tuple[Any, ...]:
    """Put changes in order; of several at one tick the last counts, and one that changes nothing is left out."""
    changes = tuple(changes)
    if len(changes) < 2:
        return changes
    last = {change.start: change for change in changes}
    kept: list[Any] = []
    for start in sorted(last):
        if not kept or kept[-1][1:] != last[start][1:]:
            kept.append(last[start])
    return tuple(kept)


def _moved(changes: tuple[Any, ...], start: int, end: int) -> list[Any]:
    """Return the changes that hold between two ticks, the first of which becomes 0."""
    return [change._replace(start=max(0, change.start - start)) for change in changes if change.start < end]


def _accidentals(fifths: int) -> str:
    """Return the signs behind a tonic so many fifths above C.

    Example:
        >>> _accidentals(7), _accidentals(-2), _accidentals(5)
        ('#', 'b', '')
    """
    signs = (fifths + 1) // 7
    return "#" * signs if signs > 0 else "b" * -signs


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
