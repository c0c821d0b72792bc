"""Networks over numbers in order, each place seeing those before it alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import Block, KeyValueCache, Rotary
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import zeroed
from gdl_core.networks.precision import compute_type, in_float32
from gdl_core.spaces import Batch, Grid, Vector


class MaskedLinear(nn.Linear):
    """A linear layer in which some outputs do not see some inputs. `mask` has the shape (outputs, inputs)."""

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask, self.bias)


@dataclass
class Values:
    """The memory of a network that reads all again at each step: the values so far, and how many they are."""

    values: Tensor
    conditions: Mapping[str, Tensor]
    place: int = 0


class MaskedPerceptron(nn.Module):
    """A perceptron whose numbers for a dimension depend on the dimensions before it (MADE, arXiv:1502.03509).
    It starts with zeros.

    Hidden units of degree n see the first n dimensions; those of degree 0 see the conditions alone.
    Shapes: (batch, size) -> (batch, size, outputs[0]).
    """

    def __init__(
        self,
        space: Vector,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.size, self.outputs = space.size, outputs[0]
        self.order = range(space.size)
        dimensions = torch.arange(space.size)
        degrees = torch.arange(width) % space.size
        same = degrees[:, None] >= degrees
        self.conditioner = Conditioner(conditions, width) if conditions else None
        self.first = MaskedLinear(degrees[:, None] > dimensions)
        self.hidden = nn.ModuleList(MaskedLinear(same) for _ in range(layers - 1))
        self.last = zeroed(MaskedLinear((dimensions[:, None] >= degrees).repeat_interleave(self.outputs, 0)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: Batch) -> Tensor:
        x = self.first(batch.values)
        if self.conditioner is not None:
            x = x + self.conditioner(batch.conditions, len(batch))
        for layer in self.hidden:
            x = x + layer(self.dropout(F.silu(x)))
        return in_float32(self.last, self.dropout(F.silu(x))).unflatten(-1, (self.size, self.outputs))

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> Values:
        """Return an empty memory for `batch` samples."""
        return Values(self.last.weight.new_zeros(batch, self.size), conditions)

    def advance(self, before: Tensor | None, memory: Values) -> Tensor:
        """Read the number of one dimension; return the numbers for the next. Shapes: (batch,) -> (batch, outputs)."""
        if before is not None:
            memory.values[:, memory.place] = before
            memory.place += 1
        return self(Batch(memory.values, conditions=memory.conditions))[:, memory.place]


@dataclass
class Past:
    """One cache per layer, and the vector of the conditions. Shapes: condition (batch, 1, width)."""

    caches: list[KeyValueCache]
    condition: Tensor
    place: int = 0


class CausalTransformer(nn.Module):
    """A transformer whose numbers for a cell depend on all channels of the cells before it.

    Shapes: (batch, channels, length) -> (batch, channels, length, outputs[0]).
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.channels, (length,), self.outputs = space.channels, space.shape, outputs[0]
        rotary = Rotary(width // heads, length)
        self.conditioner = Conditioner(conditions, width)
        self.first = nn.Linear(space.channels, width)
        self.positions = nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.ModuleList(
            Block(width, 2 * width, heads, heads, rotary, dropout=dropout) for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width)
        self.last = zeroed(nn.Linear(width, space.channels * self.outputs))

    def forward(self, batch: Batch) -> Tensor:
        context = self.conditioner(batch.conditions, len(batch))[:, None]
        read = F.pad(
            self.first(batch.values[..., :-1].transpose(1, 2)), (0, 0, 1, 0)
        )  # each place reads the one before
        x = read + self.positions + context
        for block in self.blocks:
            x = block(x)
        return self._numbers(x).movedim(1, 2)

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> Past:
        """Return an empty memory for `batch` samples."""
        device = self.positions.device
        dtype = compute_type(device) if torch.is_autocast_enabled(device.type) else self.positions.dtype
        blocks = cast(Iterable[Block], self.blocks)
        caches = [block.attention.empty_cache(batch, device, dtype) for block in blocks]
        return Past(caches, self.conditioner(conditions, batch)[:, None])

    def advance(self, before: Tensor | None, memory: Past) -> Tensor:
        """Read a cell; return the numbers for the next. Shapes: (batch, channels) -> (batch, channels, outputs)."""
        x = self.positions[memory.place] + memory.condition
        if before is not None:
            x = x + self.first(before)[:, None]
        memory.place += 1
        for block, cache in zip(self.blocks, memory.caches, strict=True):
            x = block(x, cache)
        return self._numbers(x)[:, 0]

    def _numbers(self, x: Tensor) -> Tensor:
        """Shapes: (batch, length, width) -> (batch, length, channels, outputs)."""
        return in_float32(self.last, self.norm(x)).unflatten(-1, (self.channels, self.outputs))
