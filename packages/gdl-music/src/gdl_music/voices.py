"""Pieces as a few voices on a grid of sixteenths: which note goes on in each voice at each step."""

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import RepresentationError
from gdl_music.piece import Metre, Note, Piece, Tempo, Track

Cells = NDArray[np.int64]
"""What each voice does at each step: `REST`, `HOLD`, or begin a note, its pitch. Shapes: (steps, voices)."""

REST, HOLD = -1, -2

STEPS = 4
"""Steps in a quarter note."""

NAMES = ("soprano", "alto", "tenor", "bass")
"""What four voices are called, from the highest."""


def names_of(voices: int) -> tuple[str, ...]:
    """Return the names of so many voices.

    Example:
        >>> names_of(4), names_of(2)
        (('soprano', 'alto', 'tenor', 'bass'), ('voice 1', 'voice 2'))
    """
    return NAMES if voices == len(NAMES) else tuple(f"voice {number}" for number in range(1, voices + 1))


def to_cells(piece: Piece, voices: int = 4) -> Cells:
    """Put a piece on the grid; notes go to the nearest step. Drums are left out.

    Where each track has one note at a time and there are not too many of them, each is a voice, in their order; else
    notes that begin go to the voices that are free and whose last notes were nearest, higher ones to higher voices.
    Shapes: (steps, voices).

    Raises:
        RepresentationError: More notes sound at once than there are voices.

    Example:
        >>> piece = Piece([Track((Note(0, 240, 60), Note(360, 120, 62))), Track((Note(120, 360, 48),))])
        >>> to_cells(piece, 2).tolist()
        [[60, -1], [-2, 48], [-1, -2], [62, -2]]
    """
    snapped = piece.rescaled(STEPS)
    tracks: list[Sequence[Note]] = [track.notes for track in snapped.tracks if not track.drums]
    if not any(tracks):
        raise RepresentationError("the piece has no notes but those of drums")
    if len(tracks) > voices or not all(map(_is_one_voice, tracks)):
        tracks = list(_separated(sorted({note[:3] for notes in tracks for note in notes}), voices))
    cells = np.full((max(note[0] + note[1] for notes in tracks for note in notes), voices), REST, np.int64)
    for voice, notes in enumerate(tracks):
        for start, duration, pitch, *_ in notes:
            cells[start : start + duration, voice] = HOLD
            cells[start, voice] = pitch
    return cells


def _is_one_voice(notes: Sequence[Note]) -> bool:
    return all(now.end <= then.start for now, then in pairwise(notes))


def _separated(notes: Iterable[tuple[int, ...]], voices: int) -> list[list[Note]]:
    """Share notes out among voices, in the order in which they begin."""
    found: list[list[Note]] = [[] for _ in range(voices)]
    last = [74.0 - 36 * (voice + 0.5) / voices for voice in range(voices)]  # from where each voice comes
    groups: dict[int, list[Note]] = {}
    for note in notes:
        groups.setdefault(note[0], []).append(Note(*note))
    for start, group in groups.items():
        by_pitch: dict[int, Note] = {note.pitch: note for note in sorted(group)}  # of unisons the longest
        fresh = sorted(by_pitch.values(), key=lambda note: -note.pitch)
        free = [voice for voice in range(voices) if not found[voice] or found[voice][-1].end <= start]
        if len(fresh) > len(free):
            sounding = len(fresh) + voices - len(free)
            raise RepresentationError(
                f"{sounding} notes sound at once at quarter {start / STEPS:g}, and there are {voices} voices"
            )
        chosen = min(
            combinations(free, len(fresh)),
            key=lambda places: sum(abs(last[at] - note.pitch) for at, note in zip(places, fresh, strict=True)),
        )
        for at, note in zip(chosen, fresh, strict=True):
            found[at].append(note)
            last[at] = note.pitch
    return found


def sounding(cells: Cells) -> Cells:
    """Return the pitch that sounds in each cell, or `REST`. A hold that holds nothing is a rest.

    Shapes: (steps, voices) -> the same.

    Example:
        >>> sounding(np.array([[HOLD, 48], [60, HOLD], [HOLD, REST]])).tolist()
        [[-1, 48], [60, 48], [60, -1]]
    """
    steps = np.arange(len(cells))[:, None]
    begun = np.maximum.accumulate(np.where(cells != HOLD, steps, -1), 0)
    return np.where(begun >= 0, np.take_along_axis(cells, np.maximum(begun, 0), 0), REST).clip(REST)


def padded(cells: Cells, steps: int) -> Cells:
    """Add rests up to so many steps."""
    missing = max(0, steps - len(cells))
    return np.vstack([cells, np.full((missing, cells.shape[1]), REST, np.int64)])


def to_piece(
    cells: Cells,
    *,
    metres: Iterable[Metre] = (),
    tempos: Iterable[Tempo] = (),
    programs: Sequence[int] = (),
) -> Piece:
    """Read the notes of cells, a track for each voice. A hold that holds nothing is a rest; times are in steps.

    Raises:
        RepresentationError: There is no note.

    Example:
        >>> to_piece(np.array([[60, -2], [-2, 55], [-1, -2]])).tracks[1].notes
        (Note(start=1, duration=2, pitch=55, velocity=80),)
    """
    voices = cells.shape[1]
    tracks = [
        Track(_notes(column), program, name=name)
        for column, name, program in zip(cells.T, names_of(voices), programs or (0,) * voices, strict=True)
    ]
    if not any(track.notes for track in tracks):
        raise RepresentationError("the cells hold no note")
    return Piece(tracks, resolution=STEPS, metres=metres, tempos=tempos)


def _notes(column: NDArray[np.int64]) -> tuple[Note, ...]:
    """Read the notes of one voice."""
    starts = np.flatnonzero(column >= 0)
    ends = np.flatnonzero(column != HOLD)
    after = ends[np.minimum(np.searchsorted(ends, starts, side="right"), len(ends) - 1)] if len(starts) else starts
    until = np.where(after > starts, after, len(column))
    return tuple(
        Note(start, end - start, pitch)
        for start, end, pitch in zip(starts.tolist(), until.tolist(), column[starts].tolist(), strict=True)
    )
