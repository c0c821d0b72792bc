"""Perceptrons over all cells of a grid: on three axes a step takes a small part of what convolutions take.

They have weights for each place, and fit objects that are all laid in the grid the same way.
"""

from collections.abc import Mapping, Sequence
from math import prod

import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import zeroed
from gdl_core.networks.patches import Patches
from gdl_core.networks.perceptron import Perceptron
from gdl_core.networks.pyramid import cells_last
from gdl_core.spaces import Batch, Grid

LINEAR = ("linear", "bilinear", "trilinear")


class GridPerceptronEncoder(nn.Module):
    """Sums up a grid. Shapes: (batch, channels, *shape) -> (batch, outputs[0]).

    One linear layer makes `channels` numbers of each patch, which is `patch` cells long on each axis.

    Example:
        >>> import torch
        >>> model = GridPerceptronEncoder(Grid(channels=1, shape=(9, 9)), outputs=(4,), width=8, patch=2)
        >>> model(Batch(torch.zeros(3, 1, 9, 9))).shape
        torch.Size([3, 4])
    """

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 1,
        channels: int = 8,
        patch: int = 4,
    ) -> None:
        super().__init__()
        self.patches = Patches(space.shape, patch)
        self.entering = nn.Linear(space.channels * prod(self.patches.sizes), channels)
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(channels * prod(self.patches.counts), outputs[0], width=width, layers=layers)

    def forward(self, batch: Batch) -> Tensor:
        rows = self.entering(self.patches.cut(batch.values))  # batch, patches, channels
        return self.body(rows.flatten(1), self.conditioner(batch.conditions, len(batch)))


class GridPerceptronDecoder(nn.Module):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    Only every `patch`-th number along each axis is made; those between lie on straight lines, for even surfaces.

    Example:
        >>> import torch
        >>> model = GridPerceptronDecoder(Grid(channels=1, shape=(9, 9)), inputs=4, outputs=(2,), width=8)
        >>> model(torch.zeros(3, 4), {})[0].shape
        torch.Size([3, 1, 9, 9, 2])
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 1,
        patch: int = 2,
    ) -> None:
        super().__init__()
        self.shape, self.patch, self.outputs = space.shape, patch, outputs[0]
        self.made = (space.channels * outputs[0], *(-(-size // patch) for size in space.shape))
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(inputs, prod(self.made), width=width, layers=layers)
        zeroed(self.body.last[-1])  # a random start would stay in the cells as roughness

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.body(codes, self.conditioner(conditions, len(codes))).unflatten(1, self.made)
        x = F.interpolate(x, scale_factor=self.patch, mode=LINEAR[len(self.shape) - 1])
        return (cells_last(x[:, :, *(slice(size) for size in self.shape)], self.outputs),)
