"""How much of a melody has been heard before: runs of notes that stand in the pieces that were trained on."""

from collections.abc import Iterable, Iterator

from gdl_music.piece import Piece

RUN = 8
"""Notes of a run."""

STEPS = 4
"""To so many steps in a quarter note lengths are rounded."""

Run = tuple[tuple[int, int], ...]


class Copies:
    """The runs of eight notes in known pieces, in which the share of other pieces' runs is looked up.

    A run is what eight successive notes of a track are in pitches, seen from the first, and in lengths, in sixteenths:
    a transposed copy is a copy. Of notes that begin together the highest counts.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> scale = [Piece([Track(tuple(Note(480 * n, 480, 60 + n + up) for n in range(9)))]) for up in (0, 5)]
        >>> Copies.of(scale[:1]).share(scale[1:])
        1.0
    """

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = frozenset(runs)

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> "Copies":
        """Gather the runs of pieces."""
        return cls(run for piece in pieces for run in _runs(piece))

    def share(self, pieces: Iterable[Piece]) -> float:
        """Return the share of all runs of these pieces that are known; not-a-number where there is none."""
        found = [run in self.runs for piece in pieces for run in _runs(piece)]
        return sum(found) / len(found) if found else float("nan")


def _runs(piece: Piece) -> Iterator[Run]:
    for track in piece.rescaled(STEPS).tracks:
        highest = {note.start: note for note in track.notes}  # notes stand by start, then by length and pitch
        for note in track.notes:
            if note.pitch > highest[note.start].pitch:
                highest[note.start] = note
        line = [] if track.drums else [(note.pitch, note.duration) for _, note in sorted(highest.items())]
        for start in range(len(line) - RUN + 1):
            first = line[start][0]
            yield tuple((pitch - first, length) for pitch, length in line[start : start + RUN])
