"""Couplings: one half of a sample decides how the other half is mapped."""

import torch
from torch import Tensor, nn

from gdl_core.families.flow.bijection import Asked, Bijection
from gdl_core.families.flow.laws import Law
from gdl_core.families.guidance import guided


class SplitCoupling(Bijection):
    """The first half of a vector says how the second is mapped; then the halves change places.

    With one dimension there is no half that could decide: the network reads a zero.
    Shapes: (batch, size) -> (batch, size). The network is a decoder from ``max(size // 2, 1)`` numbers.
    """

    def __init__(self, size: int, law: Law, network: nn.Module) -> None:
        super().__init__()
        self.kept, self.law, self.network = size // 2, law, network

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        kept, moved = x[:, : self.kept], x[:, self.kept :]
        (theta,) = self.network(self._code(kept), asked)
        moved, log_slope = self.law.forward(moved, theta.to(x.dtype))
        return torch.cat([moved, kept], 1), log_slope.sum(1)

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        moved, kept = z[:, : z.shape[1] - self.kept], z[:, z.shape[1] - self.kept :]
        code = self._code(kept)
        (theta,) = guided(lambda known: self.network(code, known), asked, guidance)
        return torch.cat([kept, self.law.inverse(moved, theta.to(z.dtype))], 1)

    def _code(self, kept: Tensor) -> Tensor:
        return kept if self.kept else kept.new_zeros(len(kept), 1)
