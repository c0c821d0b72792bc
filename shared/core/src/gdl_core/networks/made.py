"""A perceptron in which each dimension of a vector is predicted from the dimensions before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.spaces import Batch, Vector


class MaskedLinear(nn.Linear):
    """A linear map without the connections that a mask leaves out. Shapes: (..., inputs) -> (..., outputs)."""

    mask: Tensor

    def __init__(self, mask: Tensor) -> None:
        super().__init__(mask.shape[1], mask.shape[0])
        self.register_buffer("mask", mask.float(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask, self.bias)


@dataclass
class VectorMemory:
    """The dimensions so far, and the vector of the conditions.

    Shapes: values (batch, size), condition (batch, width).
    """

    values: Tensor
    condition: Tensor
    read: int = 0


class MaskedPerceptron(nn.Module):
    """MADE (Germain et al. 2015, arXiv:1502.03509) with residual layers, in the order of the dimensions.

    A hidden unit of degree m sees the first m dimensions, and the units of the same and of lower degrees. Drawing a
    vector takes as many calls as it has dimensions.

    Shapes: (batch, size) -> (batch, size, outputs[0]).

    Example:
        >>> MaskedPerceptron(Vector(3), outputs=(2,))(Batch(torch.zeros(5, 3)))[0].shape
        torch.Size([5, 3, 2])
    """

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
        self.order = list(range(space.size))
        degrees = torch.arange(width) % space.size
        dimensions = torch.arange(space.size)
        self.conditioner = Conditioner(conditions, width)
        self.first = MaskedLinear(degrees[:, None] > dimensions)
        self.layers = nn.ModuleList(MaskedLinear(degrees[:, None] >= degrees) for _ in range(layers))
        self.last = MaskedLinear(dimensions.repeat_interleave(outputs[0])[:, None] >= degrees)

    def forward(self, batch: Batch) -> tuple[Tensor]:
        return (self._predict(batch.values, self.conditioner(batch.conditions, len(batch))),)

    def _predict(self, values: Tensor, condition: Tensor) -> Tensor:
        x = self.first(values) + condition
        for layer in self.layers:
            x = x + layer(F.silu(x))
        return self.last(F.silu(x)).unflatten(-1, (len(self.order), -1))

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> VectorMemory:
        """Return an empty memory for `batch` samples."""
        condition = self.conditioner(conditions, batch)
        return VectorMemory(condition.new_zeros(batch, len(self.order)), condition)

    def advance(self, last: Tensor | None, memory: VectorMemory) -> Tensor:
        """Read the dimension just drawn (None: there is none) and predict the next.

        Shapes: (batch,) -> (batch, outputs[0]).
        """
        if last is not None:
            memory.values[:, memory.read - 1] = last
        memory.read += 1
        return self._predict(memory.values, memory.condition)[:, memory.read - 1]
