"""What tells one piece from another: names and numbers that samples can be asked for, and that reports compare."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np

from gdl_music.conversion import checked
from gdl_music.instruments import group_of
from gdl_music.piece import Piece
from gdl_music.statistics import MEASURES

TONICS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

FACTS = ("key", "metre", "instruments")
"""What `facts` says of a piece."""

_PROFILES = np.array(
    [
        np.roll(np.subtract(profile, np.mean(profile)) / np.std(profile), tonic)
        for profile in (
            (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
            (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
        )
        for tonic in range(12)
    ]
)
"""How much each tone belongs to each major, then each minor key, standardised. Shapes: (24, 12)."""


def facts(piece: Piece) -> dict[str, str]:
    """Return the key, the first metre and the groups of instruments of a piece, as text.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> facts(Piece([Track((Note(0, 480, 69), Note(480, 480, 72), Note(960, 480, 76)), program=33)]))
        {'key': 'A minor', 'metre': '4/4', 'instruments': 'bass'}
    """
    return {"key": key(piece), "metre": str(piece.metres[0]), "instruments": "+".join(sorted(instruments(piece)))}


class Facts(Mapping[str, Any]):
    """What is said of a piece, and its `facts`, which are found when one of them is first asked for.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> Facts(Piece([Track((Note(0, 480, 60),))]), {"class": "a"})["metre"]
        '4/4'
    """

    def __init__(self, piece: Piece, said: Mapping[str, Any]) -> None:
        self.piece, self.said = piece, said
        self.found: dict[str, str] | None = None

    def __getitem__(self, name: str) -> Any:
        if name in self.said:
            return self.said[name]
        if name not in FACTS:
            raise KeyError(name)
        self.found = self.found or facts(self.piece)
        return self.found[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.said
        yield from FACTS

    def __len__(self) -> int:
        return len(self.said) + len(FACTS)

    def __repr__(self) -> str:
        return repr(dict(self))


def instruments(piece: Piece) -> set[str]:
    """Return the groups of instruments that play."""
    return {group_of(track.program, drums=track.drums) for track in piece.tracks if len(track)}


def key(piece: Piece) -> str:
    """Return the key in which the notes sound, whatever the file says, by the profiles of Krumhansl and Kessler (1982).

    doi:10.1037/0033-295X.89.4.334
    """
    weights = np.zeros(12)
    for track in piece.tracks:
        if not track.drums:
            weights += np.bincount(track.columns[2] % 12, track.columns[1], 12)
    if not weights.any():
        return "none"
    place = int((_PROFILES @ (weights - weights.mean())).argmax())  # all are of one length: this one correlates most
    return f"{TONICS[place % 12]} {('major', 'minor')[place // 12]}"


def numbers(piece: Piece, names: Sequence[str]) -> list[float]:
    """Return what `MEASURES` finds under these names.

    Example:
        >>> from gdl_music.piece import Note, Track
        >>> numbers(Piece([Track((Note(0, 480, 60), Note(480, 480, 62)))]), ["tempo", "density"])
        [120.0, 1.0]
    """
    piece = checked(piece)
    return [MEASURES[name](piece) for name in names]


def histograms(pieces: Iterable[Piece]) -> dict[str, list[float]]:
    """Return every measure of every piece, by name; what cannot be told of a piece is left out."""
    whole = [checked(piece) for piece in pieces]
    found = {name: [value for value in map(of, whole) if not isnan(value)] for name, of in MEASURES.items()}
    return {name: values for name, values in found.items() if values}


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
