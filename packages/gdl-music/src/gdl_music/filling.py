"""Writing what is hidden of the voices of a piece, around what is known: infilling and harmonising."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.errors import UsageError, nearest
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.asking import request
from gdl_core.pipeline.completion import check_keeps
from gdl_music.constraints import cells_allowed
from gdl_music.conversion import checked
from gdl_music.piece import Piece
from gdl_music.pitches import FREE, Pitches
from gdl_music.representations.voices import Voices
from gdl_music.voices import REST, STEPS, Cells, names_of, padded, sounding, to_cells, to_piece

Hidden = NDArray[np.bool_]
"""Which cells are to be written anew. Shapes: (steps, voices)."""


def check_fills(pipeline: Pipeline) -> Voices:
    """Return the representation of a model that can write around what is known.

    Raises:
        UsageError: Its family cannot, or it does not speak of voices.
    """
    if not isinstance(pipeline.representation, Voices):
        raise UsageError(
            f"this model speaks of {pipeline.representation.name!r}, and only the cells of 'voices' can be given; "
            "train one with --recipe coconet"
        )
    check_keeps(pipeline.model)
    return pipeline.representation


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

    Only the named `voices` (``alto``) are written, or all. What is known stays: cell by cell, and note by note on the
    grid of sixteenths; a note that is held into the hidden bars ends there unless the model goes on with it, and one
    that is held out of them begins where they end if the model does not hold it. What is
    written has no other `pitches`. Returns `count` ways to do it.

    Raises:
        UsageError: The piece has no such bars or voices, or the model cannot write around what is known.
    """
    representation = check_fills(pipeline)
    piece = checked(piece)
    first, last = bars
    if not 1 <= first <= last <= piece.bar_count:
        raise UsageError(f"there are no bars {first}..{last} in a piece of {piece.bar_count} bars")
    cells = to_cells(piece, representation.voices)
    start, end = (piece.bar_start(bar) * STEPS // piece.resolution for bar in (first - 1, last))
    cells = padded(cells, end)
    hidden = np.zeros(cells.shape, np.bool_)
    hidden[start:end, _places(voices, representation.voices)] = True
    return _filled(pipeline, piece, cells, hidden, count, seed, pitches, conditions, options)


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
        UsageError: The model cannot write around what is known.
    """
    representation = check_fills(pipeline)
    melody = checked(melody)
    cells = to_cells(melody, representation.voices)
    cells[:, 1:] = REST
    hidden = np.zeros(cells.shape, np.bool_)
    hidden[:, 1:] = True
    return _filled(pipeline, melody, cells, hidden, count, seed, pitches, conditions, options)


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
    """Return cells in which the hidden ones are drawn by the model, and all others are as they were.

    Where there are more steps than the model holds, it sees a window of them, which moves on by half of itself: what it
    wrote in one window is known in the next. What is drawn has no other `pitches`. Shapes: (steps, voices).
    """
    representation = check_fills(pipeline)
    pipeline.model.eval()
    law = None if pitches.free else cells_allowed(representation, pitches)
    asked = request(representation, pipeline.model, pipeline.design.conditions, asked=conditions, allowed=law)
    cells, heard, hidden = cells.copy(), sounding(cells), hidden.copy()
    cells[hidden] = heard[hidden] = REST
    window = representation.steps
    start = max(0, min(int(np.flatnonzero(hidden.any(1))[0]) - window // 4, len(cells) - window))
    while hidden.any():
        end = min(start + window, len(cells))
        kept = len(cells) if end == len(cells) else start + max(1, window // 2)
        if hidden[start:kept].any():
            asked["given"] = _given(representation, cells[start:end], heard[start:end], ~hidden[start:end])
            [draw] = pipeline.draw_at(range(number, number + 1), seed + start, "auto", asked, options)
            drawn = padded(_cells_of(draw.object, representation), end - start)[: kept - start]
            place = hidden[start:kept]
            cells[start:kept][place], heard[start:kept][place] = drawn[place], sounding(drawn)[place]
            hidden[start:kept] = False
        start = kept
    return cells


def _given(representation: Voices, cells: Cells, heard: Cells, known: NDArray[np.bool_]) -> Given:
    """Say what is known of a window and heard in it; it may be shorter than the model's samples."""
    space = representation.space
    if not space.variable:
        cells, heard = padded(cells, representation.steps), padded(heard, representation.steps)
        known = np.vstack([known, np.ones((len(cells) - len(known), cells.shape[1]), np.bool_)])
    symbols = representation.symbols(cells, heard)
    filled = space.fill(space.collate([symbols]))
    flat = torch.ones(space.max_length, dtype=torch.bool)
    flat[: known.size] = torch.from_numpy(known.ravel())
    return Given(filled, (flat[None],))


def _cells_of(piece: Piece | None, representation: Voices) -> Cells:
    if piece is None:
        return np.full((1, representation.voices), REST, np.int64)
    return to_cells(piece, representation.voices)


def _filled(
    pipeline: Pipeline,
    piece: Piece,
    cells: Cells,
    hidden: Hidden,
    count: int,
    seed: int,
    pitches: Pitches,
    conditions: Mapping[str, Any] | None,
    options: Mapping[str, Any],
) -> list[Piece]:
    changes = piece.rescaled(STEPS)
    return [
        to_piece(
            fill(pipeline, cells, hidden, seed=seed, number=number, pitches=pitches, conditions=conditions, **options),
            metres=changes.metres,
            tempos=changes.tempos,
        )
        for number in range(count)
    ]


def _places(names: Sequence[str], voices: int) -> list[int]:
    """Return which voices these names mean; without any, all."""
    there = names_of(voices)
    for name in names:
        if name not in there:
            raise UsageError(f"there is no voice {name!r}; {nearest(name, there)}")
    return [there.index(name) for name in names] or list(range(voices))
