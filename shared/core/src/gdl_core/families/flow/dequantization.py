"""Gives discrete samples volume, so that a density can stand for their probability."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.families.flow.bijection import total
from gdl_core.families.flow.coupling import MaskedCoupling
from gdl_core.randomness import Source
from gdl_core.spaces import Batch, Space


class Dequantizer(nn.Module):
    """Adds noise that fills each discrete value's cell; then E[log p(x) + bonus] <= log P(sample).

    Without couplings the noise is uniform (Theis et al. 2015, arXiv:1511.01844). With them it is a flow that sees the
    sample, trained with the model: the bound is closer (Ho et al. 2019, Flow++, arXiv:1902.00275). A coupling's
    network sees the sample blurred by the noise it may see. Where a space is continuous nothing happens.
    """

    def __init__(self, space: Space, couplings: Sequence[MaskedCoupling] = ()) -> None:
        super().__init__()
        self.space, self.couplings = space, nn.ModuleList(couplings)

    def forward(self, real: Batch, source: Source) -> tuple[Tensor, Tensor]:
        """Return the blurred sample and what is to be added to its log-density. Shapes: (batch, ...), (batch,)."""
        if self.space.continuous:
            return real.values, real.values.new_zeros(len(real))
        noise = source.uniform(*self.space.real_shapes[0]).to(real.values.dtype)
        density = noise.new_zeros(len(real))
        if self.couplings:
            noise, density = self._shaped(noise, real)
        blurred, volume = self.space.blur(real, [noise])
        return blurred.values, volume - density

    def centre(self, real: Batch) -> Tensor:
        """Return the middle of each sample's cell."""
        return self.space.blur(real, [torch.full_like(real.values, 0.5)])[0].values

    def _shaped(self, noise: Tensor, real: Batch) -> tuple[Tensor, Tensor]:
        """Turn uniform noise into noise that suits the sample; also return its log-density."""
        v = torch.logit(noise, 1e-6)
        density = total(_log_slope(v))
        for coupling in self.couplings:
            assert isinstance(coupling, MaskedCoupling)
            known = torch.where(coupling.kept, v.sigmoid(), 0.5)
            v, log_det = coupling.move(v, self.space.blur(real, [known])[0])
            density = density - log_det
        return v.sigmoid(), density - total(_log_slope(v))


def _log_slope(v: Tensor) -> Tensor:
    """Return the logarithm of the sigmoid's derivative."""
    return -F.softplus(v) - F.softplus(-v)
