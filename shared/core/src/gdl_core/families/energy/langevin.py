"""An energy over the real form of samples, learned by contrastive divergence and sampled by a walk."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from gdl_core.errors import UsageError, nearest
from gdl_core.families.energy.replay import Replay
from gdl_core.families.family import Draws, Family, Phase
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions, guided
from gdl_core.families.roles import Encoder, Networks
from gdl_core.families.walks import SAMPLERS, Parts, Potential, langevin
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Space

Tilt = Callable[[Batch], Tensor]
"""How much less probable samples are than under the normal density. Shapes: a real form -> (batch,)."""

REACH = 4
"""A training step moves one in so many of the chains that are in use: more of them stand for more of the model."""


class Langevin(Family):
    """An energy from any network that sums up a sample: p(x) is the standard normal density times exp(-tilt(x)) / Z.

    The loss lowers the tilt at data and raises it at chains that walk by it: its gradient is that of the negative
    log-likelihood as far as the chains are at rest; its value says nothing. The normal density is where chains begin,
    and keeps them from running away. Data are blurred by normal noise, since no walk could follow a density that sits
    on points. Symbols without order are walked around as one-hot vectors, and rounded at the end.

    Xie et al. (2016), arXiv:1602.03264; Du and Mordatch (2019), arXiv:1903.08689.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("energy", Vector(2), variant="langevin"))
        >>> model.sample(Streams(0, range(3)), sampler="mala", steps=5).samples[0].shape
        torch.Size([2])
    """

    name = "energy"
    variant = "langevin"
    spaces = ("vector", "tokens", "grid", "points", "graph")
    roles = ("energy",)
    comparable = False
    training_only = ("replay.",)

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        blur: float = 0.2,
        walk: int = 5,
        chains: int = 1024,
        restarts: float = 0.05,
        damping: float = 0.25,
        condition_dropout: float = 0.1,
    ) -> None:
        """`blur` is the deviation of the noise on data, and its square the size of a step of a walk.

        In each training step some of the `chains` walk that many steps, a share of them anew from noise. `damping`
        weighs the squares of tilts, which could else drift.
        """
        super().__init__(space, networks)
        self.blur, self.walk, self.restarts, self.damping = blur, walk, restarts, damping
        self.condition_dropout = condition_dropout
        self.extent = sum(math.prod(shape) for shape in space.real_shapes)
        self.replay = Replay(space.real_shapes, chains=chains, reach=REACH)
        self.network = cast(Encoder, networks("energy", outputs=(self.outputs,)))

    @property
    def outputs(self) -> int:
        """How many numbers the network gives."""
        return 1

    def tilt(self, real: Batch) -> Tensor:
        """Return the tilt of each sample, as large as the space. Shapes: a real form -> (batch,)."""
        return self.network(real).squeeze(1).float() * self.extent

    def loss(self, batch: Batch) -> Tensor:
        """Return the tilt at each sample less its mean at chains. Shapes: (batch,)."""
        real = self.space.relax(self.space.fill(batch))
        return self.contrast(drop_conditions(real, self.condition_dropout if self.training else 0.0))

    def contrast(self, real: Batch) -> Tensor:
        """Return the loss of samples in the real form. Shapes: (batch,)."""
        noise = self.space.normal(Ambient(len(real), real.values.device))
        blurred = real.with_parts([torch.add(a, b, alpha=self.blur) for a, b in zip(real.parts, noise, strict=True)])
        there, imagined = self.tilt(blurred), self.tilt(self._imagine(real))
        drift = (there.square() + imagined.square().mean()) / self.extent
        return there - imagined.mean() + self.damping * drift

    def _imagine(self, real: Batch) -> Batch:
        """Return where some chains are after their walk, each under the conditions of a row of the batch.

        In evaluation all chains begin anew, and none is remembered.
        """
        fresh = self.space.normal(Ambient(len(real), real.values.device))
        if not self.training:
            return self._walked(real.with_parts(fresh))
        rows = self.replay.choose(len(real))
        asked = real.rows(slice(len(rows)))
        starts = self.replay.take(rows, [part[: len(rows)] for part in fresh], restarts=self.restarts)
        moved = self._walked(asked.with_parts(starts))
        self.replay.put(rows, moved.parts)
        return moved

    def _walked(self, real: Batch) -> Batch:
        source = Ambient(len(real), real.values.device)
        potential = self.potential(self.tilt, real)
        parts = langevin(potential, real.parts, source, size=self.blur**2, steps=self.walk)
        return real.with_parts(self.space.mirror(parts))

    def potential(self, tilt: Tilt, asked: Batch, given: Given | None = None) -> Potential:
        """Return the energy, under the conditions of `asked`, as a function of the parts of the real form.

        Coordinates without a say, since they are given or repeat others, have the normal energy alone.
        """

        def energy(x: Parts) -> tuple[Tensor, Parts]:
            with torch.enable_grad():
                free = tuple(part.detach().requires_grad_() for part in x)
                seen = self.space.mirror(free)
                tilts = tilt(asked.with_parts(given.over(seen) if given else seen))
                slopes = torch.autograd.grad(tilts.sum(), free)
            squares = torch.stack([part.square().flatten(1).sum(1) for part in x]).sum(0)
            return tilts.detach() + squares / 2, tuple(a + b for a, b in zip(slopes, x, strict=True))

        return energy

    def phases(self) -> list[Phase]:
        """One objective, without momentum: chains answer each step of the tilt only in the steps after."""
        return [Phase("all", list(self.parameters()), self.loss, rate=0.3, betas=(0.0, 0.99))]

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
        """Walk from normal noise, by default as far as chains live in training, then jump to the nearest clean sample.

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
            x = tuple(torch.add(a, b, alpha=-(self.blur**2)) for a, b in zip(x, potential(x)[1], strict=True))
        filled = self.space.round(asked.with_parts(self.space.mirror(x)))
        return Draws(self.space.trim(filled if given is None else filled.with_parts(given.over(filled.parts))))

    def _guided(self, weight: float) -> Tilt:
        def tilt(real: Batch) -> Tensor:
            return guided(lambda asked: [self.tilt(replace(real, conditions=asked))], real.conditions, weight)[0]

        return tilt
