"""Texts with gaps, which a model fills from both sides."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch

from gdl_core.errors import UsageError
from gdl_core.families.given import Given
from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.completion import check_keeps
from gdl_core.pipeline.pipeline import BATCH

GAP = re.compile("_{3,}")
"""What stands for a gap: three or more underscores, as many as it has tokens."""

_FUTILE = 50


def fill(
    pipeline: Pipeline, text: str, *, count: int = 1, gap: int | None = None, seed: int = 0, **options: Any
) -> list[str]:
    """Fill the gaps of a text, `count` times; all that is known of it comes back as it was.

    A gap is three or more underscores, of as many tokens or of `gap`. A draw that ends the text within a gap that is
    not the last thing in it is passed over. `options` are the family's.

    Raises:
        UsageError: The family cannot draw around what is known, the text has no gap or is too long, or a model puts the
            end of the text into every gap.
    """
    check_keeps(pipeline.model)
    representation: Any = pipeline.representation  # each one of this domain numbers texts
    parts = GAP.split(text)
    if len(parts) < 2:
        raise UsageError(f"the text has no gap; write {'_' * 5} for one of five tokens")
    sizes = [gap or len(found[0]) for found in GAP.finditer(text)]
    tokens, known = _laid_out([representation.encode_prefix(part) for part in parts], sizes)
    space: Any = pipeline.design.space
    if len(tokens) > space.max_length:
        raise UsageError(
            f"a text of {len(tokens)} tokens with its gaps; a sample here holds at most {space.max_length}"
        )
    filled = space.fill(space.collate([torch.tensor(tokens, dtype=torch.int64)]))
    kept = torch.ones_like(filled.values, dtype=torch.bool)
    kept[0, : len(tokens)] = torch.tensor(known)
    given = Given(filled, (kept,))
    pipeline.model.eval()
    found: list[str] = []
    size = min(count, BATCH)
    for start in range(0, _FUTILE * count, size):
        draws = pipeline.draw_at(range(start, start + size), seed, "auto", {"given": given}, options)
        found += [draw.object for draw in draws if isinstance(draw.object, str) and _keeps(draw.object, parts)]
        if len(found) >= count:
            return found[:count]
    raise UsageError(
        f"only {len(found)} of {count} draws filled the gaps; the others ended the text there: ask for fewer"
    )


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
