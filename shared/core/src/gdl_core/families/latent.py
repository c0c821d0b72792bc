"""Models of the codes of an autoencoder: what those that draw a code, then a sample, share."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from gdl_core.families.content import streams_of
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.likelihoods import log_normal
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.vae.emissions import ElementEmission, Emission
from gdl_core.families.vae.gaussian import FIRST
from gdl_core.randomness import Source, Streams
from gdl_core.spaces import Batch, Space


class Latent(Family):
    """An autoencoder whose codes are Gaussian, and a prior over the codes that a variant brings.

    The two roles of a variant are those of the encoder and the decoder; codes have whatever shape they agree on, with
    `width` numbers along its first axis.
    """

    def __init__(self, space: Space, networks: Networks, *, width: int) -> None:
        super().__init__(space, networks)
        self.encoder = cast(Encoder, networks(self.roles[0], outputs=(2 * width,)))
        self.emission = self.emits(networks, width)

    def emits(self, networks: Networks, width: int) -> Emission:
        """Make the part that tells what a code says of a sample: here of each element by itself."""
        return ElementEmission(self.space, networks, width, role=self.roles[1])

    def posterior(self, filled: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and log-deviation of the code of samples in the filled form. Shapes: two of codes."""
        mean, raw = self.encoder(self.space.relax(filled)).float().chunk(2, 1)
        return mean, FIRST + 3 * torch.tanh(raw / 3)

    def drawn(
        self,
        codes: Tensor,
        streams: Streams,
        conditions: Mapping[str, Tensor],
        given: Given | None,
        *,
        rounds: int,
        temperature: float,
        guidance: float,
    ) -> Draws:
        """Draw what codes say, and keep what is given."""

        def encode(filled: Batch) -> Tensor:
            mean, log_deviation = self.posterior(filled)
            return mean + log_deviation.exp() * streams.normal(*mean.shape[1:]).float()

        assert isinstance(self.emission, ElementEmission)  # a variant that emits otherwise draws otherwise
        samples = self.emission.complete(
            codes, encode, given, streams, conditions, rounds=rounds, temperature=temperature, guidance=guidance
        )
        return Draws(samples)


class BoundedLatent(Latent):
    """Knows how probable a code is, and so a bound on how probable a sample is.

    log P(x) >= E_q(z|x) [log P(x|z) + log p(z) - log q(z|x)]
    """

    @abstractmethod
    def log_prior(self, codes: Tensor, conditions: Mapping[str, Tensor], source: Source) -> Tensor:
        """Return log p(code) or a bound from below, in the mean over the source's noise. Shapes: codes -> (batch,)."""

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the lower bound of each sample's log-likelihood by one draw of its code, which follows from it."""
        return Likelihood(self.bound(batch, streams_of(self.space.fill(batch))), "lower_bound")

    def bound(self, batch: Batch, source: Source) -> Tensor:
        """Return the lower bound by noise from a source, in nats. Shapes: (batch,)."""
        likelihood, rate = self.parts_of_bound(batch, source)
        return likelihood - rate

    def parts_of_bound(self, batch: Batch, source: Source) -> tuple[Tensor, Tensor]:
        """Return log P(x|z), and log q(z|x) - log p(z): what the code costs. Shapes: two of (batch,)."""
        mean, log_deviation = self.posterior(self.space.fill(batch))
        noise = source.normal(*mean.shape[1:]).float()
        codes = mean + noise * log_deviation.exp()
        prior = self.log_prior(codes, batch.conditions, source)
        return self.emission.log_prob(codes, batch), log_normal(noise) - log_deviation.flatten(1).sum(1) - prior
