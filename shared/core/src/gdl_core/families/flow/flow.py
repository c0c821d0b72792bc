"""What all flows on the numbers of a space share: exact likelihood, sampling by the inverse."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from gdl_core.families.content import streams_of
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.flow.bijection import Bijection
from gdl_core.families.flow.dequantization import Dequantizer
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions, guided
from gdl_core.families.likelihoods import log_normal
from gdl_core.families.roles import Networks
from gdl_core.families.walks import mala
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space


class Flow(Family):
    """Maximum likelihood by change of variables; a variant says which `bijection` maps data to normal noise.

    log p(x) = log N(z; 0, 1) + log |dz/dx|, z = bijection(x)

    Where a space is discrete in part its values are blurred, and the likelihood is a lower bound.
    """

    name = "flow"
    bijection: Bijection

    def __init__(self, space: Space, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks)
        self.condition_dropout = condition_dropout
        self.dequantizer = Dequantizer(space)

    def loss(self, batch: Batch) -> Tensor:
        """Return the negative log-likelihood of each sample, or a bound above it, in nats. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        return -self._log_prob(batch, Ambient(len(batch), batch.values.device))

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the log-likelihood: exact on a continuous space, a lower bound by one draw of noise on others.

        The noise follows from the sample, so that its score is the same each time.
        """
        values = self._log_prob(batch, streams_of(self.space.fill(batch)))
        return Likelihood(values, "exact" if self.space.continuous else "lower_bound")

    def _log_prob(self, batch: Batch, source: Source) -> Tensor:
        x, bonus = self.dequantizer(self.space.relax(self.space.fill(batch)), source)
        return self.density(x, batch.conditions) + bonus

    def density(self, x: Tensor, asked: Mapping[str, Tensor]) -> Tensor:
        """Return the log-density of real numbers. Shapes: (batch, ...) -> (batch,)."""
        z, log_det = self.bijection(x, asked)
        return log_normal(z) + log_det

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
        given: Given | None = None,
        rounds: int = 200,
        size: float = 0.02,
    ) -> Draws:
        """Draw one sample from each stream. `temperature` scales the noise: below 1 samples keep to what is common.

        `guidance` leads from the model without conditions (0) to that with them (1) and beyond. What is `given` is
        kept: from a free draw the rest walks `rounds` steps of the Metropolis-adjusted Langevin algorithm, with noise
        of variance `size`, on its density given the known part, which it draws from exactly in the long run;
        `temperature` then only says where it starts.
        """
        asked = conditions or {}
        if given is None:
            return self._from_noise(self._noise(streams) * temperature, asked, guidance)
        real = Given(self.space.relax(given.values), given.known)
        steepest = 2 / math.sqrt(size)  # far from data slopes are huge, and every step along them would be refused

        @torch.enable_grad()
        def potential(x: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
            rest = x[0].detach().requires_grad_()
            (energy,) = guided(lambda known: [-self.density(real.over([rest])[0], known)], asked, guidance)
            (slope,) = torch.autograd.grad(energy.sum(), [rest])
            return energy.detach(), (slope.clamp(-steepest, steepest),)

        start = real.over([self.bijection.inverse(self._noise(streams) * temperature, asked, guidance)])
        walked = mala(potential, start, streams, size=size, steps=rounds)
        filled = self.space.round(Batch(real.over(walked)[0]))
        return Draws(self.space.trim(filled.with_parts(given.over(filled.parts))))

    def _noise(self, source: Source) -> Tensor:
        return self.space.normal(source)[0]

    def _from_noise(self, z: Tensor, asked: Mapping[str, Tensor], guidance: float = 1.0) -> Draws:
        x = self.bijection.inverse(z, asked, guidance)
        return Draws(self.space.trim(self.space.round(Batch(x))))

    def encode(self, batch: Batch) -> Tensor:
        """Return the noise that each sample comes from, exactly. Shapes: (batch, ...) like the real form."""
        real = self.space.relax(self.space.fill(batch))
        return self.bijection(self.dequantizer.centre(real), batch.conditions)[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the samples that noise stands for."""
        return self._from_noise(codes, {})
