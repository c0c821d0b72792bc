"""An energy learned by score matching: no chain walks in training."""

import math

from torch import Tensor

from gdl_core.families.energy.tilted import Tilted
from gdl_core.families.roles import Networks
from gdl_core.spaces import Batch, Space

ONE_HOT = 0.3
"""About the deviation of a coordinate of one-hot vectors; that of other data is taken to be 1."""


class ScoreMatching(Tilted):
    """A normal density, tilted by a network whose slope tells what a blurred sample was.

    One step down the energy, a jump, leads from blurred samples to the mean of what they can have been. The loss is the
    squared distance from there to what they were, so that the slope of the energy is that of blurred data (Vincent
    2011, doi:10.1162/NECO_a_00142). It needs no chains, and learns from every coordinate of a sample; what it cannot
    see is how deep valleys are that lie far from each other. Sampling walks among blurred samples, and jumps at its end
    (Saremi and Hyvärinen 2019, arXiv:1903.02334).

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> from gdl_core.spaces import Vector
        >>> model = build(Design("energy", Vector(2), variant="score-matching"))
        >>> model.sample(Streams(0, range(3)), steps=5).samples[0].shape
        torch.Size([2])
    """

    variant = "score-matching"

    def __init__(
        self, space: Space, networks: Networks, *, blur: float | None = None, condition_dropout: float = 0.1
    ) -> None:
        """`blur` is the deviation of the noise on data, and its square the size of a step of a walk.

        By default it is 0.2, and 0.45 where symbols are walked around as one-hot vectors: with less, no walk finds from
        one symbol to another. The normal density is as wide as blurred data.
        """
        blur = blur or (0.45 if space.one_hot else 0.2)
        deviation = math.hypot(blur, ONE_HOT if space.one_hot else 1.0)
        super().__init__(space, networks, blur=blur, deviation=deviation, condition_dropout=condition_dropout)

    def loss(self, batch: Batch) -> Tensor:
        """Return how far from each sample the jump from its blurred form ends, squared. Shapes: (batch,).

        Added is the square of the mean energy of a coordinate, since no slope tells at which level an energy lies.
        """
        real = self.real(batch)
        x = self.blurred(real).parts
        energies, slopes = self.potential(self.tilt, real)(x)
        pairs = zip(self.jumped(x, slopes), real.parts, strict=True)
        missed = [(end - part).square() for end, part in pairs]
        level = energies.mean() / self.extent
        return self.space.total([each.sum(-1) for each in missed] if self.space.one_hot else missed) + level.square()
