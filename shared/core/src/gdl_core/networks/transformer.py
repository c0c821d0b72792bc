"""A decoder-only transformer over token sequences."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import Block, KeyValueCache, Rotary
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.precision import compute_type, in_float32
from gdl_core.spaces import Tokens


@dataclass
class TransformerMemory:
    """One cache per layer, and the vector of the conditions. Shapes: condition (batch, 1, width)."""

    caches: list[KeyValueCache]
    condition: Tensor

    def select(self, rows: Tensor) -> Self:
        """Return the memory of some rows."""
        return type(self)([cache.select(rows) for cache in self.caches], self.condition[rows])


class Transformer(nn.Module):
    """Predicts the next symbol at every position, each from those before it alone.

    After GPT-2 (Radford et al. 2019) with the changes that have proved themselves since: rotary positions, root mean
    square norms before each layer and on queries and keys, gated layers, shared keys and values, no biases.

    Shapes: (batch, length) -> (batch, length, vocabulary_size + 1), where symbol 0 is the boundary.
    With `inputs` it is told a code of so many numbers, as the condition ``code``.
    """

    def __init__(
        self,
        space: Tokens,
        *,
        inputs: int = 0,
        conditions: Sequence[Condition] = (),
        width: int = 256,
        layers: int = 4,
        heads: int = 8,
        key_value_heads: int = 2,
        hidden: int | None = None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        symbols = space.vocabulary_size + 1
        hidden = hidden or 64 * math.ceil(width * 8 / 3 / 64)  # two thirds of four widths: three matrices, not two
        rotary = Rotary(width // heads, space.max_length + 1)
        self.embedding = nn.Embedding(symbols, width)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.blocks = nn.ModuleList(
            Block(width, hidden, heads, key_value_heads, rotary, dropout=dropout) for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width)
        self.head = nn.Linear(width, symbols, bias=False)
        self._initialise()

    def _initialise(self) -> None:
        """Draw weights of deviation 0.02, smaller where many layers add up on the residual path (GPT-2)."""
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02 / (math.sqrt(2 * len(self.blocks)) if ".out." in name else 1))

    def forward(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        x = self.embedding(symbols) + self.conditioner(conditions, len(symbols))[:, None]
        for block in self.blocks:
            x = block(x)
        return in_float32(self.head, self.norm(x))

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> TransformerMemory:
        """Return an empty memory for `batch` rows of at most `length` symbols."""
        device = self.head.weight.device
        dtype = compute_type(device)
        blocks = cast(Iterable[Block], self.blocks)
        caches = [block.attention.empty_cache(batch, length, device, dtype) for block in blocks]
        return TransformerMemory(caches, self.conditioner(conditions, batch)[:, None])

    def advance(self, symbols: Tensor, memory: TransformerMemory) -> Tensor:
        """Read the next symbols into the memory and predict the one after each."""
        x = self.embedding(symbols) + memory.condition
        for block, cache in zip(self.blocks, memory.caches, strict=True):
            x = block(x, cache)
        return in_float32(self.head, self.norm(x))
