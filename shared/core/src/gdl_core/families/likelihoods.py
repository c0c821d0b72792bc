"""What a network's numbers for one element say of its value: a categorical, or a mixture of logistics.

The mixture of logistics over levels is that of Salimans et al. (2017), arXiv:1701.05517. The numbers of a mixture
are, for each component, a weight, a mean and the logarithm of a scale; all start spread over -1 to 1.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

NARROWEST = -7.0
"""The least logarithm of a scale."""


@dataclass(frozen=True)
class Categorical:
    """A logit for each symbol.

    Example:
        >>> Categorical(4).log_prob(torch.zeros(2, 3, 4), torch.zeros(2, 3, dtype=torch.int64)).exp()[0, 0]
        tensor(0.2500)
    """

    symbols: int

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for each element."""
        return self.symbols

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the log-probability of each value. Shapes: (..., outputs), (...) -> (...)."""
        return self.logits(outputs).log_softmax(-1).gather(-1, values[..., None]).squeeze(-1)

    def logits(self, outputs: Tensor) -> Tensor:
        """Return a logit for each symbol. Shapes: (..., outputs) -> (..., symbols)."""
        return outputs.float()


@dataclass(frozen=True)
class DiscretisedLogistics:
    """A mixture of logistics over -1 to 1, of which each level has its share; the outermost have what lies beyond.

    Example:
        >>> law = DiscretisedLogistics(levels=256, components=5)
        >>> law.outputs, round(float(law.logits(torch.zeros(15)).exp().sum()), 4)
        (15, 1.0)
    """

    levels: int
    components: int = 10

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for each element."""
        return 3 * self.components

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the log-probability of each level. Shapes: (..., outputs), (...) -> (...)."""
        weights, means, scales = mixture(outputs)
        values = values[..., None]
        half = 1 / (self.levels - 1)
        below = (values * (2 * half) - 1 - half - means) / scales
        width = 2 * half / scales  # σ(b) - σ(a) = σ(b) σ(-a) (1 - exp(a - b)), with logarithms that never cancel
        first, last = values == 0, values == self.levels - 1
        inside = torch.log(-torch.expm1(-width)).masked_fill(first | last, 0)
        under = F.logsigmoid(below + width).masked_fill(last, 0)
        over = F.logsigmoid(-below).masked_fill(first, 0)
        return torch.logsumexp(weights + inside + under + over, -1)

    def at_most(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the probability of each level and all below it. Shapes: (..., outputs), (...) -> (...)."""
        weights, means, scales = mixture(outputs)
        edge = ((2 * values + 1) / (self.levels - 1) - 1)[..., None]
        below = (weights.exp() * ((edge - means) / scales).sigmoid()).sum(-1)
        return below.masked_fill(values >= self.levels - 1, 1.0)

    def logits(self, outputs: Tensor) -> Tensor:
        """Return the log-probability of every level. Shapes: (..., outputs) -> (..., levels)."""
        levels = torch.arange(self.levels, device=outputs.device)
        return self.log_prob(outputs[..., None, :], levels.expand(*outputs.shape[:-1], -1))


@dataclass(frozen=True)
class Logistics:
    """A mixture of logistics over the real numbers.

    Example:
        >>> law, outputs = Logistics(components=5), torch.zeros(15)
        >>> line = torch.linspace(-30, 30, 6001)
        >>> round(float(law.log_prob(outputs.expand(6001, 15), line).exp().sum() * 0.01), 4)
        1.0
    """

    components: int = 10

    @property
    def outputs(self) -> int:
        """How many numbers a network gives for each element."""
        return 3 * self.components

    def log_prob(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the log-density of each value. Shapes: (..., outputs), (...) -> (...)."""
        weights, means, scales = mixture(outputs)
        z = (values[..., None] - means) / scales
        return torch.logsumexp(weights + F.logsigmoid(z) + F.logsigmoid(-z) - scales.log(), -1)

    def log_survival(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the logarithm of the probability of more than each value. Shapes: (..., outputs), (...) -> (...)."""
        weights, means, scales = mixture(outputs)
        return torch.logsumexp(weights + F.logsigmoid((means - values[..., None]) / scales), -1)

    def draw(self, outputs: Tensor, uniforms: Tensor, above: Tensor | None = None) -> Tensor:
        """Draw a value of each row, if need be one that lies above a bound; two uniform numbers decide it.

        Shapes: (batch, outputs), (batch, 2), (batch,) -> (batch,).
        """
        weights, means, scales = mixture(outputs.double())
        least = torch.zeros_like(means)
        if above is not None:
            least = F.logsigmoid((means - above[:, None]) / scales)  # of each component, how much lies above
        shares = (weights + least).softmax(-1).cumsum(-1)
        component = torch.searchsorted(shares, uniforms[:, :1].double() * shares[:, -1:], right=True)
        mean, scale, least = (part.gather(1, component).squeeze(1) for part in (means, scales, least))
        over = (torch.log1p(-uniforms[:, 1].double()) + least).clamp(max=-1e-16)  # how much lies above the value
        value = (mean + scale * (torch.log(-torch.expm1(over)) - over)).to(outputs.dtype)
        return value if above is None else torch.maximum(value, above)


def mixture(outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Read numbers as a mixture: logarithms of weights, means, scales. Shapes: (..., 3 n) -> three of (..., n)."""
    outputs = outputs.float() if outputs.dtype != torch.float64 else outputs
    weights, means, scales = outputs.chunk(3, -1)
    spread = torch.linspace(-1, 1, weights.shape[-1], device=outputs.device, dtype=outputs.dtype)
    return weights.log_softmax(-1), means + spread, (scales - 1).clamp(min=NARROWEST).exp()


def log_normal(z: Tensor) -> Tensor:
    """Return the log-density of the standard normal distribution. Shapes: (batch, ...) -> (batch,).

    Example:
        >>> log_normal(torch.zeros(1, 2)).exp()  # 1 / (2 pi)
        tensor([0.1592])
    """
    return z.square().flatten(1).sum(1) * -0.5 - 0.5 * math.log(2 * math.pi) * z[0].numel()
