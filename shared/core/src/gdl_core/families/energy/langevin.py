"""An energy learned by contrastive divergence: it falls at data, and rises where walks lead."""

import torch
from torch import Tensor

from gdl_core.families.energy.replay import Replay
from gdl_core.families.energy.tilted import Tilted
from gdl_core.families.family import Phase
from gdl_core.families.roles import Networks
from gdl_core.families.walks import langevin
from gdl_core.randomness import Ambient
from gdl_core.spaces import Batch, Space

REACH = 4
"""A training step moves one in so many of the chains that are in use: more of them stand for more of the model."""


class Langevin(Tilted):
    """A standard normal density, tilted by a network that learns from where its own walks lead.

    The loss lowers the tilt at data and raises it at chains that walk by it: its gradient is that of the negative
    log-likelihood as far as the chains are at rest; its value says nothing. The normal density is where chains begin,
    and keeps them from running away.

    Xie et al. (2016), arXiv:1602.03264; Du and Mordatch (2019), arXiv:1903.08689.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("energy", Vector(2), variant="langevin"))
        >>> model.sample(Streams(0, range(3)), sampler="mala", steps=5).samples[0].shape
        torch.Size([2])
    """

    variant = "langevin"
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
        super().__init__(space, networks, blur=blur, deviation=1.0, condition_dropout=condition_dropout)
        self.walk, self.restarts, self.damping = walk, restarts, damping
        self.replay = Replay(space.real_shapes, chains=chains, reach=REACH)

    def loss(self, batch: Batch) -> Tensor:
        """Return the tilt at each sample less its mean at chains. Shapes: (batch,)."""
        return self.contrast(self.real(batch))

    def contrast(self, real: Batch) -> Tensor:
        """Return the loss of samples in the real form. Shapes: (batch,)."""
        there, imagined = self.tilt(self.blurred(real)), self.tilt(self._imagine(real))
        drift = (there.square() + imagined.square().mean()) / self.extent
        return there - imagined.mean() + self.damping * drift

    @torch.no_grad()
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

    def phases(self) -> list[Phase]:
        """One objective, without momentum: chains answer each step of the tilt only in the steps after."""
        return [Phase("all", list(self.parameters()), self.loss, rate=0.3, betas=(0.0, 0.99))]
