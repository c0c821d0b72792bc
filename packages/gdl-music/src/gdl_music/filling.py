"""Writing what is hidden of a piece around what is known: infilling and harmonising."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gdl_core.errors import UsageError, nearest
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.completion import keeps
from gdl_music.conversion import checked
from gdl_music.gaps.events import events_with_gaps, fill_events
from gdl_music.gaps.rolls import fill_rolls, rolls_with_gaps
from gdl_music.gaps.voices import Hidden, begun_behind, fill_cells
from gdl_music.gaps.windows import Wish
from gdl_music.instruments import DRUMS, GROUPS
from gdl_music.piece import Piece
from gdl_music.pitches import FREE, Pitches
from gdl_music.representations.remi import Remi
from gdl_music.representations.roll import PianoRoll
from gdl_music.representations.voices import Voices
from gdl_music.voices import REST, STEPS, Cells, names_of, padded, sounding, to_cells, to_piece

Fill = Callable[[Wish], Piece]
"""Fills the gaps of a piece in the way that is wished for."""


def infill(
    pipeline: Pipeline,
    piece: Any,
    bars: tuple[int, int],
    *,
    voices: Sequence[str] = (),
    count: int = 1,
    seed: int = 0,
    pitches: Pitches = FREE,
    conditions: Mapping[str, Any] | None = None,
    **options: Any,
) -> list[Piece]:
    """Write anew the bars from the first of `bars` up to the second, both included, counted from 1.

    Only the named `voices` are written, or all: ``alto``, or groups of instruments where the model speaks of these.
    What is known stays as the representation holds it, cell by cell or event by event; a note that is held into the
    hidden bars ends there unless the model goes on with it, and one that is held out of them begins where they end if
    the model does not hold it. In events, as many notes are written as there were. What is written has no other
    `pitches`. Returns `count` ways to do it.

    Raises:
        UsageError: The piece has no such bars or voices, or the model cannot write around what is known.
    """
    _check(pipeline)
    piece, (first, last) = checked(piece), bars
    if not 1 <= first <= last <= piece.bar_count:
        raise UsageError(f"there are no bars {first}..{last} in a piece of {piece.bar_count} bars")
    fill = _filler(pipeline, piece, bars, voices)
    return [fill(Wish(seed, number, pitches, conditions, options)) for number in range(count)]


def harmonize(
    pipeline: Pipeline,
    melody: Any,
    *,
    count: int = 1,
    seed: int = 0,
    pitches: Pitches = FREE,
    conditions: Mapping[str, Any] | None = None,
    **options: Any,
) -> list[Piece]:
    """Write the lower voices under a melody, the highest voice of the piece, which stays. Returns `count` ways.

    What is written has no other `pitches`.

    Raises:
        UsageError: The model cannot write around what is known, or speaks of no voices.
    """
    representation = _voices(pipeline)
    melody = checked(melody)
    cells = to_cells(melody, representation.voices)
    cells[:, 1:] = REST
    hidden = np.zeros(cells.shape, np.bool_)
    hidden[:, 1:] = True
    fill = _cell_filler(pipeline, representation, melody, cells, hidden)
    return [fill(Wish(seed, number, pitches, conditions, options)) for number in range(count)]


def fill(
    pipeline: Pipeline,
    cells: Cells,
    hidden: Hidden,
    *,
    seed: int = 0,
    number: int = 0,
    pitches: Pitches = FREE,
    conditions: Mapping[str, Any] | None = None,
    **options: Any,
) -> Cells:
    """Return cells in which the hidden ones are drawn by a model of voices, and all others are as they were.

    Where there are more steps than the model holds, it sees a window of them, which moves on by half of itself: what it
    wrote in one window is known in the next. What is drawn has no other `pitches`. Shapes: (steps, voices).
    """
    wish = Wish(seed, number, pitches, conditions, options)
    return fill_cells(pipeline, _voices(pipeline), cells, hidden, wish)


def _check(pipeline: Pipeline) -> None:
    """Refuse a model whose family cannot keep what is known."""
    if not keeps(pipeline.model):
        raise UsageError(
            f"the family {pipeline.model.name!r} ({pipeline.model.variant}) cannot draw around what is known; train "
            "one that can, such as --recipe coconet or piano-roll-diffusion"
        )


def _voices(pipeline: Pipeline) -> Voices:
    """Return the representation of a model that can write some voices around others."""
    if not isinstance(pipeline.representation, Voices):
        raise UsageError(
            f"this model speaks of {pipeline.representation.name!r}, in which no voice stands for itself; "
            "train one with --recipe coconet"
        )
    _check(pipeline)
    return pipeline.representation


def _filler(pipeline: Pipeline, piece: Piece, bars: tuple[int, int], names: Sequence[str]) -> Fill:
    """Return what fills these bars of a piece."""
    representation: Any = pipeline.representation
    start, end = piece.bar_start(bars[0] - 1), piece.bar_start(bars[1])
    if isinstance(representation, Voices):
        first, last = (tick * STEPS // piece.resolution for tick in (start, end))
        cells = padded(to_cells(piece, representation.voices), last)
        hidden = np.zeros(cells.shape, np.bool_)
        hidden[first:last, _places(names, names_of(representation.voices)) or slice(None)] = True
        return _cell_filler(pipeline, representation, piece, cells, hidden)
    if isinstance(representation, PianoRoll):
        pictures, gaps = rolls_with_gaps(representation, piece, start, end, list(names))
        changes = _changes(piece)
        return lambda wish: representation.piece(fill_rolls(pipeline, representation, pictures, gaps, wish), **changes)
    assert isinstance(representation, Remi)
    if representation.kin != "remi":
        raise UsageError(f"the events of {representation.kin!r} have no bars to fill; train a model with kin=remi")
    _places(names, (*GROUPS, DRUMS))
    tokens = representation.tokens(piece)
    hides = events_with_gaps(representation, tokens, bars, names)
    return lambda wish: representation.decode(torch.tensor(fill_events(pipeline, representation, tokens, hides, wish)))


def _cell_filler(pipeline: Pipeline, representation: Voices, piece: Piece, cells: Cells, hidden: Hidden) -> Fill:
    changes, heard = _changes(piece), sounding(cells)

    def fill(wish: Wish) -> Piece:
        filled = fill_cells(pipeline, representation, cells, hidden, wish)
        return to_piece(begun_behind(filled, heard, hidden), **changes)

    return fill


def _changes(piece: Piece) -> dict[str, Any]:
    """Return the metres and tempos of a piece, in sixteenths."""
    steps = piece.with_tracks(()).rescaled(STEPS)
    return {"metres": steps.metres, "tempos": steps.tempos}


def _places(names: Sequence[str], there: Sequence[str]) -> list[int]:
    """Return which voices these names mean."""
    for name in names:
        if name not in there:
            raise UsageError(f"there is no voice {name!r}; {nearest(name, there)}")
    return [there.index(name) for name in names]
