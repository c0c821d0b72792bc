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


def straight_through(logits: Tensor, normals: Tensor, temperature: float) -> Tensor:
    """Return the symbol of the greatest logit, one-hot, with the gradient of a softmax; all chance is in the code.

    Bengio et al. (2013), arXiv:1308.3432. Shapes: (..., symbols), the same -> the same.

    Example:
        >>> straight_through(torch.tensor([0.1, 0.3, 0.2]), torch.zeros(3), 1.0)
        tensor([0., 1., 0.])
    """
    shares = (logits / temperature).softmax(-1)
    chosen = F.one_hot(shares.argmax(-1), shares.shape[-1]).to(shares.dtype)
    return chosen + (shares - shares.detach())  # the bracket is zero, exactly


def gumbel_softmax(logits: Tensor, normals: Tensor, temperature: float) -> Tensor:
    """Return shares of the symbols, the greatest of which is as likely to be each symbol as the logits say.

    Jang et al. (2017), arXiv:1611.01144. Shapes: (..., symbols), the same -> the same.
    """
    return ((logits + gumbel(normals)) / temperature).softmax(-1)


Relaxation = Callable[[Tensor, Tensor, float], Tensor]
"""Makes one-hot symbols, or nearly so, of logits, standard normal numbers and a temperature."""

RELAXATIONS: dict[str, Relaxation] = {"straight_through": straight_through, "gumbel_softmax": gumbel_softmax}
"""How symbols without an order become numbers, by name."""


def realise(
    space: Space,
    outputs: tuple[Tensor, ...],
    source: Source,
    conditions: Mapping[str, Tensor],
    relax: Relaxation = straight_through,
    temperature: float = 1.0,
) -> Batch:
    """Make samples in the real form of `space.real_outputs` that a generator gave.

    Symbols are relaxed, with the outputs as logits; levels are bounded to -1..1; numbers stay as they are.
    """
    real = space.as_real([output.float() for output in outputs], conditions)
    if space.one_hot:
        pairs = zip(real.parts, space.normal(source), strict=True)
        return real.with_parts([relax(logits, normals, temperature) for logits, normals in pairs])
    bounded = [part.symbols is not None for part in space.parts]
    return real.with_parts([tensor.tanh() if b else tensor for tensor, b in zip(real.parts, bounded, strict=True)])
