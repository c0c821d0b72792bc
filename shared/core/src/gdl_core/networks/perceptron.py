"""Residual perceptrons over vectors."""

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.precision import in_float32
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Vector


class ResidualLayer(nn.Module):
    """A hidden layer beside a residual path, shifted and scaled by the context (Perez et al. 2018, arXiv:1709.07871).

    Shapes: (batch, width), (batch, width) -> (batch, width).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.modulation = nn.Linear(width, 2 * width)
        self.layer = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        scale, shift = self.modulation(context).chunk(2, -1)
        return x + self.layer(self.norm(x) * (1 + scale) + shift)


class Perceptron(nn.Module):
    """Residual layers between two linear ones. Shapes: (batch, inputs), (batch, width) -> (batch, outputs)."""

    def __init__(self, inputs: int, outputs: int, *, width: int, layers: int) -> None:
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.layers = nn.ModuleList(ResidualLayer(width) for _ in range(layers))
        self.last = nn.Sequential(nn.SiLU(), nn.Linear(width, outputs))

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        x = self.first(x) + context
        for layer in self.layers:
            x = layer(x, context)
        return in_float32(self.last, x)


class VectorEncoder(nn.Module):
    """Sums up a vector. Shapes: (batch, size) -> (batch, outputs[0])."""

    def __init__(
        self,
        space: Vector,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 2,
    ) -> None:
        super().__init__()
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(space.size, outputs[0], width=width, layers=layers)

    def forward(self, batch: Batch) -> Tensor:
        return self.body(batch.values, self.conditioner(batch.conditions, len(batch)))


class VectorDecoder(nn.Module):
    """Makes numbers for each dimension from a code. Shapes: (batch, inputs) -> (batch, size, outputs[0])."""

    def __init__(
        self,
        space: Vector,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 2,
    ) -> None:
        super().__init__()
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(inputs, space.size * outputs[0], width=width, layers=layers)
        self.shape = (space.size, outputs[0])

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        return (self.body(codes, self.conditioner(conditions, len(codes))).unflatten(-1, self.shape),)


class VectorDenoiser(nn.Module):
    """Makes numbers for each dimension at a time. Shapes: (batch, size) -> (batch, size, outputs[0])."""

    def __init__(
        self,
        space: Vector,
        *,
        inputs: int = 0,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
    ) -> None:
        super().__init__()
        self.time = TimeEmbedding(width)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.body = Perceptron(space.size, space.size * outputs[0], width=width, layers=layers)
        self.shape = (space.size, outputs[0])

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        context = self.time(time) + self.conditioner(batch.conditions, len(batch))
        return (self.body(batch.values, context).unflatten(-1, self.shape),)
