"""Variational autoencoders whose code is a row or a map of symbols, with an autoregressive prior over them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor

from gdl_core.families.autoregressive import Autoregressive
from gdl_core.families.family import Draws, Family, Likelihood, Phase
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.roles import Networks
from gdl_core.families.vae.codes import Codes, Map, Row
from gdl_core.families.vae.emissions import ElementEmission
from gdl_core.families.vae.quantisers import Codebook, FiniteScalars, Quantiser
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Space, Tokens


class QuantisedVAE(Family):
    """What autoencoders with a code of symbols have in common.

    Two phases share a step: the autoencoder learns to reconstruct through the quantiser, past which gradients go
    straight, and an autoregressive prior learns the symbols, which are given to it as they are. Since the posterior
    of a sample is a single code, log p(sample | code) + log p(code) is a lower bound on its log-likelihood.
    """

    name = "vae"
    nats = False

    def __init__(
        self, space: Space, networks: Networks, quantiser: Quantiser, codes: Codes, *, condition_dropout: float
    ) -> None:
        super().__init__(space, networks)
        self.quantiser, self.codes, self.condition_dropout = quantiser, codes, condition_dropout
        symbols = Tokens(quantiser.size, codes.count, variable=False)
        self.prior = Autoregressive(symbols, partial(networks, space=symbols))

    @property
    def emission(self) -> ElementEmission:
        """What a code says of a sample."""
        return self.codes.emission

    def phases(self) -> list[Phase]:
        """Return the autoencoder's objective and the prior's, one after the other in each step."""
        return [
            Phase("autoencoder", list(self.codes.parameters()), self.autoencoder_loss),
            Phase("prior", list(self.prior.parameters()), self.prior_loss),
        ]

    def loss(self, batch: Batch) -> Tensor:
        """Return what both phases minimise: the negative bound and what vectors far from their codes cost."""
        return self.autoencoder_loss(batch) + self.prior_loss(batch)

    def autoencoder_loss(self, batch: Batch) -> Tensor:
        """Return -log p(sample | code) and the cost of quantising. Shapes: (batch,)."""
        batch = self._partly_forgotten(batch)
        codes, cost = self.quantiser(self._vectors(batch))
        return cost.sum(1) - self.emission.log_prob(self.codes.laid(codes), batch)

    def prior_loss(self, batch: Batch) -> Tensor:
        """Return -log p(code), through which no gradient reaches the codes. Shapes: (batch,)."""
        batch = self._partly_forgotten(batch)
        with torch.no_grad():
            indices = self.indices(batch)
        return -self._log_prior(indices, batch)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return a lower bound on the log-likelihood of each sample, in nats."""
        indices = self.indices(batch)
        given_code = self.emission.log_prob(self._laid(indices), batch)
        return Likelihood(given_code + self._log_prior(indices, batch), "lower_bound")

    def indices(self, batch: Batch) -> Tensor:
        """Return the symbols of each sample's code. Shapes: (batch, symbols)."""
        return self.quantiser.indices(self._vectors(batch))

    def encode(self, batch: Batch) -> Tensor:
        """Return the quantised vectors of each sample's code. Shapes: (batch, symbols, width)."""
        return self.quantiser.lookup(self.indices(batch))

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code; vectors between codes go to the nearest first."""
        nearest = self.codes.laid(self.quantiser.snap(codes))
        return Draws(self.emission.draw(nearest, streams, {}, temperature=0))

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        guidance: float = 1.0,
        given: Given | None = None,
        rounds: int = 8,
    ) -> Draws:
        """Draw a code from the prior, then a sample from what it says.

        `top_k` and `top_p` cut the prior's tail, `temperature` is that of the sample (0: the most probable one) and
        `guidance` goes beyond what the conditions do to both (1: not beyond; 0: no conditions). What is `given` is
        kept; the code adapts to it in so many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        conditions = conditions or {}
        drawn = self.prior.sample(streams, conditions=conditions, guidance=guidance, top_k=top_k, top_p=top_p)
        indices = self.prior.space.collate(drawn.samples).values.to(streams.indices.device)

        def encode(filled: Batch) -> Tensor:
            return self._laid(self.quantiser.indices(self._vectors_of_filled(filled)))

        samples = self.emission.complete(
            self._laid(indices),
            encode,
            given,
            streams,
            conditions,
            rounds=rounds,
            temperature=temperature,
            guidance=guidance,
        )
        return Draws(samples)

    def _log_prior(self, indices: Tensor, batch: Batch) -> Tensor:
        """Return log p(code). Shapes: (batch, symbols) -> (batch,)."""
        return self.prior.log_prob(Batch(indices, conditions=batch.conditions)).values

    def _vectors(self, batch: Batch) -> Tensor:
        """Return what is quantised. Shapes: (batch, symbols, width)."""
        return self._vectors_of_filled(self.space.fill(batch))

    def _vectors_of_filled(self, filled: Batch) -> Tensor:
        return self.codes.vectors(self.space.relax(filled))

    def _laid(self, indices: Tensor) -> Tensor:
        """Return the codes of symbols as the emission takes them. Shapes: (batch, symbols) -> codes."""
        return self.codes.laid(self.quantiser.lookup(indices))

    def _partly_forgotten(self, batch: Batch) -> Batch:
        return drop_conditions(batch, self.condition_dropout) if self.training else batch


