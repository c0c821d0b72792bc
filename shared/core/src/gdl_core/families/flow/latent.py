"""A flow over codes, for samples that have no density of their own: sequences, graphs, sets."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from gdl_core.families.family import Draws
from gdl_core.families.flow.laws import Affine
from gdl_core.families.flow.vectors import couplings
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.latent import BoundedLatent
from gdl_core.families.likelihoods import log_normal
from gdl_core.families.roles import Networks
from gdl_core.families.vae.emissions import Emission, SequenceEmission
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space, Tokens


class LatentFlow(BoundedLatent):
    """A variational autoencoder whose prior is a flow of affine couplings (Chen et al. 2016, arXiv:1611.02731).

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
    spaces: ClassVar[tuple[str, ...]] = ("tokens", "graph", "points", "grid")
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
        super().__init__(space, networks, width=latent)
        self.latent, self.condition_dropout = latent, condition_dropout
        self.prior = couplings(latent, Affine(), networks, steps=steps)

    def loss(self, batch: Batch) -> Tensor:
        """Return a bound above the negative log-likelihood, in nats. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        return -self.bound(batch, Ambient(len(batch), batch.values.device))

    def log_prior(self, codes: Tensor, conditions: Mapping[str, Tensor], source: Source) -> Tensor:
        z, log_det = self.prior(codes, conditions)
        return log_normal(z) + log_det

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        element_temperature: float = 1.0,
        guidance: float = 1.0,
        given: Given | None = None,
        rounds: int = 16,
    ) -> Draws:
        """Draw one sample from each stream; `temperature` scales the noise that codes are made of.

        `element_temperature` is that of the sample, given its code (0: the most probable one).
        `guidance` leads from the model without conditions (0) to that with them (1) and beyond. What is `given` is
        kept; the code adapts to it in so many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        asked = conditions or {}
        codes = self.prior.inverse(streams.normal(self.latent).float() * temperature, asked, guidance)
        return self.drawn(
            codes, streams, asked, given, rounds=rounds, temperature=element_temperature, guidance=guidance
        )

    def encode(self, batch: Batch) -> Tensor:
        """Return the noise that stands for each sample. Shapes: (batch, latent)."""
        mean, _ = self.posterior(self.space.fill(batch))
        return self.prior(mean, batch.conditions)[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code."""
        return Draws(self.emission.draw(self.prior.inverse(codes, {}), streams, {}, temperature=0.0))


class SequenceFlow(LatentFlow):
    """A flow over codes, of each of which a sequence is written token after token, in the light of the code.

    The "lossy autoencoder" of Chen et al. (2016), arXiv:1611.02731: what tokens tell of one another need not be in the
    code. A decoder that sees all tokens before could do without any code; so the first `free_nats` of what it costs
    cost nothing in training.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("flow", Tokens(5, 8), variant="sequence"))
        >>> len(model.sample(Streams(0, range(3)), temperature=0.5).samples)
        3
    """

    variant = "sequence"
    spaces = ("tokens",)
    roles = ("encoder", "autoregressor")
    space: Tokens

    def __init__(
        self,
        space: Tokens,
        networks: Networks,
        *,
        latent: int = 16,
        steps: int = 4,
        free_nats: float = 0.0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, latent=latent, steps=steps, condition_dropout=condition_dropout)
        self.free_nats = free_nats

    def emits(self, networks: Networks, width: int) -> Emission:
        return SequenceEmission(self.space, networks, width)

    def loss(self, batch: Batch) -> Tensor:
        """Return a bound above the negative log-likelihood, but for what is free, in nats. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        likelihood, rate = self.parts_of_bound(batch, Ambient(len(batch), batch.values.device))
        return (rate.clamp_min(self.free_nats) if self.free_nats else rate) - likelihood  # one draw may cost below 0

    @torch.no_grad()
    def sample(  # type: ignore[override]
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        prefixes: Sequence[Sequence[int]] | None = None,
        temperature: float = 1.0,
        code_temperature: float = 1.0,
    ) -> Draws:
        """Draw a code, then a sequence; `prefixes` holds the first tokens of each, or of all.

        `code_temperature` scales the noise that codes are made of.
        """
        asked = conditions or {}
        codes = self.prior.inverse(streams.normal(self.latent).float() * code_temperature, asked, 1.0)
        return Draws(self.emission.draw(codes, streams, asked, temperature=temperature, prefixes=prefixes))
