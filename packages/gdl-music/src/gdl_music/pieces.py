"""A sequence of pieces that knows how to show, play and save itself."""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self, overload

from gdl_core.errors import UsageError
from gdl_core.folders import new_drawing
from gdl_music.conversion import checked
from gdl_music.draw import grid
from gdl_music.files.kinds import Skip
from gdl_music.files.writing import save
from gdl_music.measures import histograms
from gdl_music.piece import Piece

_SHOWN = 24


class Pieces(Sequence[Piece | None]):
    """Pieces in a fixed order: one by one, as a picture of all, as files, or to be heard.

    What is no piece, among raw draws of a model, is None. `log_prob` is the natural logarithm of the probability of
    each under the model that drew it, or None. Objects of symusic, pretty_midi and music21 become pieces.

    Example:
        >>> from gdl_music import Note, Track
        >>> Pieces([Piece([Track((Note(0, 480, 60),))])])
        Pieces(1 of 1 bar)
    """

    def __init__(self, pieces: Iterable[Any], *, log_prob: Iterable[float] | None = None) -> None:
        self.pieces = tuple(None if piece is None else checked(piece) for piece in pieces)
        self.log_prob: tuple[float, ...] | None = None if log_prob is None else tuple(map(float, log_prob))
        if self.log_prob is not None and len(self.log_prob) != len(self):
            raise UsageError(f"{len(self.log_prob)} log-probabilities for {len(self)} pieces; give one for each")

    def __len__(self) -> int:
        return len(self.pieces)

    @overload
    def __getitem__(self, index: int) -> Piece | None: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Piece | Self | None:
        if isinstance(index, slice):
            return type(self)(self.pieces[index], log_prob=self.log_prob and self.log_prob[index])
        return self.pieces[index]

    def __repr__(self) -> str:
        counts = sorted(piece.bar_count for piece in self.pieces if piece is not None) or [0]
        shown = f"{counts[0]} to {counts[-1]} bars" if counts[0] < counts[-1] else f"{counts[0]} bar"
        return f"Pieces({len(self):,} of {shown}{'s' if shown.endswith('bar') and counts[0] != 1 else ''})"

    def _repr_html_(self) -> str:
        """Show and play the first pieces in a notebook."""
        return self.play(count=4)

    def properties(self) -> dict[str, list[float]]:
        """Return the measures of each that is a piece, in order."""
        return histograms(piece for piece in self.pieces if piece is not None)

    def save(self, path: str | Path, *, force: bool = False, skipped: Skip | None = None) -> Path:
        """Write a folder of MIDI files, or one piece as .mid, .musicxml, .wav or .png; return the path.

        What is None is left out, and goes to `skipped` or is warned of. What exists is refused without `force`.
        """
        skip = skipped or (lambda what: warnings.warn(str(what), stacklevel=3))
        return save(self.pieces, path, force=force, skipped=skip)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        count: int = _SHOWN,
        columns: int | None = None,
        legends: Sequence[str] | None = None,
        force: bool = False,
    ) -> str | Path:
        """Draw piano rolls of the first pieces, as an .svg or .png file, or else as SVG text."""
        shown = self.pieces[:count]
        if path is None:
            return str(grid(shown, columns=columns, legends=legends))
        return new_drawing(
            path, lambda format: grid(shown, columns=columns, legends=legends, format=format), force=force
        )

    def play(self, *, count: int = _SHOWN) -> str:
        """Return HTML with a player and a piano roll of each of the first pieces, which loads nothing."""
        from gdl_music.view import view

        return view([piece for piece in self.pieces[:count] if piece is not None])[0]
