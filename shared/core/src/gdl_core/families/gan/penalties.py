"""How steep a critic is at given samples."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from gdl_core.randomness import Ambient
from gdl_core.spaces import Batch, Space, with_conditions

Judge = Callable[[Batch], Tensor]
"""Scores samples in the real form, each by itself. Shapes: -> (batch,)."""


def scores_and_slopes(judge: Judge, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return a critic's scores of samples and the squared norm of its gradient at each: |d score / d sample|^2.

    The mean over data is twice the R1 penalty of Mescheder et al. (2018), arXiv:1801.04406, per unit of its weight,
    over generated samples that of R2. Shapes: (batch,), (batch,).

    Example:
        >>> linear = lambda batch: batch.values @ torch.tensor([3.0, 4.0])
        >>> [numbers.tolist() for numbers in scores_and_slopes(linear, Batch(torch.ones(1, 2)))]
        [[7.0], [25.0]]
    """
    parts = [part.detach().requires_grad_() for part in batch.parts]
    with torch.enable_grad(), sdpa_kernel(SDPBackend.MATH):  # the fused kernels have no second derivative
        scores = judge(batch.with_parts(parts))
        slopes = torch.autograd.grad(scores.sum(), parts, create_graph=True)
    return scores, sum_of_squares(slopes)


def sum_of_squares(tensors: tuple[Tensor, ...]) -> Tensor:
    """Add up the squares of each sample's numbers. Shapes: each (batch, ...) -> (batch,)."""
    return torch.stack([tensor.float().square().flatten(1).sum(1) for tensor in tensors]).sum(0)


def one_behind_the_other(first: Batch, second: Batch) -> Batch:
    """Return one batch of two, since a call with many samples takes less time than two with few."""
    parts = [torch.cat(pair) for pair in zip(first.parts, second.parts, strict=True)]
    conditions = {name: torch.cat([first.conditions[name], second.conditions[name]]) for name in first.conditions}
    return with_conditions(first.with_parts(parts), conditions)


def on_the_line(space: Space, real: Batch, fake: Batch) -> Batch:
    """Return a random point on the straight line from each sample to its counterpart."""
    share = Ambient(len(real), real.values.device).uniform()
    lines = zip(real.parts, fake.parts, strict=True)
    return real.with_parts([torch.lerp(a, b, space.spread(share, a)) for a, b in lines])


def distance_from_unit_slope(judge: Judge, space: Space, real: Batch, fake: Batch) -> Tensor:
    """Return (|gradient| - 1)^2 at a point between each sample and its counterpart.

    The gradient penalty of Gulrajani et al. (2017), arXiv:1704.00028. Shapes: (batch,).
    """
    _, slopes = scores_and_slopes(judge, on_the_line(space, real, fake))
    return ((slopes + 1e-12).sqrt() - 1).square()  # the root has no gradient at zero
