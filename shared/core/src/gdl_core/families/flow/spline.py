"""Rational-quadratic splines with identity tails (Durkan et al. 2019, arXiv:1906.04032)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

LEAST = 1e-3
"""The least share of a bin in the width and height of the spline, and the least slope at a knot."""

SLOPE_ONE = math.log(math.expm1(1 - LEAST))
"""What stands for a slope of one: softplus(SLOPE_ONE) + LEAST = 1."""


class Spline:
    """A monotone rational-quadratic spline on [-bound, bound], the identity beyond; both directions in closed form.

    Of each number's 3 bins - 1 parameters the first say how wide the bins are, the next how high, the last how steep
    the spline is at the knots between them. The slope at both ends is one, so that the tails go on smoothly.

    Example:
        >>> spline = Spline(bins=4)
        >>> theta = torch.randn(100, spline.parameters)
        >>> y, _ = spline.forward(torch.linspace(-6, 6, 100), theta)
        >>> torch.allclose(spline.inverse(y, theta), torch.linspace(-6, 6, 100), atol=1e-4)
        True
    """

    def __init__(self, *, bins: int = 8, bound: float = 5.0) -> None:
        self.bins, self.bound = bins, bound
        self.parameters = 3 * bins - 1

    def forward(self, x: Tensor, theta: Tensor) -> tuple[Tensor, Tensor]:
        inside = x.clamp(-self.bound, self.bound)
        left, width, bottom, height, slope, first, last = self._bin(inside, theta, 0)
        along = (inside - left) / width
        bend = along * (1 - along)
        below = slope + (first + last - 2 * slope) * bend
        risen = height * (slope * along * along + first * bend) / below
        steep = slope * slope * (last * along * along + 2 * slope * bend + first * (1 - along) ** 2)
        return bottom + risen + (x - inside), steep.log() - 2 * below.log()

    def inverse(self, y: Tensor, theta: Tensor) -> Tensor:
        inside = y.clamp(-self.bound, self.bound)
        left, width, bottom, height, slope, first, last = self._bin(inside, theta, 1)
        risen = inside - bottom
        curve = risen * (first + last - 2 * slope)
        a, b, c = height * (slope - first) + curve, height * first - curve, -slope * risen
        along = 2 * c / (-b - (b * b - 4 * a * c).clamp(min=0).sqrt())  # the root that stays exact as a goes to 0
        return left + along * width + (y - inside)

    def _bin(self, inside: Tensor, theta: Tensor, axis: int) -> tuple[Tensor, ...]:
        """Find each number's bin along x (axis 0) or y (axis 1).

        Returns the bin's left and width, its bottom and height, its mean slope, and the slopes at its two ends.
        """
        shares = theta[..., : 2 * self.bins].unflatten(-1, (2, self.bins)).softmax(-1)
        sizes = shares * (2 * self.bound * (1 - LEAST * self.bins)) + 2 * self.bound * LEAST
        ends = sizes.cumsum(-1) - self.bound  # (..., 2, bins): where each bin ends
        place = (inside[..., None] >= ends[..., axis, :-1].detach()).sum(-1, keepdim=True)
        where = place[..., None, :].expand(*place.shape[:-1], 2, 1)
        width, height = sizes.gather(-1, where).squeeze(-1).unbind(-1)
        right, top = ends.gather(-1, where).squeeze(-1).unbind(-1)
        slopes = F.pad(theta[..., 2 * self.bins :] + SLOPE_ONE, (1, 1), value=SLOPE_ONE)
        first, last = (F.softplus(slopes.gather(-1, torch.cat([place, place + 1], -1))) + LEAST).unbind(-1)
        return right - width, width, top - height, height, height / width, first, last
