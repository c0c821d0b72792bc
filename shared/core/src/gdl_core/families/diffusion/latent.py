"""Diffusion over the codes of an autoencoder (Rombach et al. 2022, arXiv:2112.10752)."""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from gdl_core.families.diffusion.denoising import Ddpm, Denoising, Edm, FlowMatching
from gdl_core.families.diffusion.gaussian import named
from gdl_core.families.family import Draws, Phase
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.latent import Latent
from gdl_core.families.processes import mean_over_processes
from gdl_core.families.roles import Analysis, Networks
from gdl_core.families.vae.codes import map_shape_of
from gdl_core.families.vae.gaussian import divergence_from_prior
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Grid, Space, Vector

PROCESSES: dict[str, type[Denoising]] = {process.variant: process for process in (Edm, Ddpm, FlowMatching)}
"""What can be learned of the codes, by name."""


class CodeDiffusion(Latent):
    """What diffusion over codes of any shape has in common.

    Two phases share a step. The autoencoder learns to reconstruct from codes with a little noise, at a small price for
    their divergence from normal noise, weighted by `beta`. A denoiser, the `process` of this name, learns the codes
    that the encoder makes, brought to mean 0 and deviation 1; no gradient flows from it into them.
    """

    name = "diffusion"
    nats = False

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        width: int,
        beta: float,
        process: str,
        condition_dropout: float,
    ) -> None:
        super().__init__(space, networks, width=width)
        self.beta, self.condition_dropout = beta, condition_dropout
        codes = self.code_space(width)
        self.standard = Standard(codes.channel_shapes[0])
        kind = named(PROCESSES, process, "process")
        self.prior = kind(codes, partial(networks, space=codes), condition_dropout=0.0)  # they are dropped before

    def code_space(self, width: int) -> Space:
        """Return the space of the codes."""
        return Vector(width)

    def phases(self) -> list[Phase]:
        """Return the autoencoder's objective and the denoiser's, one after the other in each step."""
        own = [*cast(nn.Module, self.encoder).parameters(), *self.emission.parameters()]
        return [
            Phase("autoencoder", own, self.autoencoder_loss),
            Phase("prior", list(self.prior.parameters()), self.prior_loss),
        ]

    def loss(self, batch: Batch) -> Tensor:
        """Return the sum of what both phases minimise. Shapes: (batch,)."""
        return self.autoencoder_loss(batch) + self.prior_loss(batch)

    def autoencoder_loss(self, batch: Batch) -> Tensor:
        """Return -log p(sample | code) and the weighted divergence of the code, in nats. Shapes: (batch,)."""
        batch = self._partly_forgotten(batch)
        mean, log_deviation, codes = self._coded(batch)
        divergence = divergence_from_prior(mean, log_deviation).flatten(1).sum(1)
        return self.beta * divergence - self.emission.log_prob(codes, batch)

    def prior_loss(self, batch: Batch) -> Tensor:
        """Return the denoiser's squared error, through which no gradient reaches the codes. Shapes: (batch,)."""
        batch = self._partly_forgotten(batch)
        with torch.no_grad():
            *_, codes = self._coded(batch)
            if self.training:
                self.standard.learn(codes)
        return self.prior.loss(Batch(self.standard(codes), conditions=batch.conditions))

    def log_prior(self, codes: Tensor, conditions: Mapping[str, Tensor], source: Source) -> Tensor:
        standard = Batch(self.standard(codes), conditions=conditions)
        volume = self.standard.deviation.expand(codes.shape[1:]).log().sum()
        return self.prior.bound(standard, source) - volume

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        steps: int | None = None,
        solver: str | None = None,
        guidance: float = 1.0,
        temperature: float = 1.0,
        given: Given | None = None,
        rounds: int = 16,
    ) -> Draws:
        """Draw a code from each stream, in `steps` steps of the solver of this name, then a sample from what it says.

        `temperature` is that of the sample, given its code (0: the most probable one). `guidance` goes beyond what the
        conditions do to both (1: not beyond; 0: no conditions). What is `given` is kept; the code adapts to it in so
        many `rounds` of encoding and drawing (`imputation.by_turns`).
        """
        asked = conditions or {}
        codes = self.prior.sample(streams, conditions=asked, steps=steps, solver=solver, guidance=guidance).samples
        raw = self.standard.undo(self.prior.space.collate(codes).values)
        return self.drawn(raw, streams, asked, given, rounds=rounds, temperature=temperature, guidance=guidance)

    def encode(self, batch: Batch) -> Tensor:
        """Return the mean of each sample's code. Shapes: (batch, *code)."""
        return self.posterior(self.space.fill(batch))[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code."""
        return Draws(self.emission.draw(codes, streams, {}, temperature=0.0))

    def _coded(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean, log-deviation and a draw of each sample's code. Shapes: three of codes."""
        mean, log_deviation = self.posterior(self.space.fill(batch))
        noise = Ambient(len(mean), mean.device).normal(*mean.shape[1:]).to(mean)
        return mean, log_deviation, mean + log_deviation.exp() * noise

    def _partly_forgotten(self, batch: Batch) -> Batch:
        return drop_conditions(batch, self.condition_dropout) if self.training else batch


class LatentDiffusion(CodeDiffusion):
    """Diffusion over a vector of `latent` numbers that stands for a sample.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("diffusion", Tokens(5, 8), variant="latent"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    variant = "latent"
    spaces: ClassVar[tuple[str, ...]] = ("vector", "tokens", "points", "graph")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 32,
        beta: float = 0.1,
        process: str = "edm",
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, width=latent, beta=beta, process=process, condition_dropout=condition_dropout)


class LatentVectorDiffusion(LatentDiffusion):
    """What `LatentDiffusion` is elsewhere, on grids, where ``latent`` has a map of codes.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> options = {"variant": "latent-vector", "network": "perceptron", "family_options": {"latent": 16}}
        >>> model = build(Design("diffusion", Grid(1, (8, 8, 8), levels=2), **options))
        >>> model.encode(Batch(torch.zeros(2, 1, 8, 8, 8, dtype=torch.int64))).shape
        torch.Size([2, 16])
    """

    variant = "latent-vector"
    spaces = ("grid",)


class LatentMapDiffusion(CodeDiffusion):
    """Diffusion over a map of `width` numbers for each region of a grid.

    How many cells a region has is said by `halvings` of the networks.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> options = {"process": "flow-matching"}
        >>> model = build(Design("diffusion", Grid(1, (12, 8), levels=4), variant="latent", family_options=options))
        >>> model.encode(Batch(torch.zeros(2, 1, 12, 8, dtype=torch.int64))).shape
        torch.Size([2, 4, 3, 2])
    """

    variant = "latent"
    spaces = ("grid",)
    roles = ("analysis", "synthesis")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        width: int = 4,
        beta: float = 0.1,
        process: str = "edm",
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, width=width, beta=beta, process=process, condition_dropout=condition_dropout)

    def code_space(self, width: int) -> Space:
        return Grid(width, map_shape_of(cast(Analysis, self.encoder), self.emission))


class Standard(nn.Module):
    """Brings codes to mean 0 and deviation 1, by running moments of each channel that follow them in training.

    Shapes: codes -> the same. `shape` is that of one channel's number.

    Example:
        >>> standard = Standard((2,))
        >>> standard.learn(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
        >>> standard(torch.tensor([[2.0, 30.0]]))
        tensor([[0., 1.]])
    """

    mean: Tensor
    square: Tensor
    seen: Tensor

    def __init__(self, shape: tuple[int, ...], *, decay: float = 0.99) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros(shape))
        self.register_buffer("square", torch.ones(shape))
        self.register_buffer("seen", torch.zeros(()))

    @property
    def deviation(self) -> Tensor:
        """The standard deviation of each channel."""
        return (self.square - self.mean**2).clamp_min(1e-6).sqrt()

    def forward(self, codes: Tensor) -> Tensor:
        return (codes - self.mean) / self.deviation

    def undo(self, standard: Tensor) -> Tensor:
        """Bring numbers back to where codes lie."""
        return standard * self.deviation + self.mean

    @torch.no_grad()
    def learn(self, codes: Tensor) -> None:
        """Follow the moments of codes: those of all at first, of the last ones later."""
        weight = (1 / (self.seen + 1)).clamp_min(1 - self.decay)
        for moment, values in ((self.mean, codes), (self.square, codes**2)):
            mean = values.mean(0).sum_to_size(moment.shape) * (moment.numel() / values[0].numel())
            moment.lerp_(mean_over_processes(mean), weight)
        self.seen += 1
