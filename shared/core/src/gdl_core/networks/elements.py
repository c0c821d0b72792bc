"""Transformers over samples that are rows of elements: tokens, which have places, and points, which have none."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.bidirectional import AxialRotary, Block, ModulatedBlock, Pool
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import Modulation, zeroed
from gdl_core.networks.precision import in_float32
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Points, Tokens


class Rows(nn.Module):
    """Elements as rows of features; those of tokens also learn where they stand.

    Shapes: (batch, elements, numbers) -> (batch, elements, width).
    """

    def __init__(self, space: Tokens | Points, width: int) -> None:
        super().__init__()
        count, numbers = space.real_shapes[0]
        if isinstance(space, Tokens):
            self.embed: nn.Module = nn.Linear(numbers, width, bias=False)
            self.places: nn.Parameter | None = nn.Parameter(torch.randn(count, width) * 0.02)
        else:
            self.embed = nn.Sequential(nn.Linear(numbers, width), nn.SiLU(), nn.Linear(width, width))
            self.places = None

    def forward(self, values: Tensor) -> Tensor:
        return self.embed(values) if self.places is None else self.embed(values) + self.places


def rotary_of(space: Tokens | Points, width: int, heads: int) -> AxialRotary | None:
    """Return the rotations for a space whose elements are in order."""
    return AxialRotary(width // heads, torch.arange(space.max_length)[:, None]) if isinstance(space, Tokens) else None


class Answers(nn.Module):
    """Makes the outputs of each element. Shapes: (batch, elements, width) -> (batch, *part.shape, outputs)."""

    def __init__(self, space: Tokens | Points, width: int, outputs: int) -> None:
        super().__init__()
        self.shape = (*space.parts[0].shape[1:], outputs)
        self.layer = nn.Linear(width, math.prod(self.shape))

    def forward(self, x: Tensor) -> Tensor:
        return in_float32(self.layer, x).unflatten(-1, self.shape)


class TransformerEncoder(nn.Module):
    """Sums up tokens or points, these in any order (Lee et al. 2018, arXiv:1810.00825).

    Shapes: (batch, elements, numbers) -> (batch, outputs[0]).
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
    ) -> None:
        super().__init__()
        rotary = rotary_of(space, width, heads)
        self.rows = Rows(space, width)
        self.conditioner = Conditioner(conditions, width)
        self.blocks = nn.ModuleList(Block(width, heads, rotary) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        self.pool = Pool(width, heads)
        self.head = nn.Linear(width, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        x = self.rows(batch.values) + self.conditioner(batch.conditions, len(batch))[:, None]
        for block in self.blocks:
            x = block(x)
        return in_float32(self.head, self.pool(self.norm(x)))


class TransformerDecoder(nn.Module):
    """Makes all tokens or points at once from a code, each from a learned place of its own.

    Shapes: (batch, inputs) -> (batch, *part.shape, outputs[0]).
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
    ) -> None:
        super().__init__()
        rotary = rotary_of(space, width, heads)
        self.slots = nn.Parameter(torch.randn(space.parts[0].shape[0], width))
        self.code = nn.Linear(inputs, width)
        self.conditioner = Conditioner(conditions, width)
        self.blocks = nn.ModuleList(Block(width, heads, rotary) for _ in range(layers))
        self.norm = nn.RMSNorm(width)
        self.answers = Answers(space, width, outputs[0])

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        context = self.code(codes) + self.conditioner(conditions, len(codes))
        x = self.slots + context[:, None]
        for block in self.blocks:
            x = block(x)
        return (self.answers(self.norm(x)),)


class TransformerDenoiser(nn.Module):
    """Makes numbers for each token or point at a time, its layers modulated by time and conditions.

    After the diffusion transformer of Peebles and Xie (2022), arXiv:2212.09748. Permuting points permutes the output.
    Shapes: (batch, elements, numbers), (batch,) -> (batch, *part.shape, outputs[0]).
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
    ) -> None:
        super().__init__()
        rotary = rotary_of(space, width, heads)
        self.rows = Rows(space, width)
        self.time = TimeEmbedding(width)
        self.conditioner = Conditioner(conditions, width)
        self.blocks = nn.ModuleList(ModulatedBlock(width, heads, rotary) for _ in range(layers))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.modulation = Modulation(width, width, 2)
        self.answers = zeroed(Answers(space, width, outputs[0]))

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        context = self.time(time) + self.conditioner(batch.conditions, len(batch))
        x = self.rows(batch.values)
        for block in self.blocks:
            x = block(x, context)
        scale, shift = (row[:, None] for row in self.modulation(context))
        return (self.answers(self.norm(x) * (1 + scale) + shift),)
