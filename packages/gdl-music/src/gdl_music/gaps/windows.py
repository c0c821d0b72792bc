"""Where a model looks that holds less than the whole piece, and what is asked of it there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.asking import request
from gdl_core.pipeline.pipeline import on_cpu
from gdl_core.spaces import Sample
from gdl_music.pitches import FREE, Pitches


@dataclass(frozen=True)
class Wish:
    """How gaps are to be filled: the run and which of its draws, the pitches, the conditions and the options."""

    seed: int = 0
    number: int = 0
    pitches: Pitches = FREE
    conditions: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def drawn(
        self,
        pipeline: Pipeline,
        place: int,
        given: Given,
        *,
        tokens: Tensor | None = None,
        symbols: Tensor | None = None,
    ) -> Sample:
        """Draw one sample around what is given, for the window that begins at a place.

        It has only the `tokens` that may stand where, or in the filled form the `symbols`. Shapes: (max_length,
        vocabulary_size), (max_length, symbols).
        """
        known = pipeline.design.conditions
        asked = request(pipeline.representation, pipeline.model, known, asked=self.conditions, allowed=tokens)
        if symbols is not None:
            asked["allowed"] = [symbols[None]]
        numbers = range(self.number, self.number + 1)
        pipeline.model.eval()
        draws = pipeline.samples_at(numbers, self.seed + place, "auto", {**asked, "given": given}, self.options)
        return on_cpu(draws.samples[0])


def windows(hidden: NDArray[np.bool_], size: int, bar: int) -> Iterator[tuple[int, int, int]]:
    """Yield where each window begins and ends, and up to where what is drawn in it is kept.

    The first begins a quarter of its size before the first hidden step, and each half its size after the one before,
    so that it sees some of what was written last; all begin with a bar where bars are short enough.
    Shapes: (steps,).

    Example:
        >>> hidden = np.zeros(96, bool)
        >>> hidden[20:90] = True
        >>> list(windows(hidden, 64, 16))
        [(0, 64, 48), (32, 96, 96)]
    """
    hidden, steps = hidden.copy(), len(hidden)
    bar = bar if bar <= size // 2 else 1
    hop = max(1, size // 2 // bar * bar)
    first = int(np.flatnonzero(hidden)[0])
    start = max(0, min(first - size // 4, steps - size)) // bar * bar
    while hidden.any():
        end = min(start + size, steps)
        kept = steps if end == steps else start + max(hop, size * 3 // 4)
        if hidden[:kept].any():
            yield start, end, kept
            hidden[:kept] = False
        start += hop
