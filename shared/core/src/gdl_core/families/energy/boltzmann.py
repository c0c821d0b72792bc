"""Restricted Boltzmann machines: binary cells and binary causes, each free given the others."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from gdl_core.families.energy.machine import Machine, bits
from gdl_core.families.energy.replay import Replay
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.roles import Networks
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Space

ESTIMATING = 128
"""Chains that estimate log Z."""


class ContrastiveBoltzmann(Family):
    """A restricted Boltzmann machine over cells of two levels, learned by contrastive divergence.

    The loss compares the free energy of data to that of chains which set out at the data and take a few sweeps of
    block Gibbs sampling. It is not quite the gradient of the likelihood. Hinton (2002), "Training products of experts
    by minimizing contrastive divergence".
    """

    name = "energy"
    variant = "contrastive-boltzmann"
    spaces = ("grid",)
    roles = ()
    nats = False
    comparable = False

    def __init__(self, space: Space, networks: Networks, *, hidden: int = 256, sweeps: int = 1) -> None:
        """The machine has `hidden` units; chains take `sweeps` in each training step."""
        super().__init__(space, networks)
        self.sweeps = sweeps
        self.shape = space.parts[0].shape
        visible = math.prod(self.shape)
        self.weights = nn.Parameter(torch.empty(hidden, visible))
        self.hidden = nn.Parameter(torch.zeros(hidden))
        self.visible = nn.Parameter(torch.zeros(visible))
        nn.init.normal_(self.weights, std=0.01)  # Hinton (2010), "A practical guide"

    @classmethod
    def fits(cls, space: Space) -> bool:
        return space.kind in cls.spaces and all(part.symbols == 2 for part in space.parts)

    @property
    def machine(self) -> Machine:
        """The machine, with the cells on its right, before other units if there are any."""
        return Machine(self.weights, self.hidden, self.visible)

    def unnormalized(self, cells: Tensor) -> Tensor:
        """Return the log-probability of cells up to log Z: the negative free energy.

        Shapes: (batch, cells) -> (batch,).
        """
        return self.machine.flipped().marginal(cells)

    def loss(self, batch: Batch) -> Tensor:
        """Return the free energy of each sample less the mean of that of chains. Shapes: (batch,)."""
        cells = self._cells(self.space.fill(batch))
        with torch.no_grad():
            chains = self._imagine(cells)
        return self.machine.marginal(chains).mean() - self.unnormalized(cells)

    def _imagine(self, cells: Tensor) -> Tensor:
        """Return the left layer of chains after their sweeps. Shapes: (batch, cells) -> (batch, left)."""
        source = Ambient(len(cells), cells.device)
        return self._swept(bits(self.machine.left_logits(cells), source), source)

    def _swept(self, x: Tensor, source: Ambient) -> Tensor:
        for _ in range(self.sweeps):
            x, _ = self.machine.sweep(x, source)
        return x

    @torch.no_grad()
    def log_prob(self, batch: Batch) -> Likelihood:
        """Estimate the log-likelihood of each sample: log Z is found by annealed importance sampling, at every call."""
        log_partition = self.log_partition(Streams(0, range(ESTIMATING), device=self.visible.device))
        return Likelihood(self.unnormalized(self._cells(self.space.fill(batch))) - log_partition, "estimate")

    @torch.no_grad()
    def log_partition(self, streams: Streams, *, temperatures: int = 500) -> Tensor:
        """Estimate log Z with a chain for each stream. Shapes: ()."""
        return self.machine.log_partition(streams, temperatures=temperatures).float()

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        given: Given | None = None,
        steps: int = 200,
    ) -> Draws:
        """Take `steps` sweeps of block Gibbs sampling from units that know nothing of each other.

        What is given stays in its place in every sweep.
        """
        count = math.prod(self.shape)

        def clamp(y: Tensor) -> Tensor:
            if given is None:
                return y
            return torch.cat([given.over([y[:, :count].unflatten(1, self.shape)])[0].flatten(1), y[:, count:]], 1)

        machine = self.machine
        x = bits(machine.left.expand(len(streams), -1), streams)
        y = x.new_zeros(len(x), count)
        for _ in range(steps):
            x, y = machine.sweep(x, streams, clamp)
        return Draws(self.space.trim(Batch(y[:, :count].unflatten(1, self.shape).long())))

    def _cells(self, filled: Batch) -> Tensor:
        return filled.values.flatten(1).to(self.visible.dtype)


class Boltzmann(ContrastiveBoltzmann):
    """A restricted Boltzmann machine over cells of two levels, learned by persistent contrastive divergence.

    The chains go on from one training step to the next, and are at rest as long as learning is slow: the gradient of
    the loss is then that of the negative log-likelihood. Tieleman (2008), "Training restricted Boltzmann machines
    using approximations to the likelihood gradient".

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Grid
        >>> model = build(Design("energy", Grid(1, (3, 3), levels=2), variant="boltzmann"))
        >>> draws = model.sample(Streams(0, range(4)))
        >>> model.log_prob(model.space.collate(draws.samples)).kind
        'estimate'
    """

    variant = "boltzmann"
    training_only = ("replay.",)

    def __init__(
        self, space: Space, networks: Networks, *, hidden: int = 256, sweeps: int = 1, chains: int = 4096
    ) -> None:
        """As many of the `chains` as there are samples move in each training step."""
        super().__init__(space, networks, hidden=hidden, sweeps=sweeps)
        self.replay = Replay([(hidden,)], chains=chains, reach=1)

    def _imagine(self, cells: Tensor) -> Tensor:
        source = Ambient(len(cells), cells.device)
        fresh = bits(self.machine.left.expand(len(cells), -1), source)
        if not self.training:
            return self._swept(fresh, source)
        rows = self.replay.choose(len(cells))
        (start,) = self.replay.take(rows, [fresh[: len(rows)]], restarts=0.0)
        x = self._swept(start, Ambient(len(rows), cells.device))
        self.replay.put(rows, [x])
        return x
