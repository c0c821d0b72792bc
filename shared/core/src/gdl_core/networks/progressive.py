"""Residual convolutions that begin with coarse grids and grow to fine ones, after Karras et al. (2018).

arXiv:1710.10196. Every scale adds to what the coarser ones make of a sample, and a new one does so little by little;
unlike there the coarser results stay when it is in full, as in arXiv:1912.04958, so that nothing is thrown away.
"""

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import halvings, widths_of
from gdl_core.networks.precision import in_float32
from gdl_core.networks.projection import ProjectionHead
from gdl_core.networks.pyramid import cells_last, coarser, finer
from gdl_core.networks.residual import residual_stage
from gdl_core.networks.strides import convolve
from gdl_core.spaces import Batch, Grid


class Growing(nn.Module):
    """A network over several scales that knows up to which it works; a new one works up to the finest.

    Example:
        >>> network = Growing(scales=3)
        >>> network.grow(1.25)
        >>> network.shares()
        [1.0, 1.0, 0.25]
    """

    scale: Tensor

    def __init__(self, scales: int) -> None:
        super().__init__()
        self.scales = scales
        self.register_buffer("scale", torch.tensor(float(scales - 1)))

    def grow(self, scale: float) -> None:
        """Work up to a scale, counted from 0 for the coarsest; a fraction says how much the next one adds."""
        self.scale.fill_(min(scale, self.scales - 1.0))

    def shares(self) -> list[float]:
        """Return how much each scale adds, the coarsest first."""
        scale = float(self.scale)
        return [min(max(scale + 1 - place, 0.0), 1.0) for place in range(self.scales)]


class ProgressiveGenerator(Growing):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    Cells that are finer than it has grown repeat those of its finest scale. `width` is the number of channels at the
    finest scale; it grows at coarser ones. `layers` blocks a scale.

    Example:
        >>> model = ProgressiveGenerator(Grid(channels=1, shape=(8,)), inputs=4, outputs=(1,), width=8)
        >>> model.grow(0)
        >>> grid = model(torch.ones(1, 4), {})[0].flatten()
        >>> torch.equal(grid[::2], grid[1::2])
        True
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
    ) -> None:
        shapes = halvings(space.shape)[::-1]
        super().__init__(len(shapes))
        self.shapes, self.outputs = shapes, outputs[0]
        sizes, axes = widths_of(width, len(shapes))[::-1], len(space.shape)
        self.conditioner = Conditioner(conditions, inputs)
        self.first = nn.Linear(inputs, sizes[0] * math.prod(shapes[0]))
        pairs = zip([sizes[0], *sizes], sizes, strict=False)
        self.stages = nn.ModuleList(residual_stage(before, after, axes, layers) for before, after in pairs)
        self.results = nn.ModuleList(convolve(axes, size, space.channels * self.outputs) for size in sizes)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes + self.conditioner(conditions, len(codes))).unflatten(1, (-1, *self.shapes[0]))
        total: Tensor | None = None
        for stage, result, shape, share in zip(self.stages, self.results, self.shapes, self.shares(), strict=True):
            if share:
                x = stage(finer(x, shape))
                new = in_float32(result, F.leaky_relu(x, 0.2))
                total = new if total is None else finer(total, shape) + share * new
        assert total is not None
        return (cells_last(finer(total, self.shapes[-1]), self.outputs),)


class ProgressiveDiscriminator(Growing):
    """Sums up a grid, of which it sees means where it has not grown.

    Shapes: (batch, channels, *shape) -> (batch, outputs[0]).

    Example:
        >>> model = ProgressiveDiscriminator(Grid(channels=1, shape=(8,)), outputs=(1,), width=8)
        >>> model.grow(0)
        >>> batch = Batch(torch.tensor([[[1.0, 3.0] * 4], [[2.0, 2.0] * 4]]))
        >>> torch.equal(*model(batch))
        True
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        layers: int = 1,
    ) -> None:
        shapes = halvings(space.shape)
        super().__init__(len(shapes))
        self.shapes = shapes
        sizes, axes = widths_of(width, len(shapes)), len(space.shape)
        pairs = list(zip([sizes[0], *sizes], sizes, strict=False))
        self.entrances = nn.ModuleList(convolve(axes, space.channels, before) for before, _ in pairs)
        self.stages = nn.ModuleList(residual_stage(before, after, axes, layers) for before, after in pairs)
        self.features = nn.Linear(sizes[-1] * math.prod(shapes[-1]), sizes[-1])
        self.head = ProjectionHead(sizes[-1], outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        cells, shares = batch.values, self.shares()[::-1]
        x: Tensor | None = None
        parts = zip(self.entrances, self.stages, self.shapes, shares, [0.0, *shares], strict=False)
        for entrance, stage, shape, share, share_of_finer in parts:
            cells = coarser(cells, shape)
            if share:
                seen = entrance(cells)
                x = stage(seen if x is None else seen + share_of_finer * coarser(x, shape))
        assert x is not None
        x = self.features(F.leaky_relu(x.flatten(1), 0.2))
        return self.head(F.leaky_relu(x, 0.2), batch.conditions)
