"""Gaps in piano-rolls."""

import numpy as np
import torch

from gdl_core.errors import UsageError, nearest
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_music.gaps.windows import Wish, windows
from gdl_music.piece import Piece
from gdl_music.representations.roll import STEPS, PianoRoll, Pictures


def fill_rolls(
    pipeline: Pipeline, representation: PianoRoll, pictures: Pictures, hidden: np.ndarray, wish: Wish
) -> Pictures:
    """Return pictures in which the hidden cells are drawn, and all others are as they were.

    Shapes: pictures and hidden (instruments, steps, pitches).
    """
    if not wish.pitches.free:
        raise UsageError(
            "the cells of a piano-roll are drawn together, so no scale or range holds; a model of 'voices' keeps one"
        )
    pictures, hidden = pictures.copy(), hidden.copy()
    pictures[hidden] = 0
    bar = representation.bar
    for start, end, kept in windows(np.any(hidden, (0, 2)), representation.steps, bar):
        missing = representation.steps - (end - start)
        seen = np.pad(pictures[:, start:end], ((0, 0), (0, missing), (0, 0)))
        known = np.pad(~hidden[:, start:end], ((0, 0), (0, missing), (0, 0)), constant_values=True)
        space = representation.space
        given = Given(space.fill(space.collate([torch.from_numpy(seen)])), (torch.from_numpy(known)[None],))
        drawn = wish.drawn(pipeline, start, given)
        assert isinstance(drawn, torch.Tensor)
        place = hidden[:, start:kept]
        pictures[:, start:kept][place] = drawn.numpy()[:, : kept - start][place]
        hidden[:, start:kept] = False
    return pictures


def rolls_with_gaps(
    representation: PianoRoll, piece: Piece, start: int, end: int, names: list[str]
) -> tuple[Pictures, np.ndarray]:
    """Draw a whole piece, and say which cells are hidden between two ticks: those of some instruments, or of all.

    Raises:
        RepresentationError: The piece does not fit into such pictures.
        UsageError: There is no picture of such instruments.
    """
    there = representation.instruments
    for name in names:
        if name not in there:
            raise UsageError(f"there is no picture of {name!r}; {nearest(name, there)}")
    first, last = (tick * STEPS // piece.resolution for tick in (start, end))
    pictures = representation.pictures(piece, max(last, -(-piece.end * STEPS // piece.resolution)))
    hidden = np.zeros(pictures.shape, np.bool_)
    hidden[[there.index(name) for name in names] or slice(None), first:last] = True
    return pictures, hidden
