"""A transformer that predicts each point of a sequence of points from those before it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import Block, KeyValueCache, Rotary
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.precision import compute_type, in_float32
from gdl_core.networks.raster import ChannelHead
from gdl_core.networks.reading import Keys, reader_for
from gdl_core.spaces import Batch, Points


@dataclass
class PointsMemory:
    """The points so far, for each layer a cache and what it reads of the conditions, and what the present point hears.

    Shapes: values (batch, count, features), condition (batch, 1, width), hidden (batch, features, width).
    """

    values: Tensor
    condition: Tensor
    hidden: Tensor
    caches: list[KeyValueCache]
    reads: list[Keys | None]
    read: int = 0


class PointsTransformer(nn.Module):
    """Predicts each feature of each point from the points before it and the features before it.

    Whether there is a point comes before its coordinates. The order of points is as they are given.

    Shapes: (batch, count, features) -> (batch, count, features, outputs[0]).

    Example:
        >>> network = PointsTransformer(Points(6, 2, variable=False), outputs=(3,), width=16, layers=1)
        >>> network(Batch(torch.zeros(5, 6, 2))).shape
        torch.Size([5, 6, 2, 3])
    """

    def __init__(
        self,
        space: Points,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        ((self.count, self.features),) = (part.shape for part in space.parts)
        last = [space.features] if space.variable else []
        self.columns = [*last, *range(space.features)]  # in the order in which they are predicted
        self.order = [self.features * point + column for point in range(self.count) for column in self.columns]
        self.start = nn.Parameter(torch.randn(width) * width**-0.5)
        self.embedding = nn.Linear(self.features, width)
        self.conditioner = Conditioner(conditions, width)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        rotary, hidden = Rotary(width // heads, self.count), 64 * math.ceil(width * 8 / 3 / 64)
        self.blocks = nn.ModuleList(
            Block(width, hidden, heads, heads, rotary, dropout=dropout, reads=reads) for _ in range(layers)
        )
        self.norm = nn.RMSNorm(width)
        self.head = ChannelHead(width, self.features, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        values = batch.values
        start = self.start.expand(len(values), 1, -1)
        x = torch.cat([start, self.embedding(values[:, :-1])], 1)
        x = x + self.conditioner(batch.conditions, len(values))[:, None]
        read = None if self.reader is None else self.reader(batch.conditions, len(values))
        for block in self.blocks:
            x = block(x, None, read)
        outputs = self.head(in_float32(self.norm, x), values[:, :, self.columns])
        return outputs[:, :, torch.tensor(self.columns).argsort()]

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> PointsMemory:
        """Return an empty memory for `batch` samples."""
        condition = self.conditioner(conditions, batch)[:, None]
        values = condition.new_zeros(batch, self.count, self.features)
        dtype = compute_type(values.device)
        blocks = cast(Iterable[Block], self.blocks)
        caches = [block.attention.empty_cache(batch, values.device, dtype) for block in blocks]
        read = None if self.reader is None else self.reader(conditions, batch)
        reads = [None if block.reading is None or read is None else block.reading.keys_of(read) for block in blocks]
        return PointsMemory(values, condition, condition, caches, reads)

    def advance(self, last: Tensor | None, memory: PointsMemory) -> Tensor:
        """Read the feature just drawn (None: there is none) and predict the next, in the order of `order`.

        Shapes: (batch,) -> (batch, outputs[0]).
        """
        if last is not None:
            memory.values.flatten(1)[:, self.order[memory.read - 1]] = last
        point, place = divmod(memory.read, self.features)
        if place == 0:
            memory.hidden = self.head.begin(self._features(point, memory))
        memory.read += 1
        return self.head.step(memory.hidden, memory.values[:, point, self.columns], place)

    def _features(self, point: int, memory: PointsMemory) -> Tensor:
        """Return what is known of a point before it. Shapes: (batch, width)."""
        x = self.embedding(memory.values[:, point - 1]) if point else self.start.expand(len(memory.values), -1)
        x = x[:, None] + memory.condition
        for block, cache, read in zip(self.blocks, memory.caches, memory.reads, strict=True):
            x = block(x, cache, read)
        return in_float32(self.norm, x[:, 0])
