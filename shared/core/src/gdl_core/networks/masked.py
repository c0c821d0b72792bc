"""Networks that predict each cell of a grid from the cells before it, in raster order."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.raster import CausalConvolution, ChannelHead, GatedConvolution, RecurrentConvolution
from gdl_core.spaces import Batch, Grid


@dataclass
class RasterMemory:
    """The cells so far, and what each layer keeps of them for the next.

    `layers` holds this for each layer of each stack, `above` what each layer hears of the stack before within the
    present slice. Shapes: values (batch, channels, *axes), condition (batch, width), hidden (batch, channels, width).
    """

    values: Tensor
    condition: Tensor
    hidden: Tensor
    layers: list[list[Any]]
    above: list[list[Tensor]]
    read: int = 0


class Layer(Protocol):
    """A layer of a stack: it moves along one axis and sees there only what is earlier, and the present slice."""

    above: Any
    """Makes what a layer hears of the same layer of the stack before. Shapes: (batch, width, *axes) -> the like."""

    def __call__(self, x: Tensor, above: Tensor | None) -> Tensor:
        """Read the layer below, and what `above` made. Shapes: (batch, width, *axes) -> the same."""

    def begin(self, like: Tensor) -> Any:
        """Return what the layer keeps of its past before the first slice. Shapes: (batch, width, *later axes)."""

    def step(self, x: Tensor, memory: Any, above: Tensor | None) -> Tensor:
        """Give one slice along the axis, as a call over all would. Shapes: (batch, width, *later axes) -> the same."""


class Stack(nn.Module):
    """The layers that see what is earlier along one axis; the first reads the cells, strictly earlier ones alone.

    Shapes: (batch, channels + 1, *axes) -> for each layer (batch, width, *axes).
    """

    def __init__(self, first: CausalConvolution, layers: Iterable[nn.Module]) -> None:
        super().__init__()
        self.first = first
        self.layers = nn.ModuleList(layers)

    def forward(self, cells: Tensor, condition: Tensor, above: Sequence[Tensor | None]) -> list[Tensor]:
        outputs = [self.first(cells) + _spread(condition, cells)]
        for layer, heard in zip(self.layers, above, strict=True):
            outputs.append(layer(outputs[-1], heard))
        return outputs[1:]

    def hear(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Return what each layer hears of the stack before, from that stack's features."""
        layers = cast(Iterable[Layer], self.layers)
        return [layer.above(part) for layer, part in zip(layers, features, strict=True)]

    def begin(self, cells: Tensor, condition: Tensor) -> list[Any]:
        """Return what each layer keeps before the first slice. Shapes: (batch, channels + 1, *later axes)."""
        features = cells.new_zeros(*condition.shape, *cells.shape[2:])
        layers = cast(Iterable[Layer], self.layers)
        return [self.first.empty_queue(cells), *(layer.begin(features) for layer in layers)]

    def step(
        self, cells: Tensor, condition: Tensor, memories: Sequence[Any], above: Sequence[Tensor | None]
    ) -> list[Tensor]:
        """Give one slice along the axis, from the slice of cells before it."""
        outputs = [self.first.step(self.first.read(memories[0], cells)) + _spread(condition, cells)]
        layers = cast(Iterable[Layer], self.layers)
        for layer, memory, heard in zip(layers, memories[1:], above, strict=True):
            outputs.append(layer.step(outputs[-1], memory, heard))
        return outputs[1:]


