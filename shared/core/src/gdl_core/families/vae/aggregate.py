"""Where the codes of a Gaussian autoencoder are drawn from: the standard normal, or a Gaussian that follows them."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from gdl_core.families.likelihoods import log_normal
from gdl_core.families.processes import mean_over_processes

NARROWEST = 1e-4
"""The least variance of codes in any direction."""


class CodeDistribution(nn.Module, ABC):
    """What each of them can do. Shapes: noise and codes (batch, width)."""

    @abstractmethod
    def draw(self, noise: Tensor) -> Tensor:
        """Turn standard normal noise into codes."""

    @abstractmethod
    def log_prob(self, codes: Tensor) -> Tensor:
        """Return the log-density of codes. Shapes: (batch, width) -> (batch,)."""

    @abstractmethod
    def learn(self, codes: Tensor) -> None:
        """See the codes of a training step."""


class StandardNormal(CodeDistribution):
    """The standard normal distribution, whatever codes there are.

    Example:
        >>> StandardNormal().log_prob(torch.zeros(1, 2)).exp()  # 1 / (2 pi)
        tensor([0.1592])
    """

    def draw(self, noise: Tensor) -> Tensor:
        return noise

    def log_prob(self, codes: Tensor) -> Tensor:
        return log_normal(codes)

    def learn(self, codes: Tensor) -> None:
        pass


class FollowedGaussian(CodeDistribution):
    """A Gaussian of full covariance by running moments; the standard normal until it has seen any code.

    Example:
        >>> codes = FollowedGaussian(2)
        >>> codes.learn(torch.tensor([[1.0, 0.0], [3.0, 0.0], [2.0, 1.0], [2.0, -1.0]]))
        >>> codes.mean, codes.covariance.diag()
        (tensor([2., 0.]), tensor([0.5000, 0.5000]))
    """

    mean: Tensor
    covariance: Tensor
    seen: Tensor

    def __init__(self, width: int, *, decay: float = 0.99) -> None:
        super().__init__()
        self.decay = decay
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("covariance", torch.eye(width))
        self.register_buffer("seen", torch.zeros(()))

    @torch.no_grad()
    def learn(self, codes: Tensor) -> None:
        """Follow the moments of codes: those of all at first, of the last ones later."""
        weight = (1 / (self.seen + 1)).clamp_min(1 - self.decay)
        away = codes.float() - self.mean
        step = weight * mean_over_processes(away.mean(0))
        self.covariance.lerp_(mean_over_processes(away.T @ away / len(away)), weight).sub_(step.outer(step))
        self.mean.add_(step)
        self.seen += 1

    def draw(self, noise: Tensor) -> Tensor:
        variances, directions = self._axes()
        return self.mean + noise @ (directions * variances.sqrt()) @ directions.T  # the one root that is symmetric

    def log_prob(self, codes: Tensor) -> Tensor:
        variances, directions = self._axes()
        return log_normal((codes - self.mean) @ directions / variances.sqrt()) - variances.log().sum() / 2

    def _axes(self) -> tuple[Tensor, Tensor]:
        """Return the variance along each axis of the Gaussian, and the axes as columns."""
        variances, directions = torch.linalg.eigh(self.covariance)
        return variances.clamp_min(NARROWEST), directions
