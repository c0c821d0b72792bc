"""An autoencoder, and beside it a model of its codes: what diffusion and energies over codes share."""

from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.families.family import Draws, Family, Phase
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.latent import Latent
from gdl_core.families.processes import mean_over_processes
from gdl_core.families.roles import Networks
from gdl_core.families.vae.gaussian import divergence_from_prior
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Sample, Space, Vector


class LatentPrior(Latent):
    """Learns an autoencoder and a `prior`, a family over the space of its codes, in two phases of a step.

    The autoencoder learns to reconstruct from codes with a little noise, at a small price for their divergence from
    normal noise, weighted by `beta`. The prior learns the codes that the encoder makes, brought to mean 0 and
    deviation 1; no gradient flows from it into them.
    """

    prior: Family

    def __init__(self, space: Space, networks: Networks, *, width: int, beta: float, condition_dropout: float) -> None:
        super().__init__(space, networks, width=width)
        self.beta, self.condition_dropout = beta, condition_dropout
        self.standard = Standard(self.code_space(width).channel_shapes[0])

    def code_space(self, width: int) -> Space:
        """Return the space of the codes."""
        return Vector(width)

    def phases(self) -> list[Phase]:
        """Return the autoencoder's objective and the prior's, one after the other in each step."""
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
        """Return what the prior minimises, through which no gradient reaches the codes. Shapes: (batch,)."""
        batch = self._partly_forgotten(batch)
        with torch.no_grad():
            *_, codes = self._coded(batch)
            if self.training:
                self.standard.learn(codes)
        return self.prior.loss(Batch(self.standard(codes), conditions=batch.conditions))

    def undone(self, standard: list[Sample]) -> Tensor:
        """Bring codes that the prior drew back to where codes lie. Shapes: (batch, *code)."""
        return self.standard.undo(self.prior.space.collate(standard).values)

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
