"""Lean networks for couplings, of which a flow has many: no norms, no time."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.spaces import Batch, Grid, Vector

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


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
        hidden = [layer for _ in range(layers - 1) for layer in (nn.ReLU(), nn.Linear(width, width))]
        self.first = nn.Linear(inputs, width)
        self.rest = nn.Sequential(*hidden, nn.ReLU(), nn.Linear(width, space.size * outputs[0]))
        self.shape = (space.size, outputs[0])
        zero(self.rest[-1])

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        x = self.first(codes)
        if self.conditioner is not None:
            x = x + self.conditioner(conditions, len(codes))
        return (self.rest(x).view(-1, *self.shape),)


class GridCoupling(nn.Module):
    """Residual convolutions over one, two or three axes, after the couplings of Glow (arXiv:1807.03039).

    It starts with zeros; the border of a grid is known by a channel of ones beside the padding's zeros.
    Shapes: (batch, channels, *axes), (batch,) -> (batch, channels, *axes, outputs[0]).
    """

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
        convolution = CONVOLUTIONS[len(space.shape) - 1]
        self.conditioner = Conditioner(conditions, width) if conditions else None
        self.first = convolution(space.channels + 1, width, 3, padding=1)
        self.layers = nn.ModuleList(
            nn.Sequential(
                nn.SiLU(),
                convolution(width, width, 1),
                nn.SiLU(),
                nn.Dropout(dropout),
                convolution(width, width, 3, padding=1),
            )
            for _ in range(layers)
        )
        self.last = nn.Sequential(nn.SiLU(), convolution(width, space.channels * outputs[0], 1))
        self.outputs = outputs[0]
        zero(self.last[-1])

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        values = batch.values
        x = self.first(nn.functional.pad(values, (0, 0) * (values.ndim - 2) + (0, 1), value=1.0))
        if self.conditioner is not None:
            context = self.conditioner(batch.conditions, len(batch))
            x = x + context.reshape(*context.shape, *(1,) * (x.ndim - 2))
        for layer in self.layers:
            x = x + layer(x)
        return (self.last(x).unflatten(1, (-1, self.outputs)).movedim(2, -1),)


def zero(layer: nn.Module) -> None:
    """Let a layer give zeros until it has learned."""
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
