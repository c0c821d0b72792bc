"""Autoregressive transforms: each element is mapped as those before it say."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor, nn

from gdl_core.families.flow.bijection import Asked, Bijection, total
from gdl_core.families.flow.laws import Law
from gdl_core.families.guidance import guided
from gdl_core.families.roles import Causal
from gdl_core.spaces import Batch


class CausalBijection(Bijection):
    """Maps every place along the last axis by what the network says of the places before it.

    One call of the network maps data to noise; back it takes a step for each place (Papamakarios et al. 2017, masked
    autoregressive flow, arXiv:1705.07057).
    Shapes: (batch, length) or (batch, channels, length) -> the same.
    """

    def __init__(self, law: Law, network: nn.Module) -> None:
        super().__init__()
        self.law, self.network = law, cast(Causal, network)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        theta = self.network(Batch(x, conditions=asked))
        z, log_slope = self.law.forward(x, theta.to(x.dtype))
        return z, total(log_slope)

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        memories: dict[bool, Any] = {}
        x, before = torch.zeros_like(z), None

        def predict(known: Mapping[str, Tensor]) -> list[Tensor]:
            which = known is asked
            if which not in memories:
                memories[which] = self.network.begin(len(z), known)
            return [self.network.advance(before, memories[which])]

        for place in range(z.shape[-1]):
            (theta,) = guided(predict, asked, guidance)
            before = self.law.inverse(z[..., place], theta.to(z.dtype))
            x[..., place] = before
        return x
