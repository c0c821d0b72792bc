"""Transformer layers in which every element sees every other."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.networks.attention import GatedLayer, rotated
from gdl_core.networks.fused import attend
from gdl_core.networks.modulation import Modulation
from gdl_core.networks.reading import Reading, Rows


class AxialRotary(nn.Module):
    """Places on one or several axes as rotations of pairs of features, the pairs dealt out to the axes in turn.

    Su et al. (2021), arXiv:2104.09864. Shapes: (batch, heads, elements, size) -> the same.
    """

    cosine: Tensor
    sine: Tensor

    def __init__(self, size: int, places: Tensor, *, base: float = 10_000.0) -> None:
        super().__init__()
        if size % 2:
            raise ValueError(f"rotary places need heads of an even width, not {size}")
        pairs, axes = torch.arange(size // 2), places.shape[1]
        frequency = base ** -((pairs // axes).double() / math.ceil(len(pairs) / axes))
        angle = places.double()[:, pairs % axes] * frequency  # elements, size / 2
        self.register_buffer("cosine", angle.cos().float(), persistent=False)
        self.register_buffer("sine", angle.sin().float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return rotated(x, self.cosine, self.sine)


class Heads(nn.Module):
    """Queries, keys and values of each head, queries and keys normalised (Henry et al. 2020, arXiv:2010.04245).

    Shapes: (batch, elements, width) -> three of (batch, heads, elements, width / heads).
    """

    def __init__(self, width: int, heads: int, rotary: AxialRotary | None = None) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} must be a multiple of {heads} heads")
        self.heads = heads
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.query_gain, self.key_gain = (nn.Parameter(torch.ones(width // heads)) for _ in range(2))
        self.rotary = rotary

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        parts = self.project(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        gains = torch.stack([self.query_gain, self.key_gain])[:, None, None, None]
        both = F.rms_norm(parts[:2].to(gains.dtype), gains.shape[-1:]) * gains  # in one pass, which is most of the cost
        both = both if self.rotary is None else self.rotary(both)
        return both[0], both[1], parts[2]


class Attention(nn.Module):
    """Attention of every element to every other. Shapes: (batch, elements, width) -> the same."""

    def __init__(self, width: int, heads: int, rotary: AxialRotary | None = None) -> None:
        super().__init__()
        self.heads = Heads(width, heads, rotary)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(attend(*self.heads(x)).transpose(1, 2).flatten(-2))


class Block(nn.Module):
    """Attention and a gated layer, each behind a norm and beside a residual path (Xiong et al. 2020, arXiv:2002.04745).

    A block that `reads` also attends to the rows that it is given. Shapes: (batch, elements, width) -> the same.
    """

    def __init__(self, width: int, heads: int, rotary: AxialRotary | None = None, *, reads: bool = False) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(width)
        self.attention = Attention(width, heads, rotary)
        self.reading = Reading(width, heads) if reads else None
        self.layer_norm = nn.RMSNorm(width)
        self.layer = GatedLayer(width, hidden_width(width))

    def forward(self, x: Tensor, read: Rows | None = None) -> Tensor:
        x = x + self.attention(self.attention_norm(x))
        if self.reading is not None:
            x = x + self.reading(x, read)
        return x + self.layer(self.layer_norm(x))


class ModulatedBlock(nn.Module):
    """A block whose norms and residual paths a context scales and shifts, the identity at first.

    The "adaLN-Zero" of Peebles and Xie (2022), arXiv:2212.09748. A block that `reads` also attends to the rows that it
    is given. Shapes: (batch, elements, width), (batch, width) -> (batch, elements, width).
    """

    def __init__(self, width: int, heads: int, rotary: AxialRotary | None = None, *, reads: bool = False) -> None:
        super().__init__()
        self.modulation = Modulation(width, width, 6)
        self.attention_norm = nn.RMSNorm(width, elementwise_affine=False)
        self.attention = Attention(width, heads, rotary)
        self.reading = Reading(width, heads) if reads else None
        self.layer_norm = nn.RMSNorm(width, elementwise_affine=False)
        self.layer = GatedLayer(width, hidden_width(width))

    def forward(self, x: Tensor, context: Tensor, read: Rows | None = None) -> Tensor:
        scale, shift, gate, layer_scale, layer_shift, layer_gate = (row[:, None] for row in self.modulation(context))
        x = x + gate * self.attention(self.attention_norm(x) * (1 + scale) + shift)
        if self.reading is not None:
            x = x + self.reading(x, read)
        return x + layer_gate * self.layer(self.layer_norm(x) * (1 + layer_scale) + layer_shift)


class Pool(nn.Module):
    """Sums up elements in any order: a learned query attends to them (Lee et al. 2018, arXiv:1810.00825).

    Shapes: (batch, elements, width) -> (batch, width).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.scores = nn.Linear(width, heads, bias=False)
        self.values = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        weights = self.scores(x).softmax(1)  # batch, elements, heads
        values = self.values(x).unflatten(-1, (self.heads, -1))  # batch, elements, heads, width / heads
        return (weights.to(values.dtype)[..., None] * values).sum(1).flatten(1)


def hidden_width(width: int) -> int:
    """Return two thirds of four widths, rounded up: a gated layer has three matrices, not two."""
    return 64 * math.ceil(width * 8 / 3 / 64)
