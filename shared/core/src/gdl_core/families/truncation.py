"""Ways to cut the tail off a categorical distribution, and to draw from what is left.

Each cut takes logits of shape (batch, symbols) and returns them with the refused symbols at minus infinity. At least
one symbol always stays.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from gdl_core.errors import UsageError


def top_k(logits: Tensor, count: int) -> Tensor:
    """Keep the `count` most probable symbols (Fan et al. 2018, arXiv:1805.04833); ties with the last all stay.

    Example:
        >>> top_k(torch.tensor([[0.0, 2.0, 1.0]]), 2)
        tensor([[-inf, 2., 1.]])
    """
    if count >= logits.shape[-1]:
        return logits
    least = logits.topk(count).values[:, -1:]
    return logits.masked_fill(logits < least, -torch.inf)


def top_p(logits: Tensor, mass: float) -> Tensor:
    """Keep the fewest symbols that together hold `mass` of the probability (Holtzman et al. 2020, arXiv:1904.09751).

    Example:
        >>> top_p(torch.tensor([[0.5, 0.3, 0.2]]).log(), 0.7).isfinite()
        tensor([[ True,  True, False]])
    """
    ordered, places = logits.sort(descending=True)
    probability = ordered.double().softmax(-1)
    before = probability.cumsum(-1) - probability  # the mass of all that is more probable
    refused = torch.zeros_like(before, dtype=torch.bool).scatter(-1, places, before >= mass)
    return logits.masked_fill(refused, -torch.inf)


def min_p(logits: Tensor, share: float) -> Tensor:
    """Keep symbols at least `share` times as probable as the most probable (Nguyen et al. 2024, arXiv:2407.01082).

    Example:
        >>> min_p(torch.tensor([[0.5, 0.4, 0.1]]).log(), 0.5).isfinite()
        tensor([[ True,  True, False]])
    """
    probability = logits.softmax(-1)
    return logits.masked_fill(probability < share * probability.amax(-1, keepdim=True), -torch.inf)


def only(logits: Tensor, allowed: Tensor | None) -> Tensor:
    """Keep what is allowed. Shapes: (..., symbols), booleans of the same -> the same.

    Example:
        >>> only(torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([[True, False, True]]))
        tensor([[0., -inf, 1.]])
    """
    return logits if allowed is None else logits.masked_fill(~allowed, -torch.inf)


def penalise(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Make symbols that were seen less probable: CTRL's penalty (Keskar et al. 2019, arXiv:1909.05858).

    Their log-probabilities are multiplied by the penalty, so that no shift of the logits changes what comes out.
    Symbol 0, the boundary, is never penalised. Shapes: (batch, symbols), (batch, length) -> (batch, symbols).

    Example:
        >>> penalise(torch.tensor([[0.5, 0.25, 0.25]]).log(), torch.tensor([[1, 1]]), 2.0).exp()
        tensor([[0.5000, 0.0625, 0.2500]])
    """
    if not penalty > 0:
        raise UsageError(f"repetition_penalty={penalty} does not fit; it must be above 0, and 1 changes nothing")
    if penalty == 1:
        return logits
    logits = logits.log_softmax(-1)
    found = torch.zeros_like(logits, dtype=torch.bool).scatter(-1, seen, True)
    found[:, 0] = False
    return torch.where(found, logits * penalty, logits)


def draw(logits: Tensor, uniforms: Tensor) -> Tensor:
    """Draw one symbol a row by inverting the distribution function, in float64.

    One uniform number decides each row, so that a sample depends on its own stream alone.
    Shapes: (batch, symbols), (batch,) -> (batch,).

    Example:
        >>> draw(torch.tensor([[0.5, 0.5], [0.5, 0.5]]).log(), torch.tensor([0.4, 0.6]))
        tensor([0, 1])
    """
    cumulative = logits.double().softmax(-1).cumsum(-1)
    threshold = uniforms.double() * cumulative[:, -1]  # the last sum is 1 up to rounding: never beyond it
    return torch.searchsorted(cumulative, threshold[:, None], right=True).squeeze(1)


def draw_each(logits: Tensor, uniform: Tensor) -> Tensor:
    """Draw a symbol for each element in float64, as float32 makes rare symbols rarer: Zheng et al., arXiv:2409.02908.

    Shapes: (..., symbols), (...) -> (...).

    Example:
        >>> draw_each(torch.zeros(1, 2, 4), torch.tensor([[0.3, 0.9]]))
        tensor([[1, 3]])
    """
    return draw(logits.flatten(0, -2), uniform.flatten()).reshape(uniform.shape)


@dataclass(frozen=True)
class Truncation:
    """A temperature and the cuts to make after it; temperature 0 keeps the most probable symbol alone.

    Example:
        >>> Truncation(temperature=0.5, top_k=2)(torch.tensor([[0.0, 2.0, 1.0]]))
        tensor([[-inf, 4., 2.]])
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None

    def __post_init__(self) -> None:
        for name, wrong, right in (
            ("temperature", self.temperature < 0, "0 (always the most probable) or more"),
            ("top_k", self.top_k is not None and self.top_k < 1, "1 or more"),
            ("top_p", self.top_p is not None and not 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("min_p", self.min_p is not None and not 0 <= self.min_p <= 1, "between 0 and 1"),
        ):
            if wrong:
                raise UsageError(f"{name}={getattr(self, name)} does not fit; it must be {right}")

    def __call__(self, logits: Tensor) -> Tensor:
        """Return the logits to draw from. Shapes: (batch, symbols) -> (batch, symbols)."""
        if self.temperature == 0:
            best = logits.argmax(-1, keepdim=True)
            return torch.full_like(logits, -torch.inf).scatter(-1, best, 0.0)
        logits = logits / self.temperature
        if self.top_k is not None:
            logits = top_k(logits, self.top_k)
        if self.top_p is not None:
            logits = top_p(logits, self.top_p)
        return logits if self.min_p is None else min_p(logits, self.min_p)
