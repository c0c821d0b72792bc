"""A flow over codes, for samples that have no density of their own: sequences, graphs."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.flow.flow import log_normal
from gdl_core.families.flow.laws import Affine
from gdl_core.families.flow.vectors import couplings
from gdl_core.families.guidance import drop_conditions, guided
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import draw
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Space


class LatentFlow(Family):
    """A variational autoencoder whose prior is a flow of affine couplings (Chen et al. 2016, arXiv:1611.02731).

    log P(x) >= E_q(z|x) [log P(x|z) + log p(z) - log q(z|x)], p the flow

    All three are trained together; symbols are categorical given the code. A sample's code is the noise that the flow
    makes of the encoder's mean.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("flow", Tokens(5, 8)))
        >>> model.encode(model.space.collate([torch.tensor([1, 2, 3])])).shape
        torch.Size([1, 16])
    """

    name = "flow"
    variant = "latent"
    spaces = ("tokens", "graph", "grid")
    roles = ("encoder", "decoder")

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        latent: int = 16,
        steps: int = 4,
        condition_dropout: float = 0.0,
    ) -> None:
        super().__init__(space, networks)
        self.latent, self.condition_dropout = latent, condition_dropout
        self.encoder = networks("encoder", outputs=(2 * latent,))
        self.decoder = networks("decoder", inputs=latent, outputs=[part.symbols or 1 for part in space.parts])
        self.prior = couplings(latent, Affine(), networks, steps=steps)

    @classmethod
    def fits(cls, space: Space) -> bool:
        """Tell whether a space is one of symbols."""
        return super().fits(space) and all(part.symbols is not None for part in space.parts)

    def loss(self, batch: Batch) -> Tensor:
        """Return a bound above the negative log-likelihood, in nats. Shapes: (batch,)."""
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        return -self._bound(batch)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the lower bound of each sample's log-likelihood by one draw of its code."""
        return Likelihood(self._bound(batch), "lower_bound")

    def _bound(self, batch: Batch) -> Tensor:
        filled = self.space.fill(batch)
        mean, log_deviation = self._posterior(filled)
        noise = Ambient(len(batch), mean.device).normal(self.latent).to(mean.dtype)
        code = mean + noise * log_deviation.exp()
        z, log_det = self.prior(code, batch.conditions)
        outputs = self.decoder(code, batch.conditions)
        return (
            self._reconstruction(filled, outputs) + log_normal(z) + log_det - log_normal(noise) + log_deviation.sum(1)
        )

    def _posterior(self, filled: Batch) -> tuple[Tensor, Tensor]:
        """Return mean and log-deviation of the code. Shapes: two of (batch, latent)."""
        mean, raw = self.encoder(self.space.relax(filled)).float().chunk(2, -1)
        return mean, 3 * torch.tanh(raw / 3)

    def _reconstruction(self, filled: Batch, outputs: Sequence[Tensor]) -> Tensor:
        """Return the log-probability of each sample given its code. Shapes: (batch,)."""
        return self.space.total(
            [
                output.float().log_softmax(-1).gather(-1, symbols[..., None]).squeeze(-1)
                for symbols, output in zip(filled.parts, outputs, strict=True)
            ]
        )

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
    ) -> Draws:
        """Draw one sample from each stream; `temperature` scales the noise that codes are made of.

        `guidance` leads from the model without conditions (0) to that with them (1) and beyond.
        """
        outputs = self._outputs(streams.normal(self.latent).float() * temperature, conditions or {}, guidance)
        whole = zip(outputs, self.space.uniform(streams), strict=True)
        return self._draws([draw(output.flatten(0, -2), one.flatten()).view(one.shape) for output, one in whole])

    def _outputs(self, z: Tensor, asked: Mapping[str, Tensor], guidance: float = 1.0) -> tuple[Tensor, ...]:
        """Decode noise. Shapes: (batch, latent) -> for each part (batch, *part.shape, symbols or 1)."""
        code = self.prior.inverse(z, asked, guidance)
        return guided(lambda known: self.decoder(code, known), asked, guidance)

    def encode(self, batch: Batch) -> Tensor:
        """Return the noise that stands for each sample. Shapes: (batch, latent)."""
        mean, _ = self._posterior(self.space.fill(batch))
        return self.prior(mean, batch.conditions)[0]

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the most probable sample of each code."""
        whole = zip(self._outputs(codes, {}), self.space.parts, strict=True)
        return self._draws(
            [output.squeeze(-1) if part.symbols is None else output.argmax(-1) for output, part in whole]
        )

    def _draws(self, parts: Sequence[Tensor]) -> Draws:
        return Draws(self.space.trim(Batch(parts[0]).with_parts(parts)))
