"""The last layer of a critic: it asks of each sample what the sample was asked to be."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.precision import in_float32


class ProjectionHead(nn.Module):
    """A linear layer whose weights depend on the conditions: Miyato and Koyama (2018), arXiv:1802.05637.

    A score is the sum of one that is the same for all and of the features' product with what the conditions stand for.
    Shapes: (batch, width) -> (batch, outputs).

    Example:
        >>> ProjectionHead(16, 1)(torch.ones(3, 16), {}).shape
        torch.Size([3, 1])
    """

    def __init__(self, width: int, outputs: int, conditions: Sequence[Condition] = ()) -> None:
        super().__init__()
        self.shared = nn.Linear(width, outputs)
        self.conditioner = Conditioner(conditions, outputs * width)
        self.outputs, self.scale = outputs, width**-0.5

    def forward(self, features: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        scores = in_float32(self.shared, features)
        if not self.conditioner.parts:
            return scores
        directions = self.conditioner(conditions, len(features)).unflatten(1, (self.outputs, -1))
        return scores + torch.einsum("bow,bw->bo", directions, features) * self.scale
