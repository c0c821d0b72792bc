"""Plain stacks of strided convolutions over any number of axes, after the DCGAN of Radford et al. (2016).

arXiv:1511.06434. In place of batch normalisation, which ties the samples of a batch together, the generator
normalises the channels of each cell and the discriminator nothing.
"""

import math
from collections.abc import Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.projection import ProjectionHead
from gdl_core.networks.pyramid import CONVOLUTIONS, TRANSPOSED, cells_last, convolution, scales, widths
from gdl_core.spaces import Batch, Grid


class CellNorm(nn.Module):
    """Gives the channels of each cell a mean square of one (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.float().square().mean(1, keepdim=True) + 1e-8).rsqrt().to(x.dtype)


def _steps(shapes: Sequence[tuple[int, ...]]) -> list[dict[str, tuple[int, ...]]]:
    """Return kernel and stride between neighbouring scales: four cells and every second one, or three and each."""
    halved = [[b != a for a, b in zip(*pair, strict=True)] for pair in zip(shapes, shapes[1:], strict=False)]
    return [{"kernel_size": tuple(3 + h for h in axes), "stride": tuple(1 + h for h in axes)} for axes in halved]


class DcganGenerator(nn.Module):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    `width` is the number of channels at the finest scale; it doubles at each coarser one.
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
    ) -> None:
        super().__init__()
        self.shapes, self.outputs = scales(space.shape), outputs[0]
        sizes, axes = widths(len(self.shapes), width), len(space.shape)
        self.conditioner = Conditioner(conditions, inputs)
        self.first = nn.Linear(inputs, sizes[0] * math.prod(self.shapes[0]))
        self.ups = nn.ModuleList(
            TRANSPOSED[axes - 1](before, after, padding=1, **step)
            for before, after, step in zip(sizes, sizes[1:], _steps(self.shapes), strict=False)
        )
        self.norm = CellNorm()
        self.last = convolution(sizes[-1], space.channels * self.outputs, axes)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes + self.conditioner(conditions, len(codes)))
        x = self.norm(x.unflatten(1, (-1, *self.shapes[0]))).relu()
        for up, shape in zip(self.ups, self.shapes[1:], strict=True):
            x = self.norm(up(x, output_size=shape)).relu()
        return (cells_last(self.last(x), self.outputs),)


class DcganDiscriminator(nn.Module):
    """Sums up a grid. Shapes: (batch, channels, *shape) -> (batch, outputs[0])."""

    def __init__(
        self, space: Grid, *, outputs: Sequence[int], conditions: Sequence[Condition] = (), width: int = 64
    ) -> None:
        super().__init__()
        shapes = scales(space.shape)
        sizes, axes = widths(len(shapes), width)[::-1], len(space.shape)
        self.first = convolution(space.channels, sizes[0], axes)
        self.downs = nn.ModuleList(
            CONVOLUTIONS[axes - 1](before, after, padding=1, **step)
            for before, after, step in zip(sizes, sizes[1:], _steps(shapes)[::-1], strict=False)
        )
        self.features = nn.Linear(sizes[-1] * math.prod(shapes[0]), sizes[-1])
        self.head = ProjectionHead(sizes[-1], outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        x = F.leaky_relu(self.first(batch.values), 0.2)
        for down in self.downs:
            x = F.leaky_relu(down(x), 0.2)
        return self.head(F.leaky_relu(self.features(x.flatten(1)), 0.2), batch.conditions)
