"""Increasing maps of single numbers, whose parameters a network gives: what couplings apply to each element."""

from typing import Protocol

import torch
from torch import Tensor

STRETCH = 3.0
"""The logarithm of the most that one affine map stretches or shrinks: more is left to the next."""


class Law(Protocol):
    """An increasing map of each number, with `parameters` numbers beside it that say which. At zero it is the identity.

    Shapes: numbers (...), theta (..., parameters) -> (...).
    """

    parameters: int

    def forward(self, x: Tensor, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mapped numbers and the logarithm of the map's derivative at each."""

    def inverse(self, y: Tensor, theta: Tensor) -> Tensor:
        """Return the numbers that `forward` maps to y."""


class Additive:
    """x + t. Volume stays as it is (Dinh et al. 2014, NICE, arXiv:1410.8516).

    Example:
        >>> Additive().forward(torch.tensor([1.0]), torch.tensor([[0.5]]))
        (tensor([1.5000]), tensor([0.]))
    """

    parameters = 1

    def forward(self, x: Tensor, theta: Tensor) -> tuple[Tensor, Tensor]:
        return x + theta.squeeze(-1), torch.zeros_like(x)

    def inverse(self, y: Tensor, theta: Tensor) -> Tensor:
        return y - theta.squeeze(-1)


class Affine:
    """x exp(s) + t, with s softly kept within `STRETCH` (Dinh et al. 2016, RealNVP, arXiv:1605.08803).

    Example:
        >>> y, log_slope = Affine().forward(torch.tensor([2.0]), torch.tensor([[0.0, 1.0]]))
        >>> y, log_slope
        (tensor([3.]), tensor([0.]))
    """

    parameters = 2

    def forward(self, x: Tensor, theta: Tensor) -> tuple[Tensor, Tensor]:
        scale, shift = self._read(theta)
        return x * scale.exp() + shift, scale  # addcmul has a slower derivative

    def inverse(self, y: Tensor, theta: Tensor) -> Tensor:
        scale, shift = self._read(theta)
        return (y - shift) * (-scale).exp()

    def _read(self, theta: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithm of the slope, and the shift. Shapes: (..., 2) -> (...), (...)."""
        raw, shift = theta.movedim(-1, 0)
        return torch.tanh(raw / STRETCH) * STRETCH, shift
