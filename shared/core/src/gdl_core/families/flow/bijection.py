"""What an invertible map must do, and a chain of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import cast

from torch import Tensor, nn

Asked = Mapping[str, Tensor]
"""What each sample is asked to be, by the name of the condition."""


class Bijection(nn.Module, ABC):
    """A map that can be undone and knows how it stretches volume.

    Law: ``inverse(forward(x)[0]) == x``, and the log-determinant is that of the Jacobian of `forward` at each sample.
    The maps are built for one shape of sample; what the samples are asked to be may change the map.
    """

    @abstractmethod
    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        """Map data towards noise. Shapes: (batch, ...) -> (batch, ...), log-determinant (batch,)."""

    @abstractmethod
    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        """Map noise back to data. Shapes: (batch, ...) -> (batch, ...).

        With a guidance other than 1 what the networks say is extrapolated from their answers without conditions.
        """


class Chain(Bijection):
    """Bijections one after the other."""

    def __init__(self, steps: Iterable[Bijection]) -> None:
        super().__init__()
        self.steps = nn.ModuleList(steps)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        total = x.new_zeros(len(x))
        for step in self.steps:
            x, log_det = step(x, asked)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        for step in reversed(cast(list[Bijection], list(self.steps))):
            z = step.inverse(z, asked, guidance)
        return z


def total(elements: Tensor) -> Tensor:
    """Add up the numbers of each sample. Shapes: (batch, ...) -> (batch,)."""
    return elements.flatten(1).sum(1)
