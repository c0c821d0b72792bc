"""A decoder-only transformer over token sequences."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import Block, KeyValueCache, Rotary
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.periods import Periods
from gdl_core.networks.precision import compute_type, in_float32
from gdl_core.networks.reading import Keys, reader_for
from gdl_core.networks.recent import Recent
from gdl_core.spaces import Tokens


@dataclass
class TransformerMemory:
    """For each layer its cache and what it reads of the conditions, the vector of these, and the last symbols read.

    Shapes: condition (batch, 1, width), before (batch, window - 1).
    """

    caches: list[KeyValueCache]
    condition: Tensor
    reads: list[Keys | None]
    before: Tensor

    def select(self, rows: Tensor) -> Self:
        """Return the memory of some rows."""
        return self._with([cache.select(rows) for cache in self.caches], rows)

    def close_up(self, rows: Tensor) -> Self:
        """Return the memory of some rows, most of them where they are; this one is used up."""
        return self._with([cache.close_up(rows) for cache in self.caches], rows)

    def _with(self, caches: list[KeyValueCache], rows: Tensor) -> Self:
        reads = [None if keys is None else keys.select(rows) for keys in self.reads]
        return type(self)(caches, self.condition.index_select(0, rows), reads, self.before.index_select(0, rows))


class Transformer(nn.Module):
    """Predicts the next symbol at every position, each from those before it alone.

    After GPT-2 (Radford et al. 2019) with the changes that have proved themselves since: rotary positions, root mean
    square norms before each layer and on queries and keys, gated layers, shared keys and values, no biases.

    Shapes: (batch, length) -> (batch, length, vocabulary_size + 1), where symbol 0 is the boundary.
    With `inputs` it is told a code of so many numbers, as the condition ``code``. Rotations tell how far apart two
    places are; with `periods` each place is also told its remainders, such as which voice's turn it is, and with a
    `window` the symbols just before its own. Both spare a small model much of what it had to learn.
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
        periods: Sequence[int] = (),
        window: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        symbols = space.vocabulary_size + 1
        hidden = hidden or 64 * math.ceil(width * 8 / 3 / 64)  # two thirds of four widths: three matrices, not two
        rotary = Rotary(width // heads, space.max_length + 1)
        self.embedding = nn.Embedding(symbols, width)
        self.recent = Recent(symbols, width, window)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        self.blocks = nn.ModuleList(
            Block(width, hidden, heads, key_value_heads, rotary, dropout=dropout, reads=reads) for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width)
        self.head = nn.Linear(width, symbols, bias=False)
        self._initialise()
        self.periods = Periods(periods, width)

    def _initialise(self) -> None:
        """Draw weights of deviation 0.02, smaller where many layers add up on the residual path (GPT-2)."""
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02 / (math.sqrt(2 * len(self.blocks)) if ".out." in name else 1))

    def forward(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        x = self._embedded(symbols, 0, None) + self.conditioner(conditions, len(symbols))[:, None]
        read = None if self.reader is None else self.reader(conditions, len(symbols))
        for block in self.blocks:
            x = block(x, None, read)
        return in_float32(self.head, self.norm(x))

    def _embedded(self, symbols: Tensor, start: int, before: Tensor | None) -> Tensor:
        return self.periods(self.recent(self.embedding(symbols), symbols, before), start)

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> TransformerMemory:
        """Return an empty memory for `batch` rows of at most `length` symbols."""
        device = self.head.weight.device
        dtype = compute_type(device)
        blocks = cast(Iterable[Block], self.blocks)
        caches = [block.attention.empty_cache(batch, device, dtype) for block in blocks]
        read = None if self.reader is None else self.reader(conditions, batch)
        reads = [None if block.reading is None or read is None else block.reading.keys_of(read) for block in blocks]
        before = self.recent.nothing(batch, device)
        return TransformerMemory(caches, self.conditioner(conditions, batch)[:, None], reads, before)

    def advance(self, symbols: Tensor, memory: TransformerMemory) -> Tensor:
        """Read the next symbols into the memory and predict the one after each."""
        x = self._embedded(symbols, memory.caches[0].length, memory.before) + memory.condition
        memory.before = self.recent.moved(memory.before, symbols)
        for block, cache, read in zip(self.blocks, memory.caches, memory.reads, strict=True):
            x = block(x, cache, read)
        return in_float32(self.head, self.norm(x))
