"""Convolutional networks over grids of any number of axes and any sizes."""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.bidirectional import Attention
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import Modulation
from gdl_core.networks.precision import in_float32
from gdl_core.networks.reading import Reading, reader_for
from gdl_core.networks.strides import convolve, entering, leaving, patched
from gdl_core.spaces import Batch, Grid

SMALLEST = 4
"""An axis is halved as long as it is longer than this."""
WIDEST = 4
"""How many times `width` channels there are at most; they double with each halving."""


def halvings(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return the shape and what is left of it after each halving of the axes that are long enough.

    Example:
        >>> halvings((28, 5))
        [(28, 5), (14, 3), (7, 3), (4, 3)]
    """
    shapes = [shape]
    while max(shapes[-1]) > SMALLEST:
        shapes.append(tuple(-(-size // 2) if size > SMALLEST else size for size in shapes[-1]))
    return shapes


def widths_of(width: int, count: int) -> list[int]:
    """Return the channels at each scale, the finest first."""
    return [width * min(2**place, WIDEST) for place in range(count)]


class Norm(nn.GroupNorm):
    """Normalises up to 8 groups of at least 4 channels (Wu and He 2018, arXiv:1803.08494)."""

    def __init__(self, channels: int, *, affine: bool = True) -> None:
        groups = next((count for count in (8, 4, 2) if channels % (4 * count) == 0), 1)
        super().__init__(groups, channels, affine=affine)


class ResidualCells(nn.Module):
    """Two convolutions beside a residual path; a context scales and shifts between them.

    He et al. (2016), arXiv:1603.05027, with the modulation of Perez et al. (2018), arXiv:1709.07871.
    Shapes: (batch, inputs, *shape), (batch, context) -> (batch, outputs, *shape).
    """

    def __init__(self, axes: int, inputs: int, outputs: int, context: int) -> None:
        super().__init__()
        self.first = nn.Sequential(Norm(inputs), nn.SiLU(), convolve(axes, inputs, outputs))
        self.norm = Norm(outputs, affine=False)
        self.modulation = Modulation(context, outputs, 2)
        self.second = nn.Sequential(nn.SiLU(), convolve(axes, outputs, outputs))
        self.past = convolve(axes, inputs, outputs, size=1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        y = self.norm(self.first(x))
        scale, shift = (row.reshape(*row.shape, *(1,) * (x.ndim - 2)) for row in self.modulation(context))
        return self.past(x) + self.second(y * (1 + scale) + shift)


class CellAttention(nn.Module):
    """Attention of every cell to every other, beside the input. Shapes: (batch, width, *shape) -> the same."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm = Norm(width)
        self.attention = Attention(width, heads)

    def forward(self, x: Tensor) -> Tensor:
        return x + as_cells(self.attention(as_rows(self.norm(x))), x)


class CellReading(nn.Module):
    """Attention of every cell to the sequences among the conditions, beside the input; nothing where there are none.

    Shapes: (batch, width, *shape) -> the same.
    """

    def __init__(self, conditions: Sequence[Condition], width: int, heads: int) -> None:
        super().__init__()
        self.reader = reader_for(conditions, width)
        self.reading = None if self.reader is None else Reading(width, heads)

    def forward(self, x: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        if self.reader is None or self.reading is None:
            return x
        return x + as_cells(self.reading(as_rows(x), self.reader(conditions, len(x))), x)


def as_rows(cells: Tensor) -> Tensor:
    """Put cells in a row. Shapes: (batch, width, *shape) -> (batch, cells, width)."""
    return cells.flatten(2).transpose(1, 2)


def as_cells(rows: Tensor, cells: Tensor) -> Tensor:
    """Give rows the shape of cells. Shapes: (batch, cells, width) -> (batch, width, *shape)."""
    return rows.transpose(1, 2).reshape(cells.shape)


class Halve(nn.Module):
    """Goes from the cells of one shape to those of the next coarser one."""

    def __init__(self, fine: tuple[int, ...], coarse: tuple[int, ...], width: int) -> None:
        super().__init__()
        strides = tuple(2 if a > b else 1 for a, b in zip(fine, coarse, strict=True))
        self.layer = convolve(len(fine), width, width, strides=strides)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)


class Double(nn.Module):
    """Goes from the cells of one shape to those of the next finer one: repeats them, cuts what is too much, smooths."""

    def __init__(self, coarse: tuple[int, ...], fine: tuple[int, ...], inputs: int, outputs: int) -> None:
        super().__init__()
        self.factors = [2.0 if a > b else 1.0 for a, b in zip(fine, coarse, strict=True)]
        self.fine = fine
        self.layer = convolve(len(fine), inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        repeated = F.interpolate(x, scale_factor=self.factors, mode="nearest")
        return self.layer(repeated[:, :, *(slice(size) for size in self.fine)])


class Outputs(nn.Module):
    """Makes the outputs of each cell. Shapes: (batch, width, *patches) -> (batch, channels, *shape, outputs)."""

    def __init__(self, space: Grid, width: int, outputs: int, *, patch: int = 1) -> None:
        super().__init__()
        self.norm = Norm(width)
        self.layer = leaving(space.shape, width, space.channels * outputs, patch)
        self.shape = (space.channels, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return in_float32(self.layer, F.silu(self.norm(x))).unflatten(1, self.shape).movedim(2, -1)


class ConvolutionEncoder(nn.Module):
    """Sums up a grid, whose coarsest cells read the sequences among the conditions.

    It works on patches, `patch` cells long on each axis.
    Shapes: (batch, channels, *shape) -> (batch, outputs[0]).

    Example:
        >>> model = ConvolutionEncoder(Grid(channels=1, shape=(9, 9)), outputs=(4,), width=8)
        >>> model(Batch(torch.zeros(3, 1, 9, 9))).shape
        torch.Size([3, 4])
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
        patch: int = 1,
    ) -> None:
        super().__init__()
        axes, shapes = len(space.shape), halvings(patched(space.shape, patch))
        widths = widths_of(width, len(shapes))
        self.conditioner = Conditioner(conditions, width)
        self.first = entering(axes, space.channels, width, patch)
        self.blocks = nn.ModuleList()
        for place, (inputs, outs) in enumerate(zip([width, *widths], widths, strict=False)):
            if place:
                self.blocks.append(Halve(shapes[place - 1], shapes[place], inputs))
            self.blocks.extend(
                ResidualCells(axes, inputs if layer == 0 else outs, outs, width) for layer in range(layers)
            )
        self.reading = CellReading(conditions, widths[-1], heads)
        cells = int(torch.tensor(shapes[-1]).prod())
        self.norm = Norm(widths[-1])
        self.head = nn.Linear(widths[-1] * cells, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        context = self.conditioner(batch.conditions, len(batch))
        x = self.first(batch.values)
        for block in self.blocks:
            x = block(x, context) if isinstance(block, ResidualCells) else block(x)
        x = self.reading(x, batch.conditions)
        return in_float32(self.head, F.silu(self.norm(x)).flatten(1))


class ConvolutionDecoder(nn.Module):
    """Makes all cells from a code, the coarsest first, which read the sequences among the conditions.

    The code also sets the scales and shifts of each layer. All but the last work on patches, `patch` cells long.
    Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    Example:
        >>> model = ConvolutionDecoder(Grid(channels=1, shape=(9,)), inputs=4, outputs=(2,), width=8)
        >>> model(torch.zeros(3, 4), {})[0].shape
        torch.Size([3, 1, 9, 2])
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
        patch: int = 1,
    ) -> None:
        super().__init__()
        axes, shapes = len(space.shape), halvings(patched(space.shape, patch))[::-1]
        widths = widths_of(width, len(shapes))[::-1]
        self.shape = (widths[0], *shapes[0])
        self.conditioner = Conditioner(conditions, width)
        self.code = nn.Linear(inputs, width)
        self.first = nn.Linear(inputs, int(torch.tensor(self.shape).prod()))
        self.reading = CellReading(conditions, widths[0], heads)
        self.blocks = nn.ModuleList()
        for place, outs in enumerate(widths):
            if place:
                self.blocks.append(Double(shapes[place - 1], shapes[place], widths[place - 1], outs))
            self.blocks.extend(ResidualCells(axes, outs, outs, width) for _ in range(layers))
        self.outputs = Outputs(space, width, outputs[0], patch=patch)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        context = self.code(codes) + self.conditioner(conditions, len(codes))
        x = self.reading(self.first(codes).unflatten(1, self.shape), conditions)
        for block in self.blocks:
            x = block(x, context) if isinstance(block, ResidualCells) else block(x)
        return (self.outputs(x),)
