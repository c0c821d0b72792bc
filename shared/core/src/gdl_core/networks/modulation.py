"""How a context, such as a time or a condition, sets the scales and shifts of a layer."""

from typing import TypeVar

import torch
from torch import Tensor, nn

Layer = TypeVar("Layer", bound=nn.Module)


class Modulation(nn.Module):
    """Numbers that a context sets for every feature, zero at first (Perez et al. 2018, arXiv:1709.07871).

    Shapes: (batch, context) -> `count` of (batch, features).
    """

    def __init__(self, context: int, features: int, count: int) -> None:
        super().__init__()
        self.count = count
        self.layer = zeroed(nn.Linear(context, count * features))

    def forward(self, context: Tensor) -> tuple[Tensor, ...]:
        return self.layer(nn.functional.silu(context)).chunk(self.count, -1)


@torch.no_grad()
def zeroed(layer: Layer) -> Layer:
    """Return the layer with all its parameters zero.

    Example:
        >>> zeroed(nn.Linear(1, 2)).weight.tolist()
        [[0.0], [0.0]]
    """
    for parameter in layer.parameters():
        parameter.zero_()
    return layer
