"""Couplings: one half of a sample decides how the other half is mapped."""

from collections.abc import Iterable
from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.families.flow.bijection import Asked, Bijection
from gdl_core.families.flow.laws import Law
from gdl_core.families.guidance import guided
from gdl_core.families.roles import Decoder, Denoiser, Networks
from gdl_core.spaces import Batch, Space


class SplitCoupling(Bijection):
    """The first half of a vector says how the second is mapped; then the halves change places.

    With one dimension there is no half that could decide: the network reads a zero.
    Shapes: (batch, size) -> (batch, size). The network is a decoder from ``max(size // 2, 1)`` numbers.
    """

    def __init__(self, size: int, law: Law, network: nn.Module) -> None:
        super().__init__()
        self.kept, self.law, self.network = size // 2, law, cast(Decoder, network)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        kept, moved = x.split([self.kept, x.shape[1] - self.kept], 1)
        (theta,) = self.network(self._code(kept), asked)
        moved, log_slope = self.law.forward(moved, theta.to(x.dtype))
        return torch.cat([moved, kept], 1), log_slope.sum(1)

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        moved, kept = z.split([z.shape[1] - self.kept, self.kept], 1)
        code = self._code(kept)
        (theta,) = guided(lambda known: self.network(code, known), asked, guidance)
        return torch.cat([kept, self.law.inverse(moved, theta.to(z.dtype))], 1)

    def _code(self, kept: Tensor) -> Tensor:
        return kept if self.kept else kept.new_zeros(len(kept), 1)


class MaskedCoupling(Bijection):
    """The numbers of a real form that `moved` leaves out say how those it chooses are mapped.

    Works on every space of one part and keeps its symmetries, if mask and network do. The network, a denoiser at time
    0, sees zeros where numbers are moved.
    Shapes: (batch, ...) -> (batch, ...); `moved` the same without the batch.
    """

    kept: Tensor
    places: Tensor

    def __init__(self, moved: Tensor, law: Law, network: nn.Module) -> None:
        super().__init__()
        self.register_buffer("kept", ~moved, persistent=False)
        self.register_buffer("places", moved.flatten().nonzero().squeeze(1), persistent=False)
        self.law, self.network = law, cast(Denoiser, network)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        return self.move(x, Batch(x * self.kept, conditions=asked))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        (theta,) = guided(lambda known: [self._theta(Batch(z * self.kept, conditions=known))], asked, guidance)
        flat = z.flatten(1)
        moved = self.law.inverse(flat[:, self.places], theta.to(z.dtype))
        return flat.index_copy(1, self.places, moved).view_as(z)

    def move(self, x: Tensor, seen: Batch) -> tuple[Tensor, Tensor]:
        """Map the numbers that are moved as the network says of what it sees."""
        flat = x.flatten(1)
        moved, log_slope = self.law.forward(flat[:, self.places], self._theta(seen).to(x.dtype))
        return flat.index_copy(1, self.places, moved).view_as(x), log_slope.sum(1)

    def _theta(self, seen: Batch) -> Tensor:
        """Return the parameters of the law where numbers are moved. Shapes: (batch, moved, parameters)."""
        (theta,) = self.network(seen, seen.values.new_zeros(len(seen)))
        return theta.flatten(1, -2)[:, self.places]


def masked_couplings(space: Space, law: Law, networks: Networks, *, turns: Iterable[int]) -> list[MaskedCoupling]:
    """Make couplings that move halves of a space (`Space.half`) in turn."""
    return [
        MaskedCoupling(space.half(turn)[0], law, networks("coupling", space=space, outputs=(law.parameters,)))
        for turn in turns
    ]
