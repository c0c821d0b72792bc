"""Lean networks for couplings, of which a flow has many: no norms, no time."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import zeroed
from gdl_core.networks.precision import in_float32
from gdl_core.networks.strides import convolve
from gdl_core.spaces import Batch, Grid, Points, Vector


class VectorConditioner(nn.Module):
    """A plain perceptron that makes numbers for each dimension from others.

    It starts with zeros. Shapes: (batch, inputs) -> (batch, size, outputs[0]).
    """

    def __init__(
        self,
        space: Vector,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 2,
    ) -> None:
        super().__init__()
        self.conditioner = Conditioner(conditions, width) if conditions else None
        hidden = [layer for _ in range(layers - 1) for layer in (nn.ReLU(inplace=True), nn.Linear(width, width))]
        self.first = nn.Linear(inputs, width)
        self.rest = nn.Sequential(*hidden, nn.ReLU(inplace=True), nn.Linear(width, space.size * outputs[0]))
        self.outputs, self.size = outputs[0], space.size
        zeroed(self.rest[-1])

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes)
        if self.conditioner is not None:
            x = x + self.conditioner(conditions, len(codes))
        *hidden, last = self.rest  # a slice would be built anew at each call
        for layer in hidden:
            x = layer(x)
        return (in_float32(last, x).view(-1, self.outputs, self.size).mT,)  # laws read each of `outputs` in one piece


class GridCoupling(nn.Module):
    """Residual convolutions over one, two or three axes, after the couplings of Glow (arXiv:1807.03039).

    It starts with zeros. Cells know where they stand: their coordinates are channels (Liu et al. 2018,
    arXiv:1807.03247).
    Shapes: (batch, channels, *axes), (batch,) -> (batch, channels, *axes, outputs[0]).
    """

    places: Tensor

    def __init__(
        self,
        space: Grid,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 2,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        axes = len(space.shape)
        self.conditioner = Conditioner(conditions, width) if conditions else None
        lines = [torch.linspace(-1, 1, size) for size in space.shape]
        self.register_buffer("places", torch.stack(torch.meshgrid(*lines, indexing="ij")), persistent=False)
        self.first = convolve(axes, space.channels + axes, width)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.SiLU(),
                convolve(axes, width, width, size=1),
                nn.SiLU(),
                nn.Dropout(dropout),
                convolve(axes, width, width),
            )
            for _ in range(layers)
        )
        self.last = nn.Sequential(nn.SiLU(), convolve(axes, width, space.channels * outputs[0], size=1))
        self.outputs = outputs[0]
        zeroed(self.last[-1])

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        x = self.first(torch.cat([batch.values, self.places.expand(len(batch), *self.places.shape)], 1))
        if self.conditioner is not None:
            context = self.conditioner(batch.conditions, len(batch))
            x = x + context.reshape(*context.shape, *(1,) * (x.ndim - 2))
        for layer in self.layers:
            x = x + layer(x)
        return (in_float32(self.last, x).unflatten(1, (-1, self.outputs)).movedim(2, -1),)


class SetCoupling(nn.Module):
    """Residual layers over points, each of which also sees the mean over all (Zaheer et al. 2017, arXiv:1703.06114).

    It starts with zeros; permuting points permutes the output.
    Shapes: (batch, points, features), (batch,) -> (batch, points, features, outputs[0]).
    """

    def __init__(
        self,
        space: Points,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 2,
    ) -> None:
        super().__init__()
        features = space.parts[0].shape[-1]
        self.conditioner = Conditioner(conditions, width) if conditions else None
        self.first = nn.Sequential(nn.Linear(features, width), nn.SiLU(), nn.Linear(width, width))
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(2 * width), nn.SiLU(), nn.Linear(2 * width, width), nn.SiLU(), nn.Linear(width, width)
            )
            for _ in range(layers)
        )
        self.last = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(width, features * outputs[0])))
        self.shape = (features, outputs[0])

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        x = self.first(batch.values)
        if self.conditioner is not None:
            x = x + self.conditioner(batch.conditions, len(batch))[:, None]
        for layer in self.layers:
            x = x + layer(torch.cat([x, x.mean(1, keepdim=True).expand_as(x)], -1))
        return (in_float32(self.last, x).unflatten(-1, self.shape),)
