"""A flow over codes, for samples that have no density of their own: sequences, graphs, sets."""

from collections.abc import Mapping
from typing import cast

import torch
from torch import Tensor

from gdl_core.families.content import streams_of
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.flow.flow import log_normal
from gdl_core.families.flow.laws import Affine
from gdl_core.families.flow.vectors import couplings
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.imputation import by_turns
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.vae.emissions import ElementEmission
from gdl_core.families.vae.gaussian import FIRST
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space


class LatentFlow(Family):
    """A variational autoencoder whose prior is a flow of affine couplings (Chen et al. 2016, arXiv:1611.02731).

    log P(x) >= E_q(z|x) [log P(x|z) + log p(z) - log q(z|x)], p the flow

    All three are trained together. A sample's code is the noise that the flow makes of the encoder's mean.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("flow", Tokens(5, 8)))
        >>> model.encode(model.space.collate([torch.tensor([1, 2, 3])])).shape
        torch.Size([1, 16])
    """

    name = "flow"
    variant = "latent"
    spaces = ("tokens", "graph", "points")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 16,
        steps: int = 4,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks)
        self.latent, self.condition_dropout = latent, condition_dropout
        self.encoder = cast(Encoder, networks("encoder", outputs=(2 * latent,)))
        self.emission = ElementEmission(space, networks, latent)
        self.prior = couplings(latent, Affine(), networks, steps=steps)

    def loss(self, batch: Batch) -> Tensor:
        """Return a bound above the negative log-likelihood, in nats. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        return -self._bound(batch, Ambient(len(batch), batch.values.device))

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the lower bound of each sample's log-likelihood by one draw of its code, which follows from it."""
        return Likelihood(self._bound(batch, streams_of(self.space.fill(batch))), "lower_bound")

    def _bound(self, batch: Batch, source: Source) -> Tensor:
        mean, log_deviation = self._posterior(batch)
        noise = source.normal(self.latent).float()
        code = mean + noise * log_deviation.exp()
        z, log_det = self.prior(code, batch.conditions)
        prior, posterior = log_normal(z) + log_det, log_normal(noise) - log_deviation.sum(1)
        return self.emission.log_prob(code, batch) + prior - posterior

    def _posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and log-deviation of the code. Shapes: two of (batch, latent)."""
        return self._posterior_of_filled(self.space.fill(batch))

    def _posterior_of_filled(self, filled: Batch) -> tuple[Tensor, Tensor]:
        mean, raw = self.encoder(self.space.relax(filled)).float().chunk(2, -1)
        return mean, FIRST + 3 * torch.tanh(raw / 3)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
        given: Given | None = None,
        rounds: int = 16,
    ) -> Draws:
        """Draw one sample from each stream; `temperature` scales the noise that codes are made of.

        `guidance` leads from the model without conditions (0) to that with them (1) and beyond. What is `given` is
        kept; the code adapts to it in so many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        asked = conditions or {}

        def draw(codes: Tensor) -> Batch:
            return self.emission.draw_filled(codes, streams, asked, temperature=1.0, guidance=guidance)

        def encode(filled: Batch) -> Tensor:
            mean, log_deviation = self._posterior_of_filled(filled)
            return mean + log_deviation.exp() * streams.normal(self.latent).float()

        codes = self.prior.inverse(streams.normal(self.latent).float() * temperature, asked, guidance)
        filled = draw(codes) if given is None else by_turns(draw, encode, codes, given, rounds=rounds)
        return Draws(self.space.trim(filled))

    def encode(self, batch: Batch) -> Tensor:
        """Return the noise that stands for each sample. Shapes: (batch, latent)."""
        mean, _ = self._posterior(batch)
        return self.prior(mean, batch.conditions)[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code."""
        return Draws(self.emission.draw(self.prior.inverse(codes, {}), streams, {}, temperature=0.0))
