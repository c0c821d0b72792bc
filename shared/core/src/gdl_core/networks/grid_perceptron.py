"""Perceptrons over all patches of a grid: on three axes a step takes a small part of what convolutions take.

They have weights for each place, and fit objects that are all laid in the grid the same way. One linear layer makes
`channels` numbers of each patch, and another draws each patch from such numbers.
"""

from collections.abc import Mapping, Sequence
from math import prod

from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.patches import Patches
from gdl_core.networks.perceptron import Perceptron
from gdl_core.networks.precision import in_float32
from gdl_core.networks.pyramid import cells_last
from gdl_core.spaces import Batch, Grid


class GridPerceptronEncoder(nn.Module):
    """Sums up a grid. Shapes: (batch, channels, *shape) -> (batch, outputs[0]).

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

    Example:
        >>> import torch
        >>> model = GridPerceptronDecoder(Grid(channels=1, shape=(9, 9)), inputs=4, outputs=(2,), width=8, patch=2)
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
        channels: int = 8,
        patch: int = 4,
    ) -> None:
        super().__init__()
        self.patches = Patches(space.shape, patch)
        self.answers, self.channels = (space.channels, outputs[0]), channels
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(inputs, prod(self.patches.counts) * channels, width=width, layers=layers)
        self.leaving = nn.Linear(channels, prod(self.answers) * prod(self.patches.sizes))

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.body(codes, self.conditioner(conditions, len(codes))).unflatten(1, (-1, self.channels))
        cells = self.patches.join(in_float32(self.leaving, x), channels=prod(self.answers))
        return (cells_last(cells, self.answers[1]),)
