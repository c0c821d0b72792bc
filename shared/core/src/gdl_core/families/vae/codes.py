"""How a code of several vectors is laid out for networks: in a row, or as a map over the sample."""

from abc import ABC, abstractmethod
from math import prod
from typing import cast

from torch import Tensor, nn

from gdl_core.errors import UsageError
from gdl_core.families.roles import Analysis, Encoder, Networks
from gdl_core.families.vae.emissions import ElementEmission
from gdl_core.spaces import Batch, Space


class Codes(nn.Module, ABC):
    """The encoder of a code of `count` vectors, and the `emission` that tells what a code says of a sample."""

    count: int
    emission: ElementEmission

    @abstractmethod
    def vectors(self, real: Batch) -> Tensor:
        """Encode samples. Shapes: a real form -> (batch, count, width)."""

    @abstractmethod
    def laid(self, vectors: Tensor) -> Tensor:
        """Lay vectors out as the emission takes them. Shapes: (batch, count, width) -> codes."""


class Row(Codes):
    """So many vectors, made and read as one long vector."""

    def __init__(self, space: Space, networks: Networks, *, count: int, width: int) -> None:
        super().__init__()
        self.count, self.width = count, width
        self.encoder = cast(Encoder, networks("encoder", outputs=(count * width,)))
        self.emission = ElementEmission(space, networks, count * width)

    def vectors(self, real: Batch) -> Tensor:
        return self.encoder(real).float().unflatten(1, (self.count, self.width))

    def laid(self, vectors: Tensor) -> Tensor:
        return vectors.flatten(1)


class Map(Codes):
    """A vector for each region of the sample. In the row of vectors the last axis of the map goes fastest."""

    def __init__(self, space: Space, networks: Networks, *, width: int) -> None:
        super().__init__()
        self.encoder = cast(Analysis, networks("analysis", outputs=(width,)))
        self.emission = ElementEmission(space, networks, width, role="synthesis")
        self.shape = map_shape_of(self.encoder, self.emission)
        self.count = prod(self.shape)

    def vectors(self, real: Batch) -> Tensor:
        return self.encoder(real).float().flatten(2).transpose(1, 2)

    def laid(self, vectors: Tensor) -> Tensor:
        return vectors.transpose(1, 2).unflatten(2, self.shape)


def map_shape_of(analysis: Analysis, emission: ElementEmission) -> tuple[int, ...]:
    """Return the shape of the map that one network makes, if it is the one that the other reads."""
    made, read = analysis.map_shape, cast(Analysis, emission.decoder).map_shape
    if made != read:
        raise UsageError(f"analysis makes a map of codes of shape {made}, but synthesis reads one of {read}")
    return made