class RasterNetwork(nn.Module):
    """Stacks of causal convolutions, one for each axis, that together see all cells before each cell.

    The channels of a cell follow one another: each sees those before it. Generation keeps what every layer has seen:
    a new row costs one row of the stacks before the last, a new cell one position of the last.

    Shapes: (batch, channels, *axes) -> (batch, channels, *axes, outputs[0]).
    """

    def __init__(
        self,
        space: Grid,
        outputs: Sequence[int],
        conditions: Sequence[Condition],
        *,
        width: int,
        past: int,
        around: int,
        layers: Callable[[int], Iterable[nn.Module]],
    ) -> None:
        super().__init__()
        self.shape, self.channels = space.shape, space.channels
        cells = torch.arange(math.prod(space.full_shape)).reshape(space.channels, -1)
        self.order: list[int] = cells.T.flatten().tolist()
        self.conditioner = Conditioner(conditions, width)
        self.stacks = nn.ModuleList()
        for along in range(len(space.shape)):
            window = {"axes": len(space.shape), "along": along, "past": past, "around": around}
            self.stacks.append(
                Stack(CausalConvolution(space.channels + 1, width, strict=True, **window), layers(along))
            )
        self.head = ChannelHead(width, space.channels, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        values = batch.values
        cells, condition = marked(values), self.conditioner(batch.conditions, len(batch))
        features: list[Tensor] = []
        for axis in range(len(self.shape)):
            stack = self._stack(axis)
            features = stack(cells, condition, stack.hear(features) if axis else [None] * len(stack.layers))
        return self.head(F.silu(features[-1].movedim(1, -1)), values.movedim(1, -1)).movedim(-2, 1)

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> RasterMemory:
        """Return an empty memory for `batch` samples."""
        condition = self.conditioner(conditions, batch)
        values = condition.new_zeros(batch, self.channels, *self.shape)
        return RasterMemory(values, condition, condition, [[] for _ in self.shape], [[] for _ in self.shape])

    def advance(self, last: Tensor | None, memory: RasterMemory) -> Tensor:
        """Read the element just drawn (None: there is none) and predict the one after it, in the order of `order`.

        Shapes: (batch,) -> (batch, outputs[0]).
        """
        if last is not None:
            memory.values.flatten(1)[:, self.order[memory.read - 1]] = last
        position, channel = divmod(memory.read, self.channels)
        if channel == 0:
            memory.hidden = self.head.begin(F.silu(self._features(position, memory)))
        memory.read += 1
        present = memory.values.flatten(2)[:, :, position]
        return self.head.step(memory.hidden, present, channel)

    def _features(self, position: int, memory: RasterMemory) -> Tensor:
        """Advance the stacks whose slice has changed; return the features of a position. Shapes: (batch, width)."""
        place = [position // math.prod(self.shape[axis + 1 :]) % size for axis, size in enumerate(self.shape)]
        moved = max((axis for axis, index in enumerate(place) if index), default=0)
        for axis in range(moved, len(place)):
            stack, index = self._stack(axis), place[axis]
            earlier = memory.values
            for fixed in place[:axis]:
                earlier = earlier.select(2, fixed)
            if index == 0:
                cells = torch.zeros_like(marked(earlier.select(2, 0)))
                memory.layers[axis] = stack.begin(cells, memory.condition)
            else:
                cells = marked(earlier.select(2, index - 1))
            heard: Sequence[Tensor | None] = [None] * len(stack.layers)
            if axis:
                heard = [features.select(2, index) for features in memory.above[axis]]
            features = stack.step(cells, memory.condition, memory.layers[axis], heard)
            if axis + 1 < len(place):
                memory.above[axis + 1] = self._stack(axis + 1).hear(features)
        return features[-1]

    def _stack(self, axis: int) -> Stack:
        return cast(Stack, self.stacks[axis])


class PixelCNN(RasterNetwork):
    """Gated PixelCNN (van den Oord et al. 2016, arXiv:1606.05328) over one, two or three axes.

    A layer sees a window of `kernel` positions on each axis, of which what comes later is left out.

    Example:
        >>> network = PixelCNN(Grid(3, (8, 8), levels=4), outputs=(4,), width=16, layers=2)
        >>> network(Batch(torch.zeros(5, 3, 8, 8))).shape
        torch.Size([5, 3, 8, 8, 4])
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 8,
        kernel: int = 3,
        dropout: float = 0.0,
    ) -> None:
        past, axes = (kernel + 1) // 2, len(space.shape)

        def stack(along: int) -> list[nn.Module]:
            window = {"axes": axes, "along": along, "past": past, "around": kernel}
            return [GatedConvolution(width, dropout=dropout, **window) for _ in range(layers)]

        super().__init__(space, outputs, conditions, width=width, past=past, around=kernel, layers=stack)


class PixelRNN(RasterNetwork):
    """Row LSTM of van den Oord et al. (2016), arXiv:1601.06759, over one, two or three axes.

    One stack of recurrent layers goes from row to row, each seeing `kernel` positions of the row before, so that what
    is seen of earlier rows is a triangle; another goes along the row and sees all of it.

    Example:
        >>> network = PixelRNN(Grid(3, (8, 8), levels=4), outputs=(4,), width=16, layers=2)
        >>> network(Batch(torch.zeros(5, 3, 8, 8))).shape
        torch.Size([5, 3, 8, 8, 4])
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 4,
        kernel: int = 3,
        dropout: float = 0.0,
    ) -> None:
        axes = len(space.shape)

        def stack(along: int) -> list[nn.Module]:
            window = {"axes": axes, "along": along, "around": kernel}
            return [RecurrentConvolution(width, dropout=dropout, **window) for _ in range(layers)]

        super().__init__(space, outputs, conditions, width=width, past=1, around=kernel, layers=stack)


class WaveNet(RasterNetwork):
    """Dilated causal convolutions over one axis (van den Oord et al. 2016, arXiv:1609.03499).

    Layer l sees `kernel` positions 2**(l mod cycle) apart. What the paper's skip connections carry goes along the
    residual path. Generation is that of Paine et al. (2016), arXiv:1611.09482: a queue for each layer.

    Example:
        >>> network = WaveNet(Grid(1, (100,), levels=256), outputs=(256,), width=16, layers=4)
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
        layers: int = 10,
        cycle: int = 10,
        kernel: int = 2,
        dropout: float = 0.0,
    ) -> None:
        if len(space.shape) != 1:
            raise ValueError(f"wavenet runs along one axis; this grid has {len(space.shape)}")

        def stack(along: int) -> list[nn.Module]:
            window = {"axes": 1, "along": along, "past": kernel, "around": 1}
            dilations = [2 ** (layer % cycle) for layer in range(layers)]
            return [GatedConvolution(width, dropout=dropout, dilation=dilation, **window) for dilation in dilations]

        super().__init__(space, outputs, conditions, width=width, past=kernel, around=1, layers=stack)


def marked(values: Tensor) -> Tensor:
    """Add a channel of ones, which tells cells from what lies beyond the border (Salimans et al. 2017)."""
    return torch.cat([values, torch.ones_like(values[:, :1])], 1)


def _spread(condition: Tensor, like: Tensor) -> Tensor:
    """Give a vector per sample the trailing axes of `like`."""
    return condition.reshape(*condition.shape, *(1,) * (like.ndim - 2))
