"""Two layers of binary units, each free given the other: what restricted and deep Boltzmann machines are made of."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.randomness import Source


@dataclass(frozen=True)
class Machine:
    """A distribution over two layers of bits: p(x, y) = exp(x·a + y·b + x·W·y) / Z. Smolensky (1986).

    A deep Boltzmann machine is one too: its layers of odd number on one side, those of even number on the other.
    Shapes: weights (left, right), left (left,), right (right,).
    """

    weights: Tensor
    left: Tensor
    right: Tensor

    def flipped(self) -> "Machine":
        """Return the machine with its sides exchanged."""
        return Machine(self.weights.T, self.right, self.left)

    def negative_energy(self, x: Tensor, y: Tensor) -> Tensor:
        """Return x·a + y·b + x·W·y. Shapes: (batch, left), (batch, right) -> (batch,)."""
        return x @ self.left + y @ self.right + ((x @ self.weights) * y).sum(1)

    def marginal(self, x: Tensor) -> Tensor:
        """Return the log-probability of the left layer, up to log Z: the right one is summed out. -> (batch,)."""
        return x @ self.left + F.softplus(self.right_logits(x)).sum(1)

    def right_logits(self, x: Tensor) -> Tensor:
        """Return the log-odds of each unit on the right. Shapes: (batch, left) -> (batch, right)."""
        return x @ self.weights + self.right

    def left_logits(self, y: Tensor) -> Tensor:
        """Return the log-odds of each unit on the left. Shapes: (batch, right) -> (batch, left)."""
        return y @ self.weights.T + self.left

    def sweep(
        self, x: Tensor, source: Source, clamp: Callable[[Tensor], Tensor] = lambda y: y
    ) -> tuple[Tensor, Tensor]:
        """Draw the right layer given the left, then the left given the right: one step of block Gibbs sampling.

        `clamp` puts what is known of the right layer in its place.
        Shapes: (batch, left) -> (batch, left), (batch, right).
        """
        y = clamp(bits(self.right_logits(x), source))
        return bits(self.left_logits(y), source), y

    def log_partition(self, source: Source, *, temperatures: int = 500) -> Tensor:
        """Estimate log Z by annealed importance sampling: one estimate of log Z, from all chains of the source.

        The chains start from the machine without weights, whose Z is known, and the weights grow from temperature to
        temperature. The estimate of Z has no bias. Salakhutdinov and Murray (2008), algorithm 1; Neal (2001),
        arXiv:physics/9803008.
        """
        start = Machine(torch.zeros_like(self.weights), self.left, self.right)
        known = F.softplus(self.left).sum() + F.softplus(self.right).sum()
        x = bits(self.left.expand(len(source), -1), source)
        weights = x.new_zeros(len(source), dtype=torch.float64)
        machine = start
        for step in range(1, temperatures + 1):
            warmer = Machine(self.weights * (step / temperatures), self.left, self.right)
            weights += (warmer.marginal(x) - machine.marginal(x)).double()
            x, _ = warmer.sweep(x, source)
            machine = warmer
        return known + weights.logsumexp(0) - torch.tensor(float(len(source))).log()


def bits(logits: Tensor, source: Source) -> Tensor:
    """Draw bits of these log-odds, as numbers. Shapes: (batch, units) -> (batch, units)."""
    return (source.uniform(logits.shape[1]) < logits.sigmoid()).to(logits.dtype)
