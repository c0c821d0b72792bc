"""Makes samples in the real form out of a generator's outputs, so that gradients flow through symbols too."""

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.randomness import Source
from gdl_core.spaces import Batch, Space


def gumbel(normals: Tensor) -> Tensor:
    """Turn standard normal numbers into numbers of the Gumbel distribution, each by its rank in its own.

    Example:
        >>> gumbel(torch.zeros(1))  # the median: -ln ln 2
        tensor([0.3665])
    """
    return -torch.special.log_ndtr(normals).neg().log()


def soft(logits: Tensor, temperature: float) -> Tensor:
    """Return shares of the symbols that add up to one: the Gumbel-softmax of Jang et al. (2017), arXiv:1611.01144.

    `logits` hold the Gumbel noise already. Shapes: (..., symbols) -> the same.
    """
    return (logits / temperature).softmax(-1)


def straight_through(logits: Tensor, temperature: float) -> Tensor:
    """Return the symbol of the greatest logit, one-hot, with the gradient of `soft` (arXiv:1611.01144, section 2.2).

    Shapes: (..., symbols) -> the same.

    Example:
        >>> straight_through(torch.tensor([0.1, 0.3, 0.2]), 1.0)
        tensor([0., 1., 0.])
    """
    shares = soft(logits, temperature)
    chosen = F.one_hot(shares.argmax(-1), shares.shape[-1]).to(shares.dtype)
    return chosen + (shares - shares.detach())  # the bracket is zero, exactly


RELAXATIONS: dict[str, Callable[[Tensor, float], Tensor]] = {"straight_through": straight_through, "soft": soft}
"""How symbols without an order become numbers, by name."""


def realise(
    space: Space,
    outputs: tuple[Tensor, ...],
    source: Source,
    conditions: Mapping[str, Tensor],
    relax: Callable[[Tensor, float], Tensor] = straight_through,
    temperature: float = 1.0,
) -> Batch:
    """Make samples in the real form of `space.real_outputs` that a generator gave.

    Symbols are drawn with the outputs as logits; levels are bounded to -1..1; numbers stay as they are.
    """
    real = space.as_real([output.float() for output in outputs], conditions)
    if space.one_hot:
        noise = space.normal(source)
        drawn = zip(real.parts, noise, strict=True)
        return real.with_parts([relax(logits + gumbel(normals), temperature) for logits, normals in drawn])
    bounded = [part.symbols is not None for part in space.parts]
    return real.with_parts([tensor.tanh() if b else tensor for tensor, b in zip(real.parts, bounded, strict=True)])
