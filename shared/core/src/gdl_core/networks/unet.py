"""The U-Net over grids of any number of axes."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import (
    CellAttention,
    CellReading,
    Double,
    Halve,
    Outputs,
    ResidualCells,
    halvings,
    widths_of,
)
from gdl_core.networks.modulation import zeroed
from gdl_core.networks.strides import entering, patched
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Grid


class UNet(nn.Module):
    """Makes numbers for each cell at a time: to the coarsest cells and back, with what was seen on the way beside.

    Ronneberger et al. (2015), arXiv:1505.04597, as a denoiser after Ho et al. (2020), arXiv:2006.11239: `layers`
    residual blocks at each scale, modulated by time and conditions, and attention among the coarsest cells. All but the
    first layer and the last work on patches, `patch` cells long on each axis.
    Shapes: (batch, channels, *shape), (batch,) -> (batch, channels, *shape, outputs[0]).

    Example:
        >>> model = UNet(Grid(channels=3, shape=(28, 20)), outputs=(1,), width=8)
        >>> model(Batch(torch.zeros(2, 3, 28, 20)), torch.zeros(2))[0].shape
        torch.Size([2, 3, 28, 20, 1])
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int = 0,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        layers: int = 1,
        heads: int = 4,
        patch: int = 1,
    ) -> None:
        super().__init__()
        axes, shapes, context = len(space.shape), halvings(patched(space.shape, patch)), 4 * width
        widths = widths_of(width, len(shapes))
        self.time = TimeEmbedding(context)
        self.conditioner = Conditioner(conditions, context, inputs=inputs)
        self.first = entering(axes, space.channels, width, patch)
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.coarser, self.finer = nn.ModuleList(), nn.ModuleList()
        for place, wide in enumerate(widths):
            before = widths[max(place - 1, 0)]
            self.down.append(stack(axes, [before, *[wide] * (layers - 1)], wide, context))
            self.up.append(stack(axes, [2 * wide] * layers, wide, context))
        for place in range(len(shapes) - 1):
            self.coarser.append(Halve(shapes[place], shapes[place + 1], widths[place]))
            self.finer.append(Double(shapes[place + 1], shapes[place], widths[place + 1], widths[place]))
        self.middle = nn.ModuleList(ResidualCells(axes, widths[-1], widths[-1], context) for _ in range(2))
        self.attention = CellAttention(widths[-1], heads)
        self.reading = CellReading(conditions, widths[-1], heads)
        self.outputs = Outputs(space, width, outputs[0], patch=patch)
        zeroed(self.outputs.layer)

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        context = self.time(time) + self.conditioner(batch.conditions, len(batch))
        x, seen = self.first(batch.values), []
        for place, blocks in enumerate(self.down):
            x = self.coarser[place - 1](x) if place else x
            for block in cast(nn.ModuleList, blocks):
                x = block(x, context)
                seen.append(x)
        x = self.attention(self.middle[0](x, context))
        x = self.middle[1](self.reading(x, batch.conditions), context)
        for place in reversed(range(len(self.up))):
            for block in cast(nn.ModuleList, self.up[place]):
                x = block(torch.cat([x, seen.pop()], 1), context)
            x = self.finer[place - 1](x) if place else x
        return (self.outputs(x),)


def stack(axes: int, inputs: Sequence[int], outputs: int, context: int) -> nn.ModuleList:
    """Return residual blocks one after the other."""
    return nn.ModuleList(ResidualCells(axes, one, outputs, context) for one in inputs)
