"""Energies over the real form of samples: a normal density, bent by a network, and sampled by a walk."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from gdl_core.errors import UsageError, nearest
from gdl_core.families.family import Draws, Family
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions, guided
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.walks import SAMPLERS, Parts, Potential
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Space

Tilt = Callable[[Batch], Tensor]
"""How much less probable samples are than under the normal density. Shapes: a real form -> (batch,)."""


class Tilted(Family):
    """An energy from any network that sums up a sample: p(x) is a normal density around zero times exp(-tilt(x)) / Z.

    Data are blurred by normal noise, since no walk could follow a density that sits on points. Symbols without order
    are walked around as one-hot vectors, and rounded at the end. What is left to a variant is the objective.
    """

    name = "energy"
    spaces = ("vector", "tokens", "grid", "points", "graph")
    roles = ("energy",)

    def __init__(
        self, space: Space, networks: Networks, *, blur: float, deviation: float, condition_dropout: float
    ) -> None:
        """`blur` is the deviation of the noise on data, `deviation` that of the normal density."""
        super().__init__(space, networks)
        self.blur, self.deviation, self.condition_dropout = blur, deviation, condition_dropout
        self.extent = sum(math.prod(shape) for shape in space.real_shapes)
        self.network = cast(Encoder, networks("energy", outputs=(self.outputs,)))

    @property
    def outputs(self) -> int:
        """How many numbers the network gives."""
        return 1

    def tilt(self, real: Batch) -> Tensor:
        """Return the tilt of each sample, as large as the space. Shapes: a real form -> (batch,)."""
        return self.network(real).squeeze(1).float() * self.extent

    def real(self, batch: Batch) -> Batch:
        """Return a batch in the real form, in training now and then without its conditions."""
        real = self.space.relax(self.space.fill(batch))
        return drop_conditions(real, self.condition_dropout if self.training else 0.0)

    def blurred(self, real: Batch) -> Batch:
        """Return samples with normal noise on them."""
        noise = self.space.normal(Ambient(len(real), real.values.device))
        return real.with_parts([torch.add(a, b, alpha=self.blur) for a, b in zip(real.parts, noise, strict=True)])

    def jumped(self, x: Parts, slopes: Parts) -> Parts:
        """Take off the blur: return the mean of what blurred samples can have been."""
        return tuple(torch.add(a, b, alpha=-(self.blur**2)) for a, b in zip(x, slopes, strict=True))

    def potential(self, tilt: Tilt, asked: Batch, given: Given | None = None) -> Potential:
        """Return the energy, under the conditions of `asked`, as a function of the parts of the real form.

        Coordinates without a say, since they are given or repeat others, have the normal energy alone. Where gradients
        are recorded, those of the energy's gradient are too.
        """

        def energy(x: Parts) -> tuple[Tensor, Parts]:
            recorded, precision = torch.is_grad_enabled(), self.deviation**-2
            with torch.enable_grad():
                free = tuple(part.detach().requires_grad_() for part in x)
                seen = self.space.mirror(free)
                tilts = tilt(asked.with_parts(given.over(seen) if given else seen))
                slopes = torch.autograd.grad(tilts.sum(), free, create_graph=recorded)
            squares = torch.stack([part.square().flatten(1).sum(1) for part in x]).sum(0)
            bent = tuple(torch.add(a, b, alpha=precision) for a, b in zip(slopes, x, strict=True))
            return (tilts if recorded else tilts.detach()) + squares * (precision / 2), bent

        return energy

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        guidance: float = 1.0,
        given: Given | None = None,
        sampler: str = "langevin",
        steps: int = 100,
        size: float | None = None,
        jump: bool = True,
    ) -> Draws:
        """Walk from normal noise, by default in steps of the size of the blur, then jump to the nearest clean sample.

        `sampler` is ``langevin``, ``mala`` or ``hmc``. The jump takes off the blur: it goes to the mean of what a
        blurred sample can have been (Saremi and Hyvärinen 2019, arXiv:1903.02334). What is given is part of the energy
        at every step, and is kept exactly.
        """
        if sampler not in SAMPLERS:
            raise UsageError(f"there is no sampler {sampler!r}; {nearest(sampler, SAMPLERS)}")
        x = self.space.normal(streams)
        asked = Batch(x[0], conditions=conditions or {}).with_parts(x)
        known = None if given is None else Given(self.space.relax(given.values), given.known)
        potential = self.potential(self._guided(guidance), asked, known)
        x = SAMPLERS[sampler](potential, x, streams, size=size or self.blur**2, steps=steps)
        if jump:
            x = self.jumped(x, potential(x)[1])
        filled = self.space.round(asked.with_parts(self.space.mirror(x)))
        return Draws(self.space.trim(filled if given is None else filled.with_parts(given.over(filled.parts))))

    def _guided(self, weight: float) -> Tilt:
        def tilt(real: Batch) -> Tensor:
            return guided(lambda asked: [self.tilt(replace(real, conditions=asked))], real.conditions, weight)[0]

        return tilt
