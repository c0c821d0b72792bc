"""Variational autoencoders whose code is a Gaussian vector."""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from gdl_core.families.autoregressive.following import Follow
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.likelihoods import log_normal
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.vae.aggregate import CodeDistribution, FollowedGaussian, StandardNormal
from gdl_core.families.vae.emissions import ElementEmission, Emission, HierarchicalEmission, SequenceEmission
from gdl_core.families.vae.likelihoods import bounded_below
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space, Tokens

IN_USE = 0.01
"""The variance of the mean above which a unit of a code tells samples apart."""

FIRST = -1.0
"""The logarithm of the deviation that an encoder starts with: codes as wide as the prior would all look alike."""


class GaussianCodes(Family):
    """What variational autoencoders with a diagonal Gaussian posterior have in common.

    Kingma and Welling (2014), arXiv:1312.6114. The loss of a sample is -log p(sample | code) for a code drawn from the
    posterior, plus the divergence of the posterior from a standard normal prior, in nats.

    `latent` numbers make a code. `beta` weighs the divergence (Higgins et al. 2017). A unit of the code may carry
    `free_bits` nats at no more cost than if it carried none (Kingma et al. 2016, arXiv:1606.04934; here for each
    sample), which keeps a strong decoder from ignoring it. The bound of `log_prob` takes `importance` codes of each
    sample. `condition_dropout` is the share of samples whose conditions are forgotten in training.
    """

    name = "vae"

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 32,
        beta: float = 1.0,
        free_bits: float = 0.0,
        importance: int = 16,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks)
        self.latent, self.beta, self.free_bits = latent, beta, free_bits
        self.importance, self.condition_dropout = importance, condition_dropout
        self.encoder = cast(Encoder, networks("encoder", outputs=(2 * latent,)))
        self.emission = self.emits(networks)
        self.codes = self.follows(latent)

    @abstractmethod
    def emits(self, networks: Networks) -> Emission:
        """Make the part that tells what a code says of a sample."""

    def follows(self, width: int) -> CodeDistribution:
        """Make the distribution that codes are drawn from."""
        return StandardNormal()

    def loss(self, batch: Batch) -> Tensor:
        """Return the negative evidence lower bound of each sample, its divergence weighted. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        mean, log_deviation = self.posterior(batch)
        codes = mean + log_deviation.exp() * Ambient(len(batch), mean.device).normal(self.latent)
        if self.training:
            self.codes.learn(codes)
        divergence = divergence_from_prior(mean, log_deviation).clamp_min(self.free_bits).sum(1)
        return self.beta * divergence - self.emission.log_prob(codes, batch)

    def posterior(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the mean and the logarithm of the deviation of each sample's code. Shapes: two of (batch, latent)."""
        return self.posterior_of_filled(self.space.fill(batch))

    def posterior_of_filled(self, filled: Batch) -> tuple[Tensor, Tensor]:
        """Return what `posterior` does, for samples in the filled form."""
        mean, raw = self.encoder(self.space.relax(filled)).float().chunk(2, -1)
        return mean, bounded_below(raw + FIRST)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return a lower bound on the log-likelihood of each sample, in nats.

        The same draws of noise serve every sample, so that its bound is the same each time and in any batch.
        """
        noise = Streams(0, [0], device=batch.values.device)
        return Likelihood(self.bound(batch, noise, samples=self.importance), "lower_bound")

    def bound(self, batch: Batch, source: Source, *, samples: int) -> Tensor:
        """Return the importance-weighted bound with so many codes (Burda et al. 2016, arXiv:1509.00519).

        It is a lower bound in the mean over the source's noise, and with more samples a tighter one. Shapes: (batch,).
        """
        mean, log_deviation = self.posterior(batch)
        weights = []
        for _ in range(samples):
            noise = source.normal(self.latent).float()
            codes = mean + log_deviation.exp() * noise
            posterior = log_normal(noise) - log_deviation.sum(1)
            weights.append(self.emission.log_prob(codes, batch) + self.codes.log_prob(codes) - posterior)
        return torch.stack(weights).logsumexp(0) - math.log(samples)

    @torch.no_grad()
    def use_of_codes(self, batch: Batch) -> tuple[float, float]:
        """Return how many nats a code tells of a sample, on average, and the share of its units that are in use.

        A unit is in use where its mean varies from sample to sample by more than 0.01 (Burda et al. 2016).
        """
        mean, log_deviation = self.posterior(batch)
        nats = divergence_from_prior(mean, log_deviation).sum(1).mean()
        return float(nats), float((mean.var(0) > IN_USE).float().mean())

    def encode(self, batch: Batch) -> Tensor:
        """Return the mean of each sample's posterior. Shapes: (batch, latent)."""
        return self.posterior(batch)[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code (of a sequence, its most probable symbol at each step)."""
        return Draws(self.emission.draw(codes, streams, {}, temperature=0))

    def prior(self, streams: Streams) -> Tensor:
        """Draw codes. Shapes: (batch, latent)."""
        return self.codes.draw(streams.normal(self.latent).float())


class GaussianVAE(GaussianCodes):
    """A variational autoencoder that draws all elements of a sample at once, given its code.

    What the elements' likelihood is follows from the space (`observations`).

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("vae", Vector(2), family_options={"latent": 3}))
        >>> model.encode(Batch(torch.zeros(5, 2))).shape
        torch.Size([5, 3])
    """

    variant = "gaussian"
    spaces = ("vector", "tokens", "grid", "points", "graph")
    roles = ("encoder", "decoder")
    emission: ElementEmission

    def emits(self, networks: Networks) -> ElementEmission:
        return ElementEmission(self.space, networks, self.latent)

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
        """Draw a code from the prior, then a sample from what it says; temperature 0 takes the most probable one.

        `guidance` goes beyond what the conditions do to the decoder (1: not beyond; 0: no conditions). What is `given`
        is kept; the code adapts to it in so many `rounds` of encoding and drawing (`imputation.by_turns`).
        """

        def encode(filled: Batch) -> Tensor:
            mean, log_deviation = self.posterior_of_filled(filled)
            return mean + log_deviation.exp() * streams.normal(self.latent).float()

        drawn = self.emission.complete(
            self.prior(streams),
            encode,
            given,
            streams,
            conditions or {},
            rounds=rounds,
            temperature=temperature,
            guidance=guidance,
        )
        return Draws(drawn)


class FittedVAE(GaussianVAE):
    """A `GaussianVAE` that draws its codes from a Gaussian fitted to those of the training data.

    Ghosh et al. (2020), arXiv:1903.12436. The loss is as ever, with a standard normal prior; but the codes of little
    data never fill that, and what lies between them decodes to nothing that was seen. Their mean and full covariance
    are followed in training, and are the prior of what is drawn and of the bound of `log_prob`.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("vae", Vector(2), variant="fitted", family_options={"latent": 3}))
        >>> model.codes.covariance.shape
        torch.Size([3, 3])
    """

    variant = "fitted"

    def follows(self, width: int) -> FollowedGaussian:
        return FollowedGaussian(width)


class SequenceVAE(GaussianCodes):
    """A variational autoencoder whose decoder writes token after token and is told the code at each.

    Bowman et al. (2016), arXiv:1511.06349.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("vae", Tokens(5, 8), variant="sequence"))
        >>> len(model.sample(Streams(0, range(3)), temperature=0.5).samples)
        3
    """

    variant = "sequence"
    spaces = ("tokens",)
    roles = ("encoder", "autoregressor")

    space: Tokens

    def emits(self, networks: Networks) -> Emission:
        return SequenceEmission(self.space, networks, self.latent)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        prefixes: Sequence[Sequence[int]] | None = None,
        temperature: float = 1.0,
        follow: Follow | None = None,
    ) -> Draws:
        """Draw a code from the prior, then a sequence; `prefixes` holds the first tokens of each, or of all.

        What `follow` makes says what may come next, and ends sequences, as in `Autoregressive.sample`.
        """
        drawn = self.emission.draw(
            self.prior(streams),
            streams,
            conditions or {},
            temperature=temperature,
            prefixes=prefixes,
            follow=follow,
        )
        return Draws(drawn)


class HierarchicalVAE(GaussianCodes):
    """A variational autoencoder for long sequences: a conductor plans segments, a decoder writes each from its plan.

    Roberts et al. (2018), arXiv:1803.05428. `segment` is the number of tokens in each (None: as many as there are
    segments). A decoder that sees no other segment cannot ignore the code.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("vae", Tokens(5, 64), variant="hierarchical", family_options={"segment": 16}))
        >>> model.emission.segments
        4
    """

    variant = "hierarchical"
    spaces = ("tokens",)
    roles = ("encoder", "decoder", "autoregressor")
    space: Tokens

    def __init__(
        self,
        space: Tokens,
        networks: Networks,
        *,
        segment: int | None = None,
        latent: int = 32,
        beta: float = 1.0,
        free_bits: float = 0.0,
        importance: int = 16,
        condition_dropout: float = 0.1,
    ) -> None:
        self.segment = segment or math.ceil(math.sqrt(space.max_length))  # known before `emits` is called
        super().__init__(
            space,
            networks,
            latent=latent,
            beta=beta,
            free_bits=free_bits,
            importance=importance,
            condition_dropout=condition_dropout,
        )

    def emits(self, networks: Networks) -> Emission:
        return HierarchicalEmission(self.space, networks, self.latent, segment=self.segment)

    @torch.no_grad()
    def sample(
        self, streams: Streams, *, conditions: Mapping[str, Tensor] | None = None, temperature: float = 1.0
    ) -> Draws:
        """Draw a code from the prior, then all segments of a sequence side by side."""
        codes = self.prior(streams)
        return Draws(self.emission.draw(codes, streams, conditions or {}, temperature=temperature))


def divergence_from_prior(mean: Tensor, log_deviation: Tensor) -> Tensor:
    """Return the divergence KL(N(mean, deviation²) | N(0, 1)) of each number, in nats.

    Example:
        >>> divergence_from_prior(torch.tensor(2.0), torch.tensor(0.0))
        tensor(2.)
    """
    return 0.5 * (mean**2 + (2 * log_deviation).exp() - 1) - log_deviation
