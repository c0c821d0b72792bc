"""Ways from data to noise: x_t = alpha(t) x + sigma(t) noise.

All that a denoiser can know depends on the *ratio* sigma / alpha alone; an interpolant says how time runs along the
ratios and how the sample is scaled on the way. Kingma et al. (2021), arXiv:2107.00630; Karras et al. (2022),
arXiv:2206.00364.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import torch
from torch import Tensor

from gdl_core.spaces import Space

LOWEST = 0.002
"""The least ratio of noise to data that a denoiser is trained for."""

Number = TypeVar("Number", float, Tensor)


class Moment(NamedTuple, Generic[Number]):
    """A time, the factors of data and noise at it, how fast these change, and until when a step from there lasts."""

    time: Number
    alpha: Number
    sigma: Number
    alpha_rate: Number
    sigma_rate: Number
    until: Number | None = None


class Interpolant(ABC):
    """A way from data to noise. Its times run from 0, where there is no noise, to `latest`."""

    latest: float = 1.0
    """The time at which sampling begins, with nothing but noise."""

    @abstractmethod
    def at(self, time: Tensor) -> Moment[Tensor]:
        """Return the factors and their rates at times of any shape."""

    @abstractmethod
    def time(self, ratio: Tensor) -> Tensor:
        """Return the times at which noise and data stand in these ratios."""

    @property
    def earliest(self) -> float:
        """The least time that a denoiser is trained for."""
        return float(self.time(torch.tensor(LOWEST, dtype=torch.float64)))

    def times(self, steps: int) -> Tensor:
        """Return the `steps` + 1 times of a sampler, the latest first, 0 last. Shapes: (steps + 1,), float64."""
        return torch.linspace(self.latest, 0, steps + 1, dtype=torch.float64)

    def draw(self, uniform: Tensor) -> Tensor:
        """Turn numbers uniform on [0, 1) into times to train at."""
        return self.earliest + (self.latest - self.earliest) * uniform

    def place(self, time: Tensor) -> Tensor:
        """Return the times as a network is told them, between 0 and 1."""
        return time


@dataclass(frozen=True)
class Straight(Interpolant):
    """The straight line (1 - t) x + t noise. Lipman et al. (2022), arXiv:2210.02747; Liu et al., arXiv:2209.03003.

    Example:
        >>> Straight().at(torch.tensor(0.25)).alpha
        tensor(0.7500)
    """

    latest = 0.999

    def at(self, time: Tensor) -> Moment[Tensor]:
        one = torch.ones_like(time)
        return Moment(time, 1 - time, time, -one, one)

    def time(self, ratio: Tensor) -> Tensor:
        return ratio / (1 + ratio)


@dataclass(frozen=True)
class Cosine(Interpolant):
    """Constant variance along a quarter circle. Nichol and Dhariwal (2021), arXiv:2102.09672, without their offset.

    Example:
        >>> moment = Cosine().at(torch.tensor(0.5))
        >>> torch.equal(moment.alpha, moment.sigma)
        True
    """

    latest = 0.999

    def at(self, time: Tensor) -> Moment[Tensor]:
        angle = math.pi / 2 * time
        alpha, sigma = angle.cos(), angle.sin()
        return Moment(time, alpha, sigma, -math.pi / 2 * sigma, math.pi / 2 * alpha)

    def time(self, ratio: Tensor) -> Tensor:
        return ratio.atan() * (2 / math.pi)


@dataclass(frozen=True)
class LinearBeta(Interpolant):
    """Constant variance, forgetting at a rate that grows from `least` to `greatest`: the limit of many small steps of
    Ho et al. (2020), arXiv:2006.11239, as Song et al. (2020), arXiv:2011.13456, give it.

    Example:
        >>> LinearBeta().at(torch.tensor(1.0)).alpha
        tensor(0.0066)
    """

    least: float = 0.1
    greatest: float = 20.0

    def at(self, time: Tensor) -> Moment[Tensor]:
        growth = self.greatest - self.least
        logarithm = -(self.least + growth * time / 2) * time / 2
        alpha, sigma = logarithm.exp(), (-torch.expm1(2 * logarithm)).sqrt()
        alpha_rate = -(self.least + growth * time) / 2 * alpha
        return Moment(time, alpha, sigma, alpha_rate, -alpha * alpha_rate / sigma)

    def time(self, ratio: Tensor) -> Tensor:
        growth = self.greatest - self.least
        logarithm = torch.log1p(ratio**2)  # -2 ln alpha = least t + growth t^2 / 2
        return 2 * logarithm / (self.least + (self.least**2 + 2 * growth * logarithm).sqrt())


@dataclass(frozen=True)
class Exploding(Interpolant):
    """Noise that is added to unchanged data, whose time is its level: Karras et al. (2022), arXiv:2206.00364.

    Training draws ln sigma from N(mean, deviation²); the steps of a sampler are equal in sigma^(1 / bend).

    Example:
        >>> Exploding().times(3)
        tensor([8.0000e+01, 2.5152e+00, 2.0000e-03, 0.0000e+00], dtype=torch.float64)
    """

    latest = 80.0
    mean: float = -1.2
    deviation: float = 1.2
    bend: float = 7.0

    def at(self, time: Tensor) -> Moment[Tensor]:
        one = torch.ones_like(time)
        return Moment(time, one, time, 0 * one, one)

    def time(self, ratio: Tensor) -> Tensor:
        return ratio

    def times(self, steps: int) -> Tensor:
        first, last = self.latest ** (1 / self.bend), LOWEST ** (1 / self.bend)
        levels = torch.linspace(first, last if steps > 1 else first, steps, dtype=torch.float64) ** self.bend
        return torch.cat([levels, levels.new_zeros(1)])

    def draw(self, uniform: Tensor) -> Tensor:
        logarithm = self.mean + self.deviation * torch.special.ndtri(uniform.clamp(1e-6, 1 - 1e-6))
        return logarithm.exp().clamp(LOWEST, self.latest)

    def place(self, time: Tensor) -> Tensor:
        return (time / LOWEST).log() / math.log(self.latest / LOWEST)


INTERPOLANTS: Mapping[str, Interpolant] = {
    "straight": Straight(),
    "cosine": Cosine(),
    "linear-beta": LinearBeta(),
    "exploding": Exploding(),
}


def moments(interpolant: Interpolant, times: Tensor) -> list[Moment[float]]:
    """Return what a solver needs to know of each time, as plain numbers.

    Example:
        >>> moments(Straight(), torch.tensor([0.5], dtype=torch.float64))
        [Moment(time=0.5, alpha=0.5, sigma=0.5, alpha_rate=-1.0, sigma_rate=1.0, until=None)]
    """
    rows = torch.stack(list(interpolant.at(times)[:5]), 1).tolist()
    return [Moment(*row) for row in rows]


def mix(space: Space, data: Sequence[Tensor], noise: Sequence[Tensor], moment: Moment[Tensor]) -> tuple[Tensor, ...]:
    """Put noise over data, at a moment for each sample. Shapes: real forms and moments of (batch,) -> a real form."""
    return tuple(
        space.spread(moment.alpha, x) * x + space.spread(moment.sigma, x) * n for x, n in zip(data, noise, strict=True)
    )
