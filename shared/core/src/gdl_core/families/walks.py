"""Walks of Markov chains over real numbers whose stationary density is exp(-energy).

Each is a function of the energy with its gradient, of where the chains stand, and of a source of random numbers. One
size means the same in all: a proposal adds normal noise of variance `size`, and drifts by half of it down the gradient.
"""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from gdl_core.randomness import Source

Parts = tuple[Tensor, ...]

Potential = Callable[[Parts], tuple[Tensor, Parts]]
"""The energy of each chain, and its gradient. Shapes: each (batch, ...) -> (batch,), the same as came in."""


class Sampler(Protocol):
    """Moves chains by a number of steps of a size."""

    def __call__(self, potential: Potential, x: Parts, source: Source, *, size: float, steps: int) -> Parts: ...


def langevin(potential: Potential, x: Parts, source: Source, *, size: float, steps: int) -> Parts:
    """Walk by the unadjusted Langevin algorithm: x <- x - size / 2 * gradient + sqrt(size) * noise.

    The size is not free: on a standard normal energy the stationary variance is 1 / (1 - size / 4) instead of 1.
    Roberts and Tweedie (1996), "Exponential convergence of Langevin distributions and their discrete approximations".

    Example:
        >>> from gdl_core.randomness import Streams
        >>> def normal(x):
        ...     return x[0].square().sum(1) / 2, x
        >>> (x,) = langevin(normal, (torch.full((2000, 1), 5.0),), Streams(0, range(2000)), size=1.0, steps=30)
        >>> round(float(x.var()), 1), 1 / (1 - 1 / 4)
        (1.3, 1.3333333333333333)
    """
    for _ in range(steps):
        _, gradient = potential(x)
        x = _plus(_plus(x, gradient, -size / 2), _noise(x, source), size**0.5)
    return x


def mala(potential: Potential, x: Parts, source: Source, *, size: float, steps: int) -> Parts:
    """Walk by the Metropolis-adjusted Langevin algorithm, whose stationary density is exact at any size.

    Besag (1994), in the discussion of Grenander and Miller; Roberts and Tweedie (1996).
    """
    energy, gradient = potential(x)
    for _ in range(steps):
        there = _plus(_plus(x, gradient, -size / 2), _noise(x, source), size**0.5)
        energy_there, gradient_there = potential(there)
        onward = _squares(_plus(_plus(there, x, -1), gradient, size / 2)) / (2 * size)
        back = _squares(_plus(_plus(x, there, -1), gradient_there, size / 2)) / (2 * size)
        taken = _accepted(energy - energy_there + onward - back, source)
        energy = torch.where(taken, energy_there, energy)
        x, gradient = _where(taken, there, x), _where(taken, gradient_there, gradient)
    return x


def hamiltonian(potential: Potential, x: Parts, source: Source, *, size: float, steps: int, leaps: int = 5) -> Parts:
    """Walk by Hamiltonian Monte Carlo: in each step `leaps` leapfrogs of length sqrt(size), then accept or stay.

    Exact at any size; with one leap it is `mala`. Neal (2011), arXiv:1206.1901, section 3.
    """
    length = size**0.5
    energy, gradient = potential(x)
    for _ in range(steps):
        momentum = start = _noise(x, source)
        there, energy_there, gradient_there = x, energy, gradient
        for _ in range(leaps):
            momentum = _plus(momentum, gradient_there, -length / 2)
            there = _plus(there, momentum, length)
            energy_there, gradient_there = potential(there)
            momentum = _plus(momentum, gradient_there, -length / 2)
        taken = _accepted(energy - energy_there + (_squares(start) - _squares(momentum)) / 2, source)
        energy = torch.where(taken, energy_there, energy)
        x, gradient = _where(taken, there, x), _where(taken, gradient_there, gradient)
    return x


SAMPLERS: dict[str, Sampler] = {"langevin": langevin, "mala": mala, "hmc": hamiltonian}
"""The walks by the names that a user may choose from."""


def _noise(x: Parts, source: Source) -> Parts:
    return tuple(source.normal(*part.shape[1:]).to(part) for part in x)


def _plus(x: Parts, y: Parts, weight: float) -> Parts:
    return tuple(torch.add(a, b, alpha=weight) for a, b in zip(x, y, strict=True))


def _squares(x: Parts) -> Tensor:
    """Return the squared length of each chain. Shapes: each (batch, ...) -> (batch,)."""
    return torch.stack([part.square().flatten(1).sum(1) for part in x]).sum(0)


def _accepted(log_ratio: Tensor, source: Source) -> Tensor:
    """Say which chains move, by the rule of Metropolis and Hastings; none moves where the ratio is not a number."""
    return log_ratio > source.uniform(1).squeeze(1).to(log_ratio).log()


def _where(taken: Tensor, x: Parts, y: Parts) -> Parts:
    return tuple(torch.where(taken.reshape(-1, *(1,) * (a.ndim - 1)), a, b) for a, b in zip(x, y, strict=True))
