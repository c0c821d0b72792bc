"""Ways to keep a part that is known, for models that make a whole sample from a code.

Such a model cannot be told a part while it draws. It can look for a code that agrees with it: by turns, where there
is an encoder, or downhill, where there is a gradient. Either comes near to the distribution of the rest given the
part, and neither is exact; the part itself is kept exactly.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gdl_core.families.given import Given
from gdl_core.spaces import Batch


def by_turns(
    draw: Callable[[Tensor], Batch], encode: Callable[[Batch], Tensor], codes: Tensor, given: Given, *, rounds: int
) -> Batch:
    """Draw samples of codes, then by turns put the known part in its place, encode what results, and draw again.

    The chain of Rezende et al. (2014), arXiv:1401.4082, appendix F. Samples are in the filled form.
    """
    filled = draw(codes)
    for _ in range(rounds):
        filled = draw(encode(filled.with_parts(given.over(filled.parts))))
    return filled.with_parts(given.over(filled.parts))


@torch.enable_grad()
def downhill(
    make: Callable[[Tensor], Sequence[Tensor]], codes: Tensor, given: Given, *, rounds: int, rate: float = 0.05
) -> Tensor:
    """Move codes so that what is made of them agrees with the known part, and they stay near where codes are likely.

    The squared distance to the known numbers, in the real form, plus a hundredth of the code's negative log-density is
    minimised by Adam. After Yeh et al. (2017), arXiv:1607.07539. Shapes: (batch, latent) -> the same.
    """
    codes = codes.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([codes], lr=rate)
    for _ in range(rounds):
        made = make(codes)
        misses = [(a - b).square().flatten(1).sum(1) for a, b in zip(given.over(made), made, strict=True)]
        cost = torch.stack(misses).sum() + 0.005 * codes.square().sum()
        (codes.grad,) = torch.autograd.grad(cost, [codes])
        optimizer.step()
    return codes.detach()
