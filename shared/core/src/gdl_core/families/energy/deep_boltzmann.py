"""Deep Boltzmann machines: causes of causes."""

import torch
from torch import Tensor, nn

from gdl_core.families.energy.boltzmann import Boltzmann
from gdl_core.families.energy.machine import Machine
from gdl_core.families.roles import Networks
from gdl_core.spaces import Space


class DeepBoltzmann(Boltzmann):
    """A Boltzmann machine over cells of two levels with two layers of causes.

    What the causes of data are is approximated by independent units that fit best (mean field), which gives a lower
    bound on the likelihood up to log Z; what the model imagines comes from persistent chains. The first layer of
    causes is free given cells and second layer, and the other way round, so that all of `Boltzmann` holds.
    Salakhutdinov and Hinton (2009), "Deep Boltzmann machines".

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Grid
        >>> model = build(Design("energy", Grid(1, (3, 3), levels=2), variant="deep-boltzmann"))
        >>> model.sample(Streams(0, range(4)), steps=5).samples[0].shape
        torch.Size([1, 3, 3])
    """

    variant = "deep-boltzmann"

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        hidden: int = 256,
        causes: int = 128,
        sweeps: int = 1,
        chains: int = 4096,
        rounds: int = 10,
    ) -> None:
        """The second layer has `causes` units; mean field takes `rounds` of updates of both layers."""
        super().__init__(space, networks, hidden=hidden, sweeps=sweeps, chains=chains)
        self.rounds = rounds
        self.upper = nn.Parameter(torch.empty(hidden, causes))
        self.causes = nn.Parameter(torch.zeros(causes))
        nn.init.normal_(self.upper, std=0.01)

    @property
    def machine(self) -> Machine:
        """The machine of the first layer of causes and, on its right, cells and second layer."""
        weights, right = torch.cat([self.weights, self.upper], 1), torch.cat([self.visible, self.causes])
        return Machine(weights, self.hidden, right)

    def unnormalized(self, cells: Tensor) -> Tensor:
        """Return a lower bound on the log-probability of cells up to log Z. Shapes: (batch, cells) -> (batch,)."""
        with torch.no_grad():
            x, causes = self.mean_field(cells)
        right = torch.cat([cells, causes], 1)
        return self.machine.negative_energy(x, right) + entropy(x) + entropy(causes)

    def mean_field(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Return the probabilities of independent units of both layers that fit the cells best.

        Each round fits one layer to the other, and so never lowers the bound. Shapes: (batch, hidden), (batch, causes).
        """
        machine = self.machine
        causes = self.causes.sigmoid().expand(len(cells), -1)
        for _ in range(self.rounds):
            x = machine.left_logits(torch.cat([cells, causes], 1)).sigmoid()
            causes = machine.right_logits(x)[:, cells.shape[1] :].sigmoid()
        return x, causes


def entropy(probabilities: Tensor) -> Tensor:
    """Return the entropy of independent bits, in nats. Shapes: (batch, units) -> (batch,)."""
    return torch.special.entr(probabilities).sum(1) + torch.special.entr(1 - probabilities).sum(1)
