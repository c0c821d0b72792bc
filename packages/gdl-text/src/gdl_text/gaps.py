"""Texts with gaps, which a model fills from both sides."""

import re
from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from gdl_core.errors import UsageError
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.completion import check_keeps
from gdl_core.pipeline.pipeline import BATCH
from gdl_text.following import Plain
from gdl_text.representations.middles import middle_last
from gdl_text.representations.windows import TextRepresentation

GAP = re.compile("_{3,}")
"""What stands for a gap: three or more underscores, as many as it has tokens."""

_FUTILE = 50

Options = Mapping[str, Any]

Drawer = Callable[[range], Sequence[str | None]]
"""Draws the texts of these numbers, None for one that came to nothing."""


def fill(
    pipeline: Pipeline, text: str, *, count: int = 1, gap: int | None = None, seed: int = 0, **options: Any
) -> list[str]:
    """Fill the gaps of a text, `count` times; all that is known of it comes back as it was.

    A gap is three or more underscores, of as many tokens or of `gap`. A draw that ends the text within a gap that is
    not the last thing in it is passed over. A model that writes from left to right, and learned to fill gaps (the
    option `infill` of its representation), fills one gap, of any length up to `gap`; a draw that does not come to its
    end is passed over. `options` are the family's.

    Raises:
        UsageError: The family cannot draw around what is known, the text has no gap, or several where one can be
            filled, or is too long, or too few draws fit.
    """
    parts = GAP.split(text)
    if len(parts) < 2:
        raise UsageError(f"the text has no gap; write {'_' * 5} for one of five tokens")
    pipeline.model.eval()
    if "prefixes" in signature(pipeline.model.sample).parameters:
        draw = _written(pipeline, parts, gap, seed, options)
    else:
        check_keeps(pipeline.model)
        draw = _around(pipeline, parts, [gap or len(found[0]) for found in GAP.finditer(text)], seed, options)
    found: list[str] = []
    size = min(count, BATCH)
    for start in range(0, _FUTILE * count, size):
        found += [made for made in draw(range(start, start + size)) if isinstance(made, str) and _keeps(made, parts)]
        if len(found) >= count:
            return found[:count]
    raise UsageError(
        f"only {len(found)} of {count} draws filled the gaps; the others ended the text there, or did not come to an "
        "end: ask for fewer"
    )


def _around(pipeline: Pipeline, parts: Sequence[str], sizes: Sequence[int], seed: int, options: Options) -> Drawer:
    """Return what draws around all that is known, gaps of these sizes."""
    representation: Any = pipeline.representation  # each one of this domain numbers texts
    tokens, known = _laid_out([representation.encode_prefix(part) for part in parts], sizes)
    space: Any = pipeline.design.space
    _check_length(len(tokens), space.max_length)
    filled = space.fill(space.collate([torch.tensor(tokens, dtype=torch.int64)]))
    kept = torch.ones_like(filled.values, dtype=torch.bool)
    kept[0, : len(tokens)] = torch.tensor(known)
    asked = {"given": Given(filled, (kept,))}
    return lambda numbers: [draw.object for draw in pipeline.draw_at(numbers, seed, "auto", asked, options)]


def _written(pipeline: Pipeline, parts: Sequence[str], gap: int | None, seed: int, options: Options) -> Drawer:
    """Return what reads a beginning and an end, and writes what stands between."""
    representation: Any = pipeline.representation
    if not representation.marks:
        raise UsageError(
            f"this model cannot draw around what is known, as its family {pipeline.model.name!r} writes from left to "
            "right; train one with --representation bpe --representation-option infill=true, which learns to"
        )
    if len(parts) > 2:
        raise UsageError(f"the text has {len(parts) - 1} gaps, and this model fills one at a time")
    beginning, end = map(representation.encode_prefix, parts)
    tokens = middle_last(beginning, end, representation.marks)
    _check_length(len(tokens) + 2, representation.max_length)
    most = min(gap or representation.max_length, representation.max_length - len(tokens) - 1)

    def draw(numbers: range) -> list[str | None]:
        count = Count(len(numbers), representation)
        asked = {"prefixes": [tokens], "max_length": len(tokens) + most + 1, "follow": lambda _: count}
        draws = pipeline.draw_at(numbers, seed, "auto", asked, options)
        return [draw.object if size <= most else None for draw, size in zip(draws, count.sizes, strict=True)]

    return draw


class Count(Plain):
    """Counts the tokens of each text, of which marks are none."""

    def __init__(self, count: int, representation: TextRepresentation) -> None:
        super().__init__(representation.size, len(representation.marks))
        self.sizes = [0] * count

    def hear(self, rows: Tensor, tokens: Tensor) -> None:
        for row in rows.tolist():
            self.sizes[row] += 1


def _check_length(tokens: int, most: int) -> None:
    if tokens > most:
        raise UsageError(f"a text of {tokens} tokens with its gaps; a sample here holds at most {most}")


def _laid_out(parts: Sequence[Sequence[int]], sizes: Sequence[int]) -> tuple[list[int], list[bool]]:
    """Put parts and gaps after one another; return the tokens, and which of them are known.

    Example:
        >>> _laid_out([[7], [8]], [2])
        ([7, 0, 0, 8], [True, False, False, True])
    """
    tokens, known = [*parts[0]], [True] * len(parts[0])
    for size, (_, part) in zip(sizes, pairwise(parts), strict=True):
        tokens += [0] * size + [*part]
        known += [False] * size + [True] * len(part)
    return tokens, known


def _keeps(text: str, parts: Sequence[str]) -> bool:
    """Tell whether the known parts stand in a text, in their order and at its ends."""
    place = 0
    for part in parts:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return text.startswith(parts[0]) and text.endswith(parts[-1])
