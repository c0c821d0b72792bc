"""Autoregressive flows: masked perceptrons over all dimensions, transformers over patches."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.causal import CausalBijection
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Affine, Law
from gdl_core.families.flow.layers import ActNorm, Flip, Reshape, Squeeze
from gdl_core.families.flow.spline import Spline
from gdl_core.families.guidance import drop_conditions, guided
from gdl_core.families.roles import Networks
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Grid, Space, Vector


def causal_chain(space: Space, law: Law, networks: Networks, *, steps: int) -> Bijection:
    """Chain autoregressive transforms over all numbers of the real form in a row, each the other way round."""
    shape = space.real_shapes[0]
    size = math.prod(shape)
    chain: list[Bijection] = [Reshape(shape, (size,)), ActNorm((size,))]
    for _ in range(steps):
        network = networks("causal", space=Vector(size), outputs=(law.parameters,))
        chain += [CausalBijection(law, network), Flip()]
    return Chain([*chain, Reshape((size,), shape)])


class AutoregressiveFlow(Flow):
    """What the flows by masked perceptrons share: one call for a likelihood, a call for each dimension to sample."""

    spaces = ("vector", "grid")
    roles = ("causal",)


class MaskedAutoregressive(AutoregressiveFlow):
    """Affine autoregressive transforms (Papamakarios et al. 2017, MAF, arXiv:1705.07057)."""

    variant = "masked-autoregressive"

    def __init__(self, space: Space, networks: Networks, *, steps: int = 5, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = causal_chain(space, Affine(), networks, steps=steps)


class SplineAutoregressive(AutoregressiveFlow):
    """Autoregressive rational-quadratic splines (Durkan et al. 2019, arXiv:1906.04032)."""

    variant = "spline-autoregressive"

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        steps: int = 3,
        bins: int = 8,
        bound: float = 5.0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = causal_chain(space, Spline(bins=bins, bound=bound), networks, steps=steps)


class TransformerFlow(Flow):
    """Affine autoregressive transforms over patches by transformers (Zhai et al. 2024, TarFlow, arXiv:2412.06329).

    It learns data with normal noise of deviation `noise` on it, whose density is smooth, and takes the noise off its
    samples by a step along the density's slope (Tweedie): x + noise^2 d log p / dx. The likelihood is the flow's own,
    which its denoised samples do not follow exactly: an estimate. With ``noise=0`` it is one like any flow's.
    """

    variant = "transformer"
    spaces = ("grid",)
    roles = ("causal",)
    nats = False
    space: Grid

    def __init__(
        self,
        space: Grid,
        networks: Networks,
        *,
        steps: int = 4,
        patch: int = 2,
        noise: float = 0.05,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.noise = noise
        factors = tuple(patch if size % patch == 0 else 1 for size in space.shape)
        cells = math.prod(space.shape) // math.prod(factors)
        patches = Grid(space.channels * math.prod(factors), (cells,))
        squeezed = (patches.channels, *(n // f for n, f in zip(space.shape, factors, strict=True)))
        chain: list[Bijection] = [
            ActNorm(space.channel_shapes[0]),
            Squeeze(factors),
            Reshape(squeezed, patches.full_shape),
        ]
        for _ in range(steps):
            network = networks("causal", space=patches, outputs=(Affine.parameters,))
            chain += [CausalBijection(Affine(), network), Flip()]
        self.bijection = Chain([*chain, Reshape(patches.full_shape, space.full_shape)])

    def loss(self, batch: Batch) -> Tensor:
        """Return the negative log-density of each sample with noise on it, in nats. Shapes: (batch,)."""
        if not self.noise:
            return super().loss(batch)
        if self.training:
            batch = drop_conditions(batch, self.condition_dropout)
        real = self.space.relax(self.space.fill(batch)).values
        (noise,) = self.space.normal(Ambient(len(batch), real.device))
        return -self.density(real + self.noise * noise, batch.conditions)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the log-likelihood under the flow, before its samples are denoised."""
        likelihood = super().log_prob(batch)
        return Likelihood(likelihood.values, "estimate") if self.noise else likelihood

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        temperature: float = 1.0,
        guidance: float = 1.0,
    ) -> Draws:
        """Draw one sample from each stream and take its noise off; the options are those of every flow."""
        asked = conditions or {}
        x = self.bijection.inverse(self._noise(streams) * temperature, asked, guidance)
        (clean,) = guided(lambda known: [self.denoised(x, known)], asked, guidance)
        return Draws(self.space.trim(self.space.round(Batch(clean))))

    def denoised(self, x: Tensor, asked: Mapping[str, Tensor]) -> Tensor:
        """Return what noisy samples are expected to be without noise. Shapes: (batch, ...) -> the same."""
        if not self.noise:
            return x
        with torch.enable_grad():
            noisy = x.detach().requires_grad_()
            (slope,) = torch.autograd.grad(self.density(noisy, asked).sum(), noisy)
        return x + self.noise**2 * slope
