"""Plain stacks of strided convolutions over any number of axes, after the DCGAN of Radford et al. (2016).

arXiv:1511.06434. In place of batch normalisation, which ties the samples of a batch together, the generator
normalises the channels of each cell and the discriminator nothing.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import halvings, widths_of
from gdl_core.networks.precision import in_float32
from gdl_core.networks.projection import ProjectionHead
from gdl_core.networks.pyramid import cells_last
from gdl_core.networks.strides import TRANSPOSED, convolve, entering, leaving, patched
from gdl_core.spaces import Batch, Grid


class CellNorm(nn.Module):
    """Gives the channels of each cell a mean square of one (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.float().square().mean(1, keepdim=True) + 1e-8).rsqrt().to(x.dtype)


def _strides(shapes: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return the strides from each shape to the next, or back."""
    return [tuple(1 + (a != b) for a, b in zip(*pair, strict=True)) for pair in pairwise(shapes)]


class Upwards(nn.Module):
    """A transposed convolution from one scale to the next finer one. Shapes: (..., *coarse) -> (..., *fine)."""

    def __init__(self, inputs: int, outputs: int, fine: tuple[int, ...], strides: tuple[int, ...]) -> None:
        super().__init__()
        kernel = tuple(2 + stride for stride in strides)
        self.layer = TRANSPOSED[len(fine) - 1](inputs, outputs, kernel, strides, padding=1)  # type: ignore[arg-type]
        self.fine = fine

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[:, :, *(slice(length) for length in self.fine)]


class DcganGenerator(nn.Module):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    `width` is the number of channels at the finest scale, that of patches `patch` cells long; it grows at coarser ones.
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        patch: int = 1,
    ) -> None:
        super().__init__()
        self.shapes, self.outputs = halvings(patched(space.shape, patch))[::-1], outputs[0]
        sizes = widths_of(width, len(self.shapes))[::-1]
        self.conditioner = Conditioner(conditions, inputs)
        self.first = nn.Linear(inputs, sizes[0] * math.prod(self.shapes[0]))
        self.ups = nn.ModuleList(
            Upwards(*pair, fine, strides)
            for pair, fine, strides in zip(pairwise(sizes), self.shapes[1:], _strides(self.shapes), strict=True)
        )
        self.norm = CellNorm()
        self.last = leaving(space.shape, sizes[-1], space.channels * self.outputs, patch)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes + self.conditioner(conditions, len(codes)))
        x = self.norm(x.unflatten(1, (-1, *self.shapes[0]))).relu()
        for up in self.ups:
            x = self.norm(up(x)).relu()
        return (cells_last(in_float32(self.last, x), self.outputs),)


class DcganDiscriminator(nn.Module):
    """Sums up a grid, from its patches on. Shapes: (batch, channels, *shape) -> (batch, outputs[0])."""

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        patch: int = 1,
    ) -> None:
        super().__init__()
        shapes = halvings(patched(space.shape, patch))
        sizes, axes = widths_of(width, len(shapes)), len(space.shape)
        self.first = entering(axes, space.channels, sizes[0], patch)
        self.downs = nn.ModuleList(
            convolve(axes, *pair, strides=strides)
            for pair, strides in zip(pairwise(sizes), _strides(shapes), strict=True)
        )
        self.features = nn.Linear(sizes[-1] * math.prod(shapes[-1]), sizes[-1])
        self.head = ProjectionHead(sizes[-1], outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        x = F.leaky_relu(self.first(batch.values), 0.2)
        for down in self.downs:
            x = F.leaky_relu(down(x), 0.2)
        return self.head(F.leaky_relu(self.features(x.flatten(1)), 0.2), batch.conditions)
