"""Moments between noise and data as features."""

import math

import torch
from torch import Tensor, nn

FASTEST = 1000.0
"""Turns of the fastest wave from time 0 to 1, as if time were counted in the thousand steps of Ho et al. (2020)."""


class TimeEmbedding(nn.Module):
    """Waves of many speeds (Vaswani et al. 2017, arXiv:1706.03762), then a small network.

    Shapes: (batch,) -> (batch, width).
    """

    frequencies: Tensor

    def __init__(self, width: int, *, waves: int = 64) -> None:
        super().__init__()
        speeds = torch.exp(torch.linspace(0, math.log(FASTEST), waves))
        self.register_buffer("frequencies", speeds, persistent=False)
        self.network = nn.Sequential(nn.Linear(2 * waves, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        angles = time[:, None].to(self.frequencies.dtype) * self.frequencies
        return self.network(torch.cat([angles.cos(), angles.sin()], -1))
