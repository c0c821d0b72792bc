"""Convolutions that see only what comes earlier in raster order, over any number of axes, and one step at a time.

In raster order the last axis runs fastest. What precedes a position falls into as many groups as there are axes: in
the first come positions earlier along the first axis; in the second those equal there and earlier along the second;
and so on. Each group has a stack of layers, which reads the stack before it at its own position. For two axes these
are the vertical and the horizontal stack of Gated PixelCNN (van den Oord et al. 2016, arXiv:1606.05328): nothing that
precedes is hidden from a prediction.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.networks.strides import CONVOLUTIONS


class CausalConvolution(nn.Module):
    """A convolution over several axes that sees the past of one of them, all around on later ones, nothing on earlier.

    `past` positions along the axis are seen, `dilation` apart: the present one and earlier ones, or with `strict` only
    earlier ones. On each later axis `around` positions are seen, the present one in the middle.

    Shapes: (batch, inputs, *axes) -> (batch, outputs, *axes).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        axes: int,
        along: int,
        past: int,
        around: int = 1,
        dilation: int = 1,
        strict: bool = False,
    ) -> None:
        super().__init__()
        if around % 2 == 0:
            raise ValueError(f"a kernel of {around} has no middle; take an odd size")
        later = axes - along - 1
        sizes = (*[1] * along, past, *[around] * later)
        convolution: Any = CONVOLUTIONS[axes - 1]
        self.convolution = convolution(inputs, outputs, sizes, dilation=(*[1] * along, dilation, *[1] * later))
        self.past, self.dilation, self.later, self.ones = past, dilation, later, (1,) * along
        self.around = (around // 2,) * (2 * later)  # the order of F.pad: the last axis first
        self.before = ((past - 1) * dilation + int(strict), -int(strict))

    def forward(self, x: Tensor) -> Tensor:
        return self.convolution(F.pad(x, (*self.around, *self.before)))

    def step(self, seen: Sequence[Tensor]) -> Tensor:
        """Convolve at one position of the axis, given the slices that are seen there, the earliest first.

        Shapes: `past` of (batch, inputs, *later axes) -> (batch, outputs, *later axes).
        """
        x = torch.stack(tuple(seen), 2)
        if not self.later:
            return F.linear(x.flatten(1), self.convolution.weight.flatten(1), self.convolution.bias)
        x = F.pad(x, self.around).unflatten(2, (*self.ones, self.past))
        return self.convolution(x).flatten(2).unflatten(2, seen[0].shape[2:])

    def empty_queue(self, like: Tensor) -> deque[Tensor]:
        """Return what stands before the first position: zeros. Shapes: (batch, inputs, *later axes)."""
        room = (self.past - 1) * self.dilation + 1
        return deque([torch.zeros_like(like)] * room, room)

    def read(self, queue: deque[Tensor], x: Tensor) -> list[Tensor]:
        """Put the next slice into the queue and return those that are seen (Paine et al. 2016, arXiv:1611.09482)."""
        queue.append(x)
        return [queue[tap * self.dilation] for tap in range(self.past)]


class Pointwise(nn.Linear):
    """A linear map at each position. Shapes: (batch, inputs, *axes) -> (batch, outputs, *axes)."""

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim == 2:
            return F.linear(x, self.weight, self.bias)
        return F.conv1d(x.flatten(2), self.weight[..., None], self.bias).unflatten(2, x.shape[2:])


class GatedConvolution(nn.Module):
    """A gated causal convolution beside a residual path; `above` reads the same layer of the stack before.

    Shapes: (batch, width, *axes), (batch, 2 * width, *axes) from `above` -> (batch, width, *axes).
    """

    def __init__(
        self, width: int, *, axes: int, along: int, past: int, around: int, dilation: int = 1, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.convolution = CausalConvolution(
            width, 2 * width, axes=axes, along=along, past=past, around=around, dilation=dilation
        )
        self.above = Pointwise(width, 2 * width, bias=False) if along else None
        self.out = Pointwise(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, above: Tensor | None) -> Tensor:
        return self._gate(x, self.convolution(x), above)

    def begin(self, like: Tensor) -> deque[Tensor]:
        """Return what the layer keeps of its past before the first slice. Shapes: (batch, width, *later axes)."""
        return self.convolution.empty_queue(like)

    def step(self, x: Tensor, memory: deque[Tensor], above: Tensor | None) -> Tensor:
        """Give one slice along the axis, as a call over all would. Shapes: (batch, width, *later axes) -> the same."""
        return self._gate(x, self.convolution.step(self.convolution.read(memory, x)), above)

    def _gate(self, x: Tensor, y: Tensor, above: Tensor | None) -> Tensor:
        y = y if above is None else y + above
        value, gate = y.chunk(2, 1)
        gated = value.tanh() * gate.sigmoid()
        return x + self.out(self.dropout(gated) if self.training else gated)  # a call that does nothing takes time too


class RecurrentConvolution(nn.Module):
    """A convolutional LSTM that moves along one axis (Shi et al. 2015, arXiv:1506.04214), beside a residual path.

    Its state covers the later axes, of which `around` positions enter each new state; earlier axes keep apart. `above`
    reads the same layer of the stack before.

    Shapes: (batch, width, *axes), (batch, 4 * width, *axes) from `above` -> (batch, width, *axes).
    """

    def __init__(self, width: int, *, axes: int, along: int, around: int, dropout: float = 0.0) -> None:
        super().__init__()
        later = axes - along - 1
        self.along = along
        self.input = Pointwise(width, 4 * width)
        self.state = (
            CONVOLUTIONS[later - 1](width, 4 * width, around, padding=around // 2, bias=False)
            if later
            else nn.Linear(width, 4 * width, bias=False)
        )
        self.above = Pointwise(width, 4 * width, bias=False) if along else None
        self.out = Pointwise(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, above: Tensor | None) -> Tensor:
        gates = self._gates(x, above).movedim(1, 1 + self.along)  # batch, earlier axes, gates, this axis, later axes
        rows = gates.flatten(0, self.along)
        memory, outputs = self.begin(rows[:, : x.shape[1], 0]), []
        for part in rows.unbind(2):
            outputs.append(self._read(part, memory))
        y = torch.stack(outputs, 2).unflatten(0, gates.shape[: self.along + 1]).movedim(1 + self.along, 1)
        return x + self.out(self.dropout(y))

    def begin(self, like: Tensor) -> list[Tensor]:
        """Return the state before the first slice: hidden and cell. Shapes: two of (batch, width, *later axes)."""
        return [torch.zeros_like(like), torch.zeros_like(like)]

    def step(self, x: Tensor, memory: list[Tensor], above: Tensor | None) -> Tensor:
        """Give one slice along the axis, as a call over all would. Shapes: (batch, width, *later axes) -> the same."""
        return x + self.out(self.dropout(self._read(self._gates(x, above), memory)))

    def _gates(self, x: Tensor, above: Tensor | None) -> Tensor:
        gates = self.input(x)
        return gates if above is None else gates + above

    def _read(self, gates: Tensor, memory: list[Tensor]) -> Tensor:
        """Move the state by one slice and return its hidden half."""
        enter, forget, leave, new = (gates + self.state(memory[0])).chunk(4, 1)
        memory[1] = (forget + 1).sigmoid() * memory[1] + enter.sigmoid() * new.tanh()  # at first it forgets little
        memory[0] = leave.sigmoid() * memory[1].tanh()
        return memory[0]


class ChannelHead(nn.Module):
    """Predicts the channels of a position in turn, each from the position's features and the channels before it.

    Shapes: (..., width), (..., channels) -> (..., channels, outputs).
    """

    earlier: Tensor

    def __init__(self, width: int, channels: int, outputs: int) -> None:
        super().__init__()
        self.channels = channels
        self.start = nn.Linear(width, channels * width)
        self.mix = nn.Parameter(torch.randn(channels, channels, width) * channels**-0.5)
        self.weight = nn.Parameter(torch.randn(channels, width, outputs) * 0.5 * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(channels, outputs))
        earlier = torch.ones(channels, channels).tril(-1)[..., None]  # which channel sees which
        self.register_buffer("earlier", earlier, persistent=False)

    def forward(self, features: Tensor, values: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            earlier = torch.einsum("...s,tsw->...tw", values.float(), self.mix * self.earlier)
            hidden = self.begin(features.float()) + earlier
            return torch.einsum("...cw,cwo->...co", F.silu(hidden), self.weight) + self.bias

    def begin(self, features: Tensor) -> Tensor:
        """Return what the features say to each channel. Shapes: (..., width) -> (..., channels, width)."""
        return self.start(features).unflatten(-1, (self.channels, -1))

    def step(self, hidden: Tensor, values: Tensor, channel: int) -> Tensor:
        """Predict one channel, given those before it. Shapes: `begin`'s, (batch, channels) -> (batch, outputs)."""
        hidden = hidden[:, channel]
        if channel:
            hidden = hidden + values[:, :channel] @ self.mix[channel, :channel]
        return F.silu(hidden) @ self.weight[channel] + self.bias[channel]
