"""One-step sampling: a guess that is the same all along the way from noise to data."""

import torch
from torch import Tensor

from gdl_core.families.diffusion.gaussian import Gaussian, even
from gdl_core.families.diffusion.interpolants import mix
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.roles import Networks
from gdl_core.randomness import Ambient
from gdl_core.spaces import Batch, Space

FEWEST, MOST = 10, 1280
HUBER = 0.00054
"""How far the errors of one element may go until they count by size, not by square."""


class Consistency(Gaussian):
    """The guess at one level of noise follows that at the next lower level, down to the data themselves.

    Consistency models (Song et al. 2023, arXiv:2303.01469) trained without a teacher (Song and Dhariwal 2023,
    arXiv:2310.14189). The levels grow closer in training: their number doubles every `doubling` steps, from 10 to 1280.
    One to four steps give a sample; there is no likelihood.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("diffusion", Vector(2), variant="consistency"))
        >>> len(model.sample(Streams(0, range(3)), steps=1).samples)
        3
    """

    variant = "consistency"
    comparable = False  # levels that are closer have a smaller error
    interpolant, parameterisation, solver, steps = "exploding", "consistent", "restart", 2
    completion = "restart"
    updates: Tensor

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        deviation: float | None = None,
        condition_dropout: float = 0.1,
        doubling: int = 1000,
    ) -> None:
        super().__init__(space, networks, deviation=deviation, condition_dropout=condition_dropout)
        self.doubling = doubling
        self.register_buffer("updates", torch.zeros((), dtype=torch.int64))

    def times(self, steps: int) -> Tensor:
        """Leave out the last level, at which the data have hardly any noise."""
        times = self.way.times(steps + 1)
        return torch.cat([times[:-2], times[-1:]])

    def loss(self, batch: Batch) -> Tensor:
        """Return how far the guesses at two neighbouring levels of the same noise are apart. Shapes: (batch,)."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        data = self.space.relax(self.space.fill(batch)).parts
        low, high = self._levels(even(len(batch), data[0].device))
        noise = self.space.normal(Ambient(len(batch), data[0].device))
        above, below = self.way.at(high), self.way.at(low)
        guess = self.guess(mix(self.space, data, noise, above), above, batch.conditions)
        with torch.no_grad():
            target = self.guess(mix(self.space, data, noise, below), below, batch.conditions)
        if self.training:
            self.updates += 1
        square = self.total([(a - b) ** 2 for a, b in zip(guess, target, strict=True)])
        size = self.total([torch.ones_like(part) for part in data])
        softness = HUBER * size.sqrt()
        return ((square + softness**2).sqrt() - softness) / (high - low)

    def _levels(self, uniform: Tensor) -> tuple[Tensor, Tensor]:
        """Return two neighbouring levels for each sample, about where ln sigma ~ N(-1.1, 2²). Shapes: each (batch,)."""
        count = min(FEWEST * 2 ** (int(self.updates) // self.doubling), MOST)
        levels = self.way.times(count + 1)[:-1].flip(0).to(uniform)
        reached = torch.special.ndtr((levels.log() + 1.1) / 2)
        place = torch.searchsorted(reached, torch.lerp(reached[0], reached[-1], uniform), right=True)
        place = place.clamp(1, count)
        return levels[place - 1], levels[place]
