"""How probable one element of a sample is, given the numbers that a decoder makes for it.

Each likelihood says how many numbers it needs (`outputs`), gives log-probabilities in nats, the one value that stands
for all (`centre`), and draws. A temperature below 1 draws nearer to what is most probable.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families import likelihoods
from gdl_core.families.truncation import draw_each
from gdl_core.randomness import Source

LOWEST = -7.0
"""The least logarithm of a deviation or scale: data without noise would else be infinitely probable."""


class ElementLikelihood(Protocol):
    """What each of them can do."""

    @property
    def outputs(self) -> int:
        """How many numbers it needs for an element."""

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Shapes: (..., outputs), (...) -> (...)."""

    def centre(self, outputs: Tensor) -> Tensor:
        """Return the most probable value or, of levels in order, the median. Shapes: (..., outputs) -> (...)."""

    def draw(self, outputs: Tensor, source: Source, temperature: float) -> Tensor:
        """Shapes: (batch, ..., outputs) -> (batch, ...)."""


@dataclass(frozen=True)
class Gaussian:
    """A real number with its own mean and deviation.

    Example:
        >>> Gaussian().log_prob(torch.zeros(2), torch.tensor(0.0)).exp()  # about 1 / sqrt(2 pi)
        tensor(0.3986)
    """

    outputs: int = 2

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        mean, raw = outputs.unbind(-1)
        log_deviation = bounded_below(raw)
        return -0.5 * ((values - mean) / log_deviation.exp()) ** 2 - log_deviation - 0.5 * math.log(2 * math.pi)

    def centre(self, outputs: Tensor) -> Tensor:
        return outputs[..., 0]

    def draw(self, outputs: Tensor, source: Source, temperature: float) -> Tensor:
        mean, raw = outputs.unbind(-1)
        return mean + temperature * bounded_below(raw).exp() * source.normal(*mean.shape[1:]).float()


@dataclass(frozen=True)
class Bernoulli:
    """One of two symbols.

    Example:
        >>> Bernoulli().log_prob(torch.zeros(1), torch.tensor(1)).exp()
        tensor(0.5000)
    """

    outputs: int = 1

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        logits = outputs[..., 0]
        return F.logsigmoid(torch.where(values > 0, logits, -logits))

    def centre(self, outputs: Tensor) -> Tensor:
        return (outputs[..., 0] > 0).long()

    def draw(self, outputs: Tensor, source: Source, temperature: float) -> Tensor:
        probability = (outputs[..., 0].double() / temperature).sigmoid()
        return (source.uniform(*probability.shape[1:]) < probability).long()


class Categorical(likelihoods.Categorical):
    """One of several symbols without order.

    Example:
        >>> Categorical(4).log_prob(torch.zeros(4), torch.tensor(3)).exp()
        tensor(0.2500)
    """

    def centre(self, outputs: Tensor) -> Tensor:
        return outputs.argmax(-1)

    def draw(self, outputs: Tensor, source: Source, temperature: float) -> Tensor:
        return draw_each(outputs / temperature, source.uniform(*outputs.shape[1:-1]))


class LogisticMixture(likelihoods.DiscretisedLogistics):
    """One of several levels in order: a mixture of logistic distributions, cut into a bin for each level.

    Salimans et al. (2017), arXiv:1701.05517. The levels lie on -1 to 1; the outer bins reach to infinity.

    Example:
        >>> masses = LogisticMixture(levels=7).log_prob(torch.randn(30).expand(7, 30), torch.arange(7)).exp()
        >>> torch.allclose(masses.sum(), torch.tensor(1.0))
        True
    """

    def centre(self, outputs: Tensor) -> Tensor:
        """Return the median: least far off in the mean, where the most probable level may be one of the two extremes.

        Shapes: (..., outputs) -> (...).
        """
        lowest = outputs.new_zeros(outputs.shape[:-1], dtype=torch.int64)
        highest = torch.full_like(lowest, self.levels - 1)
        for _ in range((self.levels - 1).bit_length()):
            middle = (lowest + highest) // 2
            enough = self.at_most(outputs, middle) >= 0.5
            lowest, highest = torch.where(enough, lowest, middle + 1), torch.where(enough, middle, highest)
        return highest

    def draw(self, outputs: Tensor, source: Source, temperature: float) -> Tensor:
        weights, means, scales = likelihoods.mixture(outputs)
        which = draw_each(weights / temperature, source.uniform(*weights.shape[1:-1]))[..., None]
        mean, scale = (numbers.gather(-1, which).squeeze(-1) for numbers in (means, scales))
        value = mean + temperature * scale * source.uniform(*mean.shape[1:]).logit()
        return ((value + 1) * ((self.levels - 1) / 2)).round().clamp(0, self.levels - 1).long()


def bounded_below(raw: Tensor) -> Tensor:
    """Keep the logarithm of a deviation above `LOWEST`, smoothly; numbers well above stay as they are."""
    return LOWEST + F.softplus(raw - LOWEST)