class VectorQuantisedVAE(QuantisedVAE):
    """VQ-VAE (van den Oord et al. 2017, arXiv:1711.00937): each symbol stands for a learned vector.

    The codebook has `codes` vectors of `width` numbers; `decay`, `restart` and `commitment` are those of `Codebook`.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("vae", Vector(2), variant="vq", family_options={"codes": 16, "symbols": 3}))
        >>> model.encode(Batch(torch.zeros(5, 2))).shape
        torch.Size([5, 3, 8])
    """

    variant = "vq"
    spaces = ("vector", "tokens", "points", "graph")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        codes: int = 256,
        symbols: int = 8,
        width: int = 8,
        decay: float = 0.99,
        restart: float = 0.05,
        commitment: float = 0.25,
        condition_dropout: float = 0.1,
    ) -> None:
        codebook = Codebook(codes, width, decay=decay, restart=restart, commitment=commitment)
        row = Row(space, networks, count=symbols, width=width)
        super().__init__(space, networks, codebook, row, condition_dropout=condition_dropout)


class VectorQuantisedMap(QuantisedVAE):
    """VQ-VAE on grids, where each symbol of a map stands for a region; otherwise as `VectorQuantisedVAE`.

    How many cells a symbol stands for is said by `halvings` of the networks.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Grid
        >>> model = build(Design("vae", Grid(1, (12, 8), levels=4), variant="vq", network_options={"halvings": 2}))
        >>> model.encode(Batch(torch.zeros(5, 1, 12, 8, dtype=torch.int64))).shape  # 3 times 2 symbols
        torch.Size([5, 6, 8])
    """

    variant = "vq"
    spaces = ("grid",)
    roles = ("analysis", "synthesis")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        codes: int = 256,
        width: int = 8,
        decay: float = 0.99,
        restart: float = 0.05,
        commitment: float = 0.25,
        condition_dropout: float = 0.1,
    ) -> None:
        codebook = Codebook(codes, width, decay=decay, restart=restart, commitment=commitment)
        whole = Map(space, networks, width=width)
        super().__init__(space, networks, codebook, whole, condition_dropout=condition_dropout)


class FiniteScalarVAE(QuantisedVAE):
    """An autoencoder with finite scalar quantisation (Mentzer et al. 2023, arXiv:2309.15505).

    Each symbol stands for one number of each of `levels` values; `commitment` is that of `FiniteScalars`.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("vae", Vector(2), variant="fsq", family_options={"levels": [5, 3], "symbols": 4}))
        >>> int(model.indices(Batch(torch.randn(99, 2))).max()) < 15
        True
    """

    variant = "fsq"
    spaces: ClassVar[tuple[str, ...]] = ("vector", "tokens", "points", "graph")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        levels: Sequence[int] = (8, 6, 5),
        symbols: int = 8,
        commitment: float = 1.0,
        condition_dropout: float = 0.1,
    ) -> None:
        scalars = FiniteScalars(levels, commitment=commitment)
        row = Row(space, networks, count=symbols, width=scalars.width)
        super().__init__(space, networks, scalars, row, condition_dropout=condition_dropout)


class FiniteScalarMap(QuantisedVAE):
    """Finite scalar quantisation on grids, with a map of symbols as `VectorQuantisedMap`'s.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Grid
        >>> model = build(Design("vae", Grid(1, (8, 8, 8), levels=2), variant="fsq", network_options={"halvings": 2}))
        >>> model.prior.space
        Tokens(vocabulary_size=240, max_length=8, variable=False)
    """

    variant = "fsq"
    spaces = ("grid",)
    roles = ("analysis", "synthesis")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        levels: Sequence[int] = (8, 6, 5),
        commitment: float = 1.0,
        condition_dropout: float = 0.1,
    ) -> None:
        scalars = FiniteScalars(levels, commitment=commitment)
        whole = Map(space, networks, width=scalars.width)
        super().__init__(space, networks, scalars, whole, condition_dropout=condition_dropout)
