"""Keeps the layers of a critic from stretching what they are given."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrize

LINEAR = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)


class UnitStretch(nn.Module):
    """Divides a weight by its greatest singular value, where that is above one.

    Spectral normalisation of Miyato et al. (2018), arXiv:1802.05957, with its power iteration: a step for each call in
    training. Unlike there a weight that stretches less is left alone, as a layer that starts at zero has to be.
    Shapes: (outputs, ...) -> the same.
    """

    left: Tensor
    right: Tensor

    def __init__(self, weight: Tensor, *, steps: int = 15) -> None:
        super().__init__()
        rows, columns = weight.flatten(1).shape
        self.register_buffer("left", F.normalize(torch.randn(rows), dim=0))
        self.register_buffer("right", F.normalize(torch.randn(columns), dim=0))
        if not weight.is_meta:  # where a module is built for its shapes alone
            self._iterate(weight, steps)

    @torch.no_grad()
    def _iterate(self, weight: Tensor, steps: int) -> None:
        matrix = weight.detach().flatten(1).float()
        for _ in range(steps):
            self.left.copy_(F.normalize(matrix @ self.right, dim=0))
            self.right.copy_(F.normalize(matrix.T @ self.left, dim=0))

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):
            if self.training:
                self._iterate(weight, 1)
            left, right = self.left.clone(), self.right.clone()  # the next call changes them in place
            return weight / (left @ weight.flatten(1) @ right).clamp(min=1)


def bound(network: nn.Module) -> nn.Module:
    """Apply `UnitStretch` to the weight of every linear layer and convolution in a network, in place."""
    for module in list(network.modules()):
        if isinstance(module, LINEAR):
            stretch = UnitStretch(module.weight)
            parametrize.register_parametrization(module, "weight", stretch, unsafe=True)  # else it runs at once
    return network
