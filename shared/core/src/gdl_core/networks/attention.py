"""The parts of a transformer: rotary positions, attention with shared keys, and the gated layer between."""

from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.networks.reading import Keys, Reading, Rows

MORE_ROOM = 8
"""Positions by which a full cache grows: all of its room is copied with a row, and is multiplied with a query."""


class Rotary(nn.Module):
    """Positions as rotations of pairs of features (Su et al. 2021, arXiv:2104.09864).

    Shapes: (batch, heads, length, size) -> the same; `start` is the position of the first.
    """

    cosine: Tensor
    sine: Tensor

    def __init__(self, size: int, length: int, *, base: float = 10_000.0) -> None:
        super().__init__()
        frequency = base ** -(torch.arange(0, size, 2).double() / size)
        angle = torch.arange(length).double()[:, None] * frequency  # length, size / 2
        self.register_buffer("cosine", angle.cos().float(), persistent=False)
        self.register_buffer("sine", angle.sin().float(), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        cosine, sine = (table[start : start + x.shape[-2]] for table in (self.cosine, self.sine))
        return rotated(x, cosine, sine)


def rotated(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotate pairs of features, one of each half. Shapes: (..., length, size), two of (length, size / 2)."""
    first, second = x.chunk(2, -1)
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine], -1)


@dataclass
class KeyValueCache:
    """The keys and values of the positions read so far, with room for some more.

    Shapes: keys and values (batch, key-value heads, room, size); the first `length` positions are filled.
    """

    keys: Tensor
    values: Tensor
    length: int = 0

    def append(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Store the next positions; return all keys and values up to them."""
        end = self.length + keys.shape[2]
        if (missing := end - self.keys.shape[2]) > 0:
            more = self.keys.new_empty(*self.keys.shape[:2], max(missing, MORE_ROOM), self.keys.shape[3])
            self.keys, self.values = (torch.cat([part, more], 2) for part in (self.keys, self.values))
        self.keys[:, :, self.length : end] = keys
        self.values[:, :, self.length : end] = values
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def select(self, rows: Tensor) -> Self:
        """Return the cache of some rows."""
        return type(self)(self.keys.index_select(0, rows), self.values.index_select(0, rows), self.length)

    def close_up(self, rows: Tensor) -> Self:
        """Return the cache of some rows, most of them where they are; the others are moved within this one."""
        moved = (rows != torch.arange(len(rows), device=rows.device)).nonzero().squeeze(1)
        for part in (self.keys, self.values):
            part[moved] = part[rows[moved]]
        return type(self)(self.keys[: len(rows)], self.values[: len(rows)], self.length)


class CausalAttention(nn.Module):
    """Attention in which each position sees only itself and the past.

    Groups of heads share keys and values (Ainslie et al. 2023, arXiv:2305.13245); queries and keys are normalised
    before they meet (Henry et al. 2020, arXiv:2010.04245).
    Shapes: (batch, length, width) -> (batch, length, width).
    """

    def __init__(self, width: int, heads: int, key_value_heads: int, rotary: Rotary) -> None:
        super().__init__()
        if width % heads or heads % key_value_heads:
            raise ValueError(
                f"width {width} must be a multiple of {heads} heads, and {heads} of {key_value_heads} key-value heads"
            )
        self.heads, self.key_value_heads, self.size = heads, key_value_heads, width // heads
        self.project = nn.Linear(width, (heads + 2 * key_value_heads) * self.size, bias=False)
        self.query_norm = nn.RMSNorm(self.size)
        self.key_norm = nn.RMSNorm(self.size)
        self.out = nn.Linear(width, width, bias=False)
        self.rotary = rotary

    def empty_cache(self, batch: int, device: torch.device, dtype: torch.dtype) -> KeyValueCache:
        """Return a cache for `batch` rows, as yet without room."""
        nothing = torch.empty(batch, self.key_value_heads, 0, self.size, device=device, dtype=dtype)
        return KeyValueCache(nothing, nothing)

    def forward(self, x: Tensor, cache: KeyValueCache | None = None) -> Tensor:
        heads = self.project(x).unflatten(-1, (-1, self.size)).transpose(1, 2)  # batch, heads, length, size
        both, v = heads.split([self.heads + self.key_value_heads, self.key_value_heads], 1)
        both = self.rotary(self._normalised(both), 0 if cache is None else cache.length).to(v.dtype)
        q, k = both.split([self.heads, self.key_value_heads], 1)
        if cache is not None:
            k, v = cache.append(k, v)
        y = attend_from_one(q, cache) if cache is not None and q.shape[2] == 1 else attend_causally(q, k, v)
        return self.out(y.transpose(1, 2).flatten(-2))

    def _normalised(self, both: Tensor) -> Tensor:
        """Normalise queries and keys, each with its own gain. Shapes: (batch, all heads, length, size) -> the same."""
        gains = [self.query_norm.weight.expand(self.heads, -1), self.key_norm.weight.expand(self.key_value_heads, -1)]
        return F.rms_norm(both.to(gains[0].dtype), (self.size,)) * torch.cat(gains)[:, None]


def attend_causally(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Attend from the last positions to all before them; there may be more keys than queries.

    Shapes: q (batch, heads, n, size), k and v (batch, key-value heads, m >= n, size) -> (batch, heads, n, size).
    """
    groups = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(groups, 1), v.repeat_interleave(groups, 1)
    length, past = q.shape[2], k.shape[2] - q.shape[2]
    seen = None
    if past:
        seen = torch.ones(length, length + past, dtype=torch.bool, device=q.device).tril(past)
    if (
        q.device.type == "cpu" and q.dtype != torch.float64
    ):  # there the kernel's backward pass takes five times longer in bfloat16 than in float32
        q, k, v = q.float(), k.float(), v.float()
    with torch.autocast(q.device.type, enabled=False):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=seen, is_causal=seen is None)


def attend_from_one(q: Tensor, cache: KeyValueCache) -> Tensor:
    """Attend from one position to all in the cache: a group's queries are the rows of one product with its keys.

    For one query the fused kernel costs three times as much on a CPU. The first product takes the whole of the
    cache's room, since a part of it would be copied; what lies beyond its length is cut off after.
    Shapes: (batch, heads, 1, size) -> (batch, heads, 1, size).
    """
    grouped = (q * q.shape[-1] ** -0.5).unflatten(1, (cache.keys.shape[1], -1)).squeeze(3)
    scores = grouped @ cache.keys.transpose(-1, -2)  # batch, key-value heads, heads in a group, room
    exact = torch.promote_types(scores.dtype, torch.float32)
    weights = scores[..., : cache.length].softmax(-1, dtype=exact).to(scores.dtype)
    return (weights @ cache.values[:, :, : cache.length]).flatten(1, 2)[:, :, None]


class GatedLayer(nn.Module):
    """SwiGLU (Shazeer 2020, arXiv:2002.05202). Shapes: (..., width) -> (..., width)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.expand = nn.Linear(width, 2 * hidden, bias=False)
        self.out = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.expand(x).chunk(2, -1)
        return self.out(F.silu(gate) * value)


class Block(nn.Module):
    """Attention and a gated layer, each behind a norm and beside a residual path (Xiong et al. 2020, arXiv:2002.04745).

    `dropout` is that of the residual path; attention has none, for which the fused kernels of CPUs have no way.
    A block that `reads` also attends to the rows that it is given. Shapes: (batch, length, width) -> the same.
    """

    def __init__(
        self,
        width: int,
        hidden: int,
        heads: int,
        key_value_heads: int,
        rotary: Rotary,
        *,
        dropout: float = 0.0,
        reads: bool = False,
    ) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(width)
        self.attention = CausalAttention(width, heads, key_value_heads, rotary)
        self.reading = Reading(width, heads) if reads else None
        self.layer_norm = nn.RMSNorm(width)
        self.layer = GatedLayer(width, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, cache: KeyValueCache | None = None, read: Rows | Keys | None = None) -> Tensor:
        x = x + self.dropout(self.attention(self.attention_norm(x), cache))
        if self.reading is not None:
            x = x + self.dropout(self.reading(x, read))
        return x + self.dropout(self.layer(self.layer_norm(x)))
