"""Gaps in the cells of a few voices."""

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_music.constraints import cells_allowed
from gdl_music.gaps.windows import Wish, windows
from gdl_music.representations.voices import Voices
from gdl_music.voices import HOLD, REST, STEPS, Cells, padded, sounding

Hidden = NDArray[np.bool_]
"""Which cells are to be written anew. Shapes: (steps, voices)."""


def fill_cells(pipeline: Pipeline, representation: Voices, cells: Cells, hidden: Hidden, wish: Wish) -> Cells:
    """Return cells in which the hidden ones are drawn, and all others are as they were. Shapes: (steps, voices)."""
    law = None if wish.pitches.free else cells_allowed(representation, wish.pitches)
    cells, heard, hidden = cells.copy(), sounding(cells), hidden.copy()
    cells[hidden] = heard[hidden] = REST
    bar = STEPS * 4 * representation.metre.beats // representation.metre.unit
    for start, end, kept in windows(np.any(hidden, 1), representation.steps, bar):
        given = _given(representation, cells[start:end], heard[start:end], ~hidden[start:end])
        symbols = wish.drawn(pipeline, start, given, tokens=law)
        assert isinstance(symbols, torch.Tensor)
        drawn, place = padded(representation.cells(symbols), end - start)[: kept - start], hidden[start:kept]
        cells[start:kept][place], heard[start:kept][place] = drawn[place], sounding(drawn)[place]
        hidden[start:kept] = False
    return cells


def begun_behind(cells: Cells, heard: Cells, hidden: Hidden) -> Cells:
    """Let what was held out of a gap begin behind it, where another pitch was drawn; `heard` is what sounded there.

    Shapes: each (steps, voices).

    Example:
        >>> cells, hidden = np.array([[60], [64], [HOLD], [HOLD]]), np.array([[False], [True], [False], [False]])
        >>> begun_behind(cells, np.array([[60], [60], [60], [60]]), hidden).ravel().tolist()
        [60, 64, 60, -2]
    """
    behind = np.zeros_like(hidden)
    behind[1:] = hidden[:-1] & ~hidden[1:]
    return np.where(behind & (cells == HOLD) & (sounding(cells) != heard), heard, cells)


def _given(representation: Voices, cells: Cells, heard: Cells, known: Hidden) -> Given:
    """Say what is known of a window and heard in it; it may be shorter than the model's samples."""
    space = representation.space
    if not space.variable:
        cells, heard = padded(cells, representation.steps), padded(heard, representation.steps)
        known = np.vstack([known, np.ones((len(cells) - len(known), cells.shape[1]), np.bool_)])
    filled = space.fill(space.collate([representation.symbols(cells, heard)]))
    flat = torch.ones(space.max_length, dtype=torch.bool)
    flat[: known.size] = torch.from_numpy(known.ravel())
    return Given(filled, (flat[None],))
