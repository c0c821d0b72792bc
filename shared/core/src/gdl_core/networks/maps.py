"""Residual convolutions between a grid and a map of codes: a coarser grid with a vector at each place.

A code keeps its place: what it says is drawn where it stands, so that neither network has weights for a place.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import CellReading, Norm, ResidualCells, widths_of
from gdl_core.networks.precision import in_float32
from gdl_core.networks.pyramid import cells_last
from gdl_core.networks.strides import Grow, Shrink, convolve
from gdl_core.spaces import Batch, Grid


def map_shapes(shape: tuple[int, ...], halvings: int) -> list[tuple[int, ...]]:
    """Return the shape and what it is after each of so many halvings, rounded up.

    Example:
        >>> map_shapes((28, 9), 2)
        [(28, 9), (14, 5), (7, 3)]
    """
    if halvings < 1:
        raise ValueError(f"a map of codes needs 1 halving of the cells or more; {halvings} does not fit")
    shapes = [shape]
    for _ in range(halvings):
        shapes.append(tuple(-(-size // 2) for size in shapes[-1]))
    return shapes


def blocks(axes: int, width: int, context: int, layers: int) -> Iterable[nn.Module]:
    """Return residual blocks of one scale, whose scales and shifts a context sets."""
    return (ResidualCells(axes, width, width, context) for _ in range(layers))


def passed(x: Tensor, stages: nn.ModuleList, context: Tensor) -> Tensor:
    """Send cells through the layers one after the other."""
    for layer in stages:
        x = layer(x, context) if isinstance(layer, ResidualCells) else layer(x)
    return x


class MapEncoder(nn.Module):
    """Sums up each block of cells, with what is seen around it, in a vector at the block's place.

    The cells are halved `halvings` times along each axis, with `layers` residual blocks at each coarser scale. `width`
    channels stand at the finest of them; they double with each halving, to four times as many at most.
    Shapes: (batch, channels, *shape) -> (batch, outputs[0], *map_shape).

    Example:
        >>> import torch
        >>> model = MapEncoder(Grid(channels=1, shape=(28, 9)), outputs=(4,), width=8)
        >>> model.map_shape, model(Batch(torch.zeros(3, 1, 28, 9))).shape
        ((7, 3), torch.Size([3, 4, 7, 3]))
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        layers: int = 1,
        heads: int = 4,
        halvings: int = 2,
    ) -> None:
        super().__init__()
        axes, widths = len(space.shape), widths_of(width, halvings)
        self.map_shape = map_shapes(space.shape, halvings)[-1]
        self.conditioner = Conditioner(conditions, width)
        self.stages = nn.ModuleList()
        for before, after in pairwise([space.channels, *widths]):
            self.stages.extend([Shrink(axes, before, after), *blocks(axes, after, width, layers)])
        self.reading = CellReading(conditions, widths[-1], heads)
        self.norm = Norm(widths[-1])
        self.head = convolve(axes, widths[-1], outputs[0], size=1)

    def forward(self, batch: Batch) -> Tensor:
        x = passed(batch.values, self.stages, self.conditioner(batch.conditions, len(batch)))
        return in_float32(self.head, F.silu(self.norm(self.reading(x, batch.conditions))))


class MapDecoder(nn.Module):
    """Makes numbers for each cell from a map of codes: the way of `MapEncoder` back, with the same options.

    Shapes: (batch, inputs, *map_shape) -> (batch, channels, *shape, outputs[0]).

    Example:
        >>> import torch
        >>> model = MapDecoder(Grid(channels=3, shape=(28, 9)), inputs=4, outputs=(2,), width=8)
        >>> model(torch.zeros(3, 4, 7, 3), {})[0].shape
        torch.Size([3, 3, 28, 9, 2])
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        layers: int = 1,
        heads: int = 4,
        halvings: int = 2,
    ) -> None:
        super().__init__()
        axes, widths = len(space.shape), widths_of(width, halvings)[::-1]
        *shapes, self.map_shape = map_shapes(space.shape, halvings)
        self.outputs = outputs[0]
        self.conditioner = Conditioner(conditions, width)
        self.first = convolve(axes, inputs, widths[0])
        self.reading = CellReading(conditions, widths[0], heads)
        self.stages = nn.ModuleList(blocks(axes, widths[0], width, layers))
        for (before, after), shape in zip(pairwise(widths), shapes[:0:-1], strict=True):
            self.stages.extend([Grow(shape, before, after), *blocks(axes, after, width, layers)])
        self.norm = Norm(widths[-1])
        self.last = Grow(space.shape, widths[-1], space.channels * outputs[0])

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.reading(self.first(codes), conditions)
        x = passed(x, self.stages, self.conditioner(conditions, len(codes)))
        return (cells_last(in_float32(self.last, F.silu(self.norm(x))), self.outputs),)
