"""Gaussian diffusion proper: DDPM, EDM and flow matching are settings of one objective."""

from functools import partial

from torch import Tensor

from gdl_core.families.content import streams_of
from gdl_core.families.diffusion.bound import gaussian_bound
from gdl_core.families.diffusion.gaussian import Gaussian, even
from gdl_core.families.diffusion.interpolants import mix
from gdl_core.families.family import Likelihood
from gdl_core.families.guidance import drop_conditions
from gdl_core.randomness import Ambient, Source
from gdl_core.spaces import Batch


class Denoising(Gaussian):
    """A guess that is the mean of all data that may be behind the noise."""

    def loss(self, batch: Batch) -> Tensor:
        """Return the squared error of the network at a random time. Shapes: (batch,)."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        data = self.space.relax(self.space.fill(batch)).parts
        moment = self.way.at(self.way.draw(even(len(batch), data[0].device)))
        noise = self.space.normal(Ambient(len(batch), data[0].device))
        guesses = self.guess(mix(self.space, data, noise, moment), moment, batch.conditions)
        output = self.scales(moment, self.deviation).output
        return self.total([((guess - x) / self.factor(output, x)) ** 2 for guess, x in zip(guesses, data, strict=True)])

    def log_prob(self, batch: Batch, *, draws: int = 32) -> Likelihood:
        """Estimate a lower bound on the log-likelihood of each filled sample, by 2 `draws` calls of the denoiser.

        The estimate is without bias, and the same whenever and beside whomever a sample is asked about. It is a
        log-probability where a space holds symbols, and a log-density where it holds numbers. Shapes: values (batch,).
        """
        filled = self.space.fill(batch)
        return Likelihood(self.bound(filled, streams_of(filled), draws=draws), "lower_bound")

    def bound(self, filled: Batch, source: Source, *, draws: int = 32) -> Tensor:
        """Return what `log_prob` does by noise from a source. Shapes: (batch,)."""
        guess = partial(self.guess, conditions=filled.conditions)
        bounds = gaussian_bound(guess, self.space, filled, self.way, source, deviation=self.deviation, draws=draws)
        return -self.space.total(bounds)


class Edm(Denoising):
    """Noise of all levels is added to the data, and network and error are scaled to variance 1 at each.

    Karras et al. (2022), arXiv:2206.00364.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("diffusion", Vector(2), variant="edm"))
        >>> len(model.sample(Streams(0, range(3)), steps=8, solver="dpm-solver").samples)
        3
    """

    variant = "edm"
    interpolant, parameterisation, solver, steps = "exploding", "preconditioned", "heun", 18


class Ddpm(Denoising):
    """The noise in the data is guessed and taken off a little at a time. Ho et al. (2020), arXiv:2006.11239.

    They take 1000 steps. With ``interpolant="cosine"`` and ``parameterisation="velocity"`` it is the v-prediction of
    Salimans and Ho (2022), arXiv:2202.00512.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> options = {"interpolant": "cosine", "parameterisation": "velocity"}
        >>> model = build(Design("diffusion", Vector(2), variant="ddpm", family_options=options))
        >>> len(model.sample(Streams(0, range(3)), steps=8, solver="ddim").samples)
        3
    """

    variant = "ddpm"
    interpolant, parameterisation, solver, steps = "linear-beta", "noise", "ancestral", 100


class FlowMatching(Denoising):
    """The velocity from data to noise along straight lines is guessed, and followed back.

    Lipman et al. (2022), arXiv:2210.02747; Liu et al. (2022), arXiv:2209.03003.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("diffusion", Vector(2), variant="flow-matching"))
        >>> len(model.sample(Streams(0, range(3)), steps=8).samples)
        3
    """

    variant = "flow-matching"
    interpolant, parameterisation, solver, steps = "straight", "flow", "heun", 16
