"""SampleRNN: recurrent tiers, each with a clock of its own, over long signals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.masked import marked
from gdl_core.networks.raster import CausalConvolution, ChannelHead, Pointwise
from gdl_core.spaces import Batch, Grid


@dataclass
class TierMemory:
    """The cells so far, each tier's state and what it last said to the steps of the tier below.

    Shapes: values (batch, channels, length), condition (batch, width), states (1, batch, width) each, said
    (batch, ratio, width) each, hidden (batch, channels, width).
    """

    values: Tensor
    condition: Tensor
    hidden: Tensor
    states: list[Tensor | None]
    said: list[Tensor]
    read: int = 0


class Tier(nn.Module):
    """Reads a signal in frames of `size` cells and says something to each of `ratio` shorter frames within the next.

    Shapes: (batch, frames, channels * size), (batch, frames, width) -> (batch, frames * ratio, width).
    """

    def __init__(self, channels: int, width: int, size: int, ratio: int) -> None:
        super().__init__()
        self.size, self.ratio = size, ratio
        self.enter = nn.Linear(channels * size, width)
        self.cells = nn.GRU(width, width, batch_first=True)
        self.spread = nn.Linear(width, ratio * width)

    def forward(self, frames: Tensor, context: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        x, state = self.cells(self.enter(frames) + context, state)
        return self.spread(x).unflatten(-1, (self.ratio, -1)).flatten(1, 2), state


class SampleRNN(nn.Module):
    """Predicts each cell of a signal by tiers that look at ever shorter frames (Mehri et al. 2017, arXiv:1612.07837).

    `frames` are their lengths, each a multiple of the next. Below them, each cell is predicted from as many cells
    before it as the shortest frame holds. Generation moves a tier only where one of its frames is over.

    Shapes: (batch, channels, length) -> (batch, channels, length, outputs[0]).

    Example:
        >>> network = SampleRNN(Grid(1, (100,), levels=256), outputs=(256,), width=16)
        >>> network(Batch(torch.zeros(5, 1, 100))).shape
        torch.Size([5, 1, 100, 256])
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        frames: Sequence[int] = (16, 4),
    ) -> None:
        super().__init__()
        if len(space.shape) != 1:
            raise ValueError(f"samplernn runs along one axis; this grid has {len(space.shape)}")
        if not frames or any(longer % shorter for longer, shorter in pairwise(frames)):
            raise ValueError(f"each of the frames {tuple(frames)} must be a multiple of the next")
        self.shape, self.channels, self.length = space.shape, space.channels, space.shape[0]
        self.order: list[int] = torch.arange(space.channels * self.length).reshape(-1, self.length).T.flatten().tolist()
        self.conditioner = Conditioner(conditions, width)
        self.tiers = nn.ModuleList(
            Tier(space.channels + 1, width, size, size // shorter) for size, shorter in pairwise((*frames, 1))
        )
        self.window = CausalConvolution(space.channels + 1, width, axes=1, along=0, past=frames[-1], strict=True)
        self.layer = Pointwise(width, width)
        self.head = ChannelHead(width, space.channels, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        cells = marked(batch.values)
        context = self.conditioner(batch.conditions, len(batch))[:, None].expand(-1, self.length, -1)
        for tier in cast(Iterable[Tier], self.tiers):
            count = -(-self.length // tier.size)
            shifted = F.pad(cells, (tier.size, tier.size))[..., : count * tier.size]  # each frame sees the one before
            frames = shifted.unflatten(2, (count, tier.size)).movedim(2, 1).flatten(2)
            context, _ = tier(frames, context[:, :count])
        x = self.window(cells) + context[:, : self.length].transpose(1, 2)
        return self.head(self._last(x).transpose(1, 2), batch.values.transpose(1, 2)).movedim(-2, 1)

    def _last(self, x: Tensor) -> Tensor:
        return F.silu(x + self.layer(F.silu(x)))

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> TierMemory:
        """Return an empty memory for `batch` samples."""
        condition = self.conditioner(conditions, batch)
        values = condition.new_zeros(batch, self.channels, self.length)
        tiers = len(self.tiers)
        return TierMemory(values, condition, condition, [None] * tiers, [condition[:, None]] * tiers)

    def advance(self, last: Tensor | None, memory: TierMemory) -> Tensor:
        """Read the element just drawn (None: there is none) and predict the one after it, in the order of `order`.

        Shapes: (batch,) -> (batch, outputs[0]).
        """
        if last is not None:
            memory.values.flatten(1)[:, self.order[memory.read - 1]] = last
        position, channel = divmod(memory.read, self.channels)
        if channel == 0:
            memory.hidden = self.head.begin(self._features(position, memory))
        memory.read += 1
        return self.head.step(memory.hidden, memory.values[:, :, position], channel)

    def _features(self, position: int, memory: TierMemory) -> Tensor:
        """Move the tiers whose frame is over; return what is known of a cell before it. Shapes: (batch, width)."""
        context = memory.condition
        for place, tier in enumerate(cast(Iterable[Tier], self.tiers)):
            within = position % tier.size
            if within == 0:
                frame = self._before(position, tier.size, memory).flatten(1)[:, None]
                memory.said[place], memory.states[place] = tier(frame, context[:, None], memory.states[place])
            context = memory.said[place][:, within * tier.ratio // tier.size]
        seen = self._before(position, self.window.past, memory).unbind(2)
        return self._last(self.window.step(seen) + context)

    def _before(self, position: int, count: int, memory: TierMemory) -> Tensor:
        """Return the cells before a position, zeros before the first. Shapes: (batch, channels + 1, count)."""
        there = marked(memory.values[:, :, max(position - count, 0) : position])
        return F.pad(there, (count - there.shape[2], 0))
