"""Texts in which each token is shaded by how little a model expected it, as HTML for a report."""

import codecs
import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

import torch
from torch import Tensor

from gdl_core.errors import InputError
from gdl_core.families import HasLikelihood
from gdl_core.pipeline import Pipeline
from gdl_text.rating import windows_apart

SHOWN = 6
"""How many windows of text are shaded."""

BOLDEST = 16.0
"""So many bits, or more, have the full shade; nothing has none."""

END = "∎"
"""What stands for the end of a text."""

_BOX = "white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.75"


def shade(pipeline: Pipeline, texts: Sequence[str]) -> str:
    """Return texts as HTML, each token the more shaded the less the model expected it there.

    Empty where the family cannot say what each token adds to the likelihood. Of long texts the first windows are shown.
    """
    windows = _windows(pipeline, texts)
    if not windows or not isinstance(pipeline.model, HasLikelihood):
        return ""
    batch = pipeline.design.space.collate(windows).to(pipeline.device)
    pipeline.model.eval()
    with torch.no_grad():
        found = pipeline.model.log_prob(batch)
    if found.elements is None:
        return ""
    bits = -found.elements.cpu() / math.log(2)
    boxes = "".join(_box(pipeline, tokens, row) for tokens, row in zip(windows, bits, strict=True))
    return _key() + boxes


def _windows(pipeline: Pipeline, texts: Sequence[str]) -> list[Tensor]:
    encoded = windows_apart(pipeline).encode_windows(texts[:SHOWN])
    return [window for found in encoded if not isinstance(found, InputError) for window in found][:SHOWN]


def _box(pipeline: Pipeline, tokens: Tensor, bits: Tensor) -> str:
    representation: Any = pipeline.representation
    pieces = [representation.pieces[token] for token in tokens.tolist()]
    parts = list(readable_parts(pieces, bits[: len(pieces)].tolist()))
    if len(pieces) < len(bits) and len(pieces) < representation.max_length:
        parts.append((END, float(bits[len(pieces)])))
    return f'<pre style="{_BOX}">{"".join(_span(text, size) for text, size in parts)}</pre>'


def readable_parts(pieces: Sequence[bytes], bits: Sequence[float]) -> Iterator[tuple[str, float]]:
    """Join pieces until they are whole characters, and add up their bits.

    Example:
        >>> list(readable_parts([b"caf", b"\\xc3", b"\\xa9"], [3.0, 2.0, 1.0]))
        [('caf', 3.0), ('é', 3.0)]
    """
    decoder, waiting = codecs.getincrementaldecoder("utf-8")("replace"), 0.0
    for place, (piece, size) in enumerate(zip(pieces, bits, strict=True)):
        waiting += size
        if text := decoder.decode(piece, final=place == len(pieces) - 1):
            yield text, waiting
            waiting = 0.0


def _span(text: str, bits: float) -> str:
    strength = round(80 * min(max(bits / BOLDEST, 0.0), 1.0))
    colour = f"color: var(--ink); background: color-mix(in srgb, var(--second) {strength}%, transparent)"
    return f'<span style="{colour}" title="{bits:.1f} bits">{escape(text)}</span>'


def _key() -> str:
    said = "Each token is shaded by how many bits it took, the negative binary logarithm of its probability there: "
    steps = " ".join(_span(f" {bits} ", bits) for bits in (0, 1, 2, 4, 8, 16))
    return f'<p class="note">{said}{steps}. {END} is the end of a text; a long text is cut.</p>'
