"""Augments what a critic sees, as much as it takes to keep it from learning the data by heart."""

from typing import cast

import torch
from torch import Tensor, nn

from gdl_core.families.processes import add_over_processes, mean_over_processes
from gdl_core.families.roles import Augmenter
from gdl_core.spaces import Batch

MOST = 0.8
"""Up to here what is generated does not take after the augmentations (arXiv:2006.06676, section 2.2)."""


class Adaptive(nn.Module):
    """Augmentation with a probability that follows how far the critic is ahead. Karras et al. (2020), arXiv:2006.06676.

    The sign that is watched is that of the score of a sample minus that of a generated one, since not every critic
    has its zero in the middle: where its mean is above `target`, the probability rises, else it falls. From none to
    all it takes `horizon` samples.
    """

    probability: Tensor

    def __init__(self, augmenter: nn.Module, *, target: float, horizon: int) -> None:
        super().__init__()
        self.augmenter, self.target, self.horizon = cast(Augmenter, augmenter), target, horizon
        self.register_buffer("probability", torch.zeros(()))

    def forward(self, batch: Batch) -> Batch:
        return self.augmenter(batch, self.probability)

    @torch.no_grad()
    def adapt(self, lead: Tensor) -> None:
        """Take a step by how far the scores of samples lie above those of generated ones. Shapes: (batch,)."""
        ahead = mean_over_processes(lead.sign().mean())
        count = add_over_processes(lead.new_tensor(float(len(lead))))
        step = (ahead - self.target).sign() * (count / self.horizon)
        self.probability.add_(step).clamp_(0, MOST)
