"""What all autoregressive models have in common: they are trained by the likelihood that they know exactly."""

from abc import abstractmethod

from torch import Tensor

from gdl_core.families.family import Family, Likelihood
from gdl_core.families.guidance import drop_conditions
from gdl_core.spaces import Batch


class MaximumLikelihood(Family):
    """Maximum likelihood; in training a share `condition_dropout` of the samples forget their conditions."""

    name = "autoregressive"
    condition_dropout: float

    @abstractmethod
    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-likelihood of each sample."""

    def loss(self, batch: Batch) -> Tensor:
        """Return the negative log-likelihood of each sample, in nats. Shapes: (batch,)."""
        return -self.log_prob(drop_conditions(batch, self.condition_dropout) if self.training else batch).values
