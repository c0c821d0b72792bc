"""Residual convolutions without normalisation over any number of axes, as in the R3GAN of Huang et al. (2025).

arXiv:2501.05441. Each block starts as nothing but its residual path, which takes the place of normalisation.
"""

import math
from collections.abc import Mapping, Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import halvings, widths_of
from gdl_core.networks.modulation import zeroed
from gdl_core.networks.precision import in_float32
from gdl_core.networks.projection import ProjectionHead
from gdl_core.networks.pyramid import cells_last, coarser, finer
from gdl_core.networks.strides import convolve, entering, leaving, patched
from gdl_core.spaces import Batch, Grid


class ResidualBlock(nn.Module):
    """Two convolutions beside a residual path. Shapes: (batch, inputs, *axes) -> (batch, outputs, *axes)."""

    def __init__(self, inputs: int, outputs: int, axes: int) -> None:
        super().__init__()
        self.path = convolve(axes, inputs, outputs, size=1) if inputs != outputs else nn.Identity()
        self.first, self.second = convolve(axes, outputs, outputs), zeroed(convolve(axes, outputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        x = self.path(x)
        return x + self.second(F.leaky_relu(self.first(F.leaky_relu(x, 0.2)), 0.2))


def residual_stage(inputs: int, outputs: int, axes: int, layers: int) -> nn.Sequential:
    """Return the blocks of one scale."""
    return nn.Sequential(*(ResidualBlock(inputs if place == 0 else outputs, outputs, axes) for place in range(layers)))


class ResidualGenerator(nn.Module):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    `width` is the number of channels at the finest scale, that of patches `patch` cells long; it grows at coarser ones.
    `layers` blocks a scale.
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
        patch: int = 1,
    ) -> None:
        super().__init__()
        self.shapes, self.outputs = halvings(patched(space.shape, patch))[::-1], outputs[0]
        sizes, axes = widths_of(width, len(self.shapes))[::-1], len(space.shape)
        self.conditioner = Conditioner(conditions, inputs)
        self.first = nn.Linear(inputs, sizes[0] * math.prod(self.shapes[0]))
        pairs = zip([sizes[0], *sizes], sizes, strict=False)
        self.stages = nn.ModuleList(residual_stage(before, after, axes, layers) for before, after in pairs)
        self.last = leaving(space.shape, sizes[-1], space.channels * self.outputs, patch)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes + self.conditioner(conditions, len(codes))).unflatten(1, (-1, *self.shapes[0]))
        for stage, shape in zip(self.stages, self.shapes, strict=True):
            x = stage(finer(x, shape))
        return (cells_last(in_float32(self.last, F.leaky_relu(x, 0.2)), self.outputs),)


class ResidualDiscriminator(nn.Module):
    """Sums up a grid, from its patches on. Shapes: (batch, channels, *shape) -> (batch, outputs[0])."""

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        layers: int = 1,
        patch: int = 1,
    ) -> None:
        super().__init__()
        self.shapes = halvings(patched(space.shape, patch))
        sizes, axes = widths_of(width, len(self.shapes)), len(space.shape)
        self.first = entering(axes, space.channels, sizes[0], patch)
        pairs = zip([sizes[0], *sizes], sizes, strict=False)
        self.stages = nn.ModuleList(residual_stage(before, after, axes, layers) for before, after in pairs)
        self.features = nn.Linear(sizes[-1] * math.prod(self.shapes[-1]), sizes[-1])
        self.head = ProjectionHead(sizes[-1], outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        x = self.first(batch.values)
        for stage, shape in zip(self.stages, self.shapes, strict=True):
            x = stage(coarser(x, shape))
        x = self.features(F.leaky_relu(x.flatten(1), 0.2))
        return self.head(F.leaky_relu(x, 0.2), batch.conditions)
