"""Gaps in the cells of a few voices."""

import numpy as np
import torch
from numpy.typing import NDArray

from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_music.constraints import Known, cells_allowed
from gdl_music.gaps.windows import Wish, windows
from gdl_music.representations.voices import Voices
from gdl_music.voices import REST, STEPS, Cells, padded

Hidden = NDArray[np.bool_]
"""Which cells are to be written anew. Shapes: (steps, voices)."""


def fill_cells(pipeline: Pipeline, representation: Voices, cells: Cells, hidden: Hidden, wish: Wish) -> Cells:
    """Return cells in which the hidden ones are drawn, and all others are as they were. Shapes: (steps, voices)."""
    cells, hidden = cells.copy(), hidden.copy()
    cells[hidden] = REST
    bar = STEPS * 4 * representation.metre.beats // representation.metre.unit
    for start, end, kept in windows(hidden.any(1), representation.steps, bar):
        seen, known = cells[start:end], ~hidden[start:end]
        law = None if wish.pitches.free else cells_allowed(representation, wish.pitches, seen, known)
        symbols = wish.drawn(pipeline, start, _given(representation, seen, known), tokens=law)
        assert isinstance(symbols, torch.Tensor)
        drawn, place = padded(representation.cells(symbols), end - start), hidden[start:kept]
        cells[start:kept][place] = drawn[: kept - start][place]
        hidden[start:kept] = False
    return cells


def _given(representation: Voices, cells: Cells, known: Known) -> Given:
    """Say what is known of a window, which may be shorter than the model's samples."""
    space = representation.space
    if not space.variable:
        cells = padded(cells, representation.steps)
        known = np.vstack([known, np.ones((len(cells) - len(known), cells.shape[1]), np.bool_)])
    filled = space.fill(space.collate([representation.symbols(cells)]))
    flat = torch.ones(space.max_length, dtype=torch.bool)
    flat[: known.size] = torch.from_numpy(known.ravel())
    return Given(filled, (flat[None],))
