"""Sampling in one step: the mean velocity over a stretch of the way is guessed, not the velocity at a moment of it."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from gdl_core.conditions import CODE
from gdl_core.families.diffusion.denoising import Denoising
from gdl_core.families.diffusion.gaussian import like
from gdl_core.families.diffusion.interpolants import Moment, mix
from gdl_core.families.diffusion.solvers import Parts
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.roles import Networks
from gdl_core.randomness import Ambient
from gdl_core.spaces import Batch, Space

SLOWNESS = 0.02
"""The share of the time that a network is told: derivatives by time are learned from, and its fastest waves are noise.
"""


class MeanFlow(Denoising):
    """The mean velocity of a straight way over any stretch of it is guessed, and followed in one step or a few.

    Geng et al. (2025), arXiv:2505.13447. Beside the time t at which a stretch begins the network is told its length
    t - r, as a code. The mean velocity u over it and the velocity v at its beginning obey u = v - (t - r) du/dt, of
    which the right side is the target; the derivative is taken by forward differentiation. Over no stretch at all u is
    the velocity of `FlowMatching`, so that all solvers serve, and there is a bound on the likelihood.

    Arguments:
        instants: The share of samples that train stretches of no length.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("diffusion", Vector(2), variant="mean-flow"))
        >>> len(model.sample(Streams(0, range(3)), steps=1).samples)
        3
    """

    variant = "mean-flow"
    comparable = False  # the target follows the network
    interpolant, parameterisation, solver, steps = "straight", "flow", "jump", 2
    inputs = 1

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        deviation: float | None = None,
        condition_dropout: float = 0.1,
        instants: float = 0.5,
    ) -> None:
        super().__init__(space, networks, deviation=deviation, condition_dropout=condition_dropout)
        self.instants = instants

    def ask(self, inputs: Parts, moment: Moment[Any], conditions: Mapping[str, Tensor]) -> Parts:
        """Return the mean velocity from a moment until its step ends. Shapes: a real form -> the same."""
        length = 0.0 if moment.until is None else moment.time - moment.until
        slower = moment._replace(time=SLOWNESS * moment.time)
        return super().ask(inputs, slower, {**conditions, CODE: like(inputs[0], length)[:, None]})

    def loss(self, batch: Batch) -> Tensor:
        """Return ln(1 + the mean squared error of the mean velocity), whose gradient is that of an error weighted by
        its own size: their equation 22. Shapes: (batch,).
        """
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        data = self.space.relax(self.space.fill(batch)).parts
        moment = self._stretches(len(batch), data[0].device)
        noise = self.space.normal(Ambient(len(batch), data[0].device))
        velocity = tuple(n - x for x, n in zip(data, noise, strict=True))
        x = mix(self.space, data, noise, moment)
        guess = self.ask(x, moment, batch.conditions)
        targets = self._targets(x, velocity, moment, batch.conditions)
        square = self.total([(a - b) ** 2 for a, b in zip(guess, targets, strict=True)])
        return torch.log1p(square / self.total([torch.ones_like(part) for part in data]))

    def _stretches(self, count: int, device: torch.device) -> Moment[Tensor]:
        """Draw where stretches begin and end, each sigmoid(N(-0.4, 1)); a share of them end where they begin."""
        until, time = (torch.randn(2, count, device=device) - 0.4).sigmoid().aminmax(dim=0)
        instant = torch.rand(count, device=device) < self.instants
        return self.way.at(time)._replace(until=torch.where(instant, time, until))

    @torch.no_grad()
    def _targets(
        self, x: Parts, velocity: Parts, moment: Moment[Tensor], conditions: Mapping[str, Tensor]
    ) -> list[Tensor]:
        """Return v - (t - r) du/dt. Shapes: each a real form -> the same."""
        assert moment.until is not None
        length = moment.time - moment.until
        rows = length.nonzero().squeeze(1)
        until, asked = moment.until[rows], {name: condition[rows] for name, condition in conditions.items()}

        def mean_velocity(time: Tensor, *x: Tensor) -> Parts:
            return self.ask(x, self.way.at(time)._replace(until=until), asked)

        targets = [part.clone() for part in velocity]
        if len(rows):
            place = (moment.time[rows], *(part[rows] for part in x))
            way = (torch.ones_like(place[0]), *(part[rows] for part in velocity))
            with torch.autocast(rows.device.type, enabled=False):  # which convolutions do not obey in a derivative
                change = torch.func.jvp(mean_velocity, place, way)[1]
            for target, part in zip(targets, change, strict=True):
                target[rows] -= self.space.spread(length[rows], part) * part
        return targets
