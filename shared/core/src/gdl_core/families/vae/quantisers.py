"""Vectors from a finite set: what a code of symbols looks like to a network."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn

from gdl_core.families.processes import add_over_processes, take_from_first_process


class Quantiser(nn.Module, ABC):
    """Replaces vectors of `width` numbers by the nearest of `size` that it knows."""

    size: int
    width: int

    @abstractmethod
    def indices(self, vectors: Tensor) -> Tensor:
        """Return which of the known vectors is nearest. Shapes: (..., width) -> (...)."""

    @abstractmethod
    def lookup(self, indices: Tensor) -> Tensor:
        """Return the known vectors. Shapes: (...) -> (..., width)."""

    @abstractmethod
    def snap(self, codes: Tensor) -> Tensor:
        """Move what lies between known vectors to the nearest of them. Shapes: (..., width) -> (..., width)."""

    @abstractmethod
    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        """Replace vectors so that gradients go straight through; also return what each vector's being far costs.

        Shapes: (..., width) -> (..., width), (...).
        """


class FiniteScalars(Quantiser):
    """Rounds every number of a vector to one of a few levels: no codebook, and nothing to collapse.

    Mentzer et al. (2023), arXiv:2309.15505. Codes lie on -1 to 1; index and code are one to one. `commitment` weighs
    the squared distance to the level, in steps; the paper has no such cost, but without it numbers near the middle of
    two levels keep changing sides, and a prior that learns beside the encoder cannot follow.

    Example:
        >>> quantiser = FiniteScalars((3, 5))
        >>> quantiser.lookup(torch.tensor([0, 7, 14]))
        tensor([[-1., -1.],
                [ 0.,  0.],
                [ 1.,  1.]])
    """

    levels: Tensor
    strides: Tensor

    def __init__(self, levels: Sequence[int], *, commitment: float = 1.0) -> None:
        super().__init__()
        self.commitment = commitment
        if not levels or min(levels) < 2:
            raise ValueError(f"every number of a code needs two levels or more; {tuple(levels)} does not fit")
        self.size, self.width = prod(levels), len(levels)
        self.register_buffer("levels", torch.tensor(levels), persistent=False)
        strides = torch.tensor([prod(levels[:place]) for place in range(len(levels))])
        self.register_buffer("strides", strides, persistent=False)

    def bounded(self, vectors: Tensor) -> Tensor:
        """Squeeze numbers between the outermost levels, whose distance from each other is 1 here.

        Where the number of levels is even, zero lies between two of them and is moved onto the upper one.
        """
        half = (self.levels - 1) * (1 + 1e-3) / 2
        return (vectors + (self._even / half).atanh()).tanh() * half - self._even

    def indices(self, vectors: Tensor) -> Tensor:
        return ((self.bounded(vectors).round().long() + self.levels // 2) * self.strides).sum(-1)

    def lookup(self, indices: Tensor) -> Tensor:
        steps = indices[..., None] // self.strides % self.levels
        return self._scaled(steps - self.levels // 2)

    def snap(self, codes: Tensor) -> Tensor:
        steps = (codes * ((self.levels - 1) / 2) - self._even).round()
        return self._scaled(steps.clamp(-(self.levels // 2), (self.levels - 1) // 2))

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        bounded = self.bounded(vectors)
        rounded = bounded + (bounded.round() - bounded).detach()
        cost = self.commitment * (bounded - bounded.detach().round()).square().sum(-1)
        return self._scaled(rounded), cost

    def _scaled(self, steps: Tensor) -> Tensor:
        """Bring steps from the middle level to -1 to 1."""
        return (steps + self._even) / ((self.levels - 1) / 2)

    @property
    def _even(self) -> Tensor:
        """Half a step where the number of levels is even, since then none of them lies in the middle."""
        return (self.levels % 2 == 0) * 0.5


class Codebook(Quantiser):
    """Vectors that follow the running mean of what is replaced by them.

    Van den Oord et al. (2017), arXiv:1711.00937, appendix A.1. A vector that is chosen less often than `restart` times
    its share is dead, and begins anew as one of the vectors that were to be replaced (Dhariwal et al. 2020,
    arXiv:2005.00341); at first all are. `commitment` weighs the squared distance that a vector is charged for.

    Example:
        >>> book = Codebook(4, 2)
        >>> _ = book(torch.eye(2))  # in training it learns
        >>> book.lookup(book.indices(torch.eye(2)))
        tensor([[1., 0.],
                [0., 1.]])
    """

    vectors: Tensor
    sums: Tensor
    counts: Tensor

    def __init__(
        self, size: int, width: int, *, decay: float = 0.99, restart: float = 0.05, commitment: float = 0.25
    ) -> None:
        super().__init__()
        self.size, self.width = size, width
        self.decay, self.restart, self.commitment = decay, restart, commitment
        self.register_buffer("vectors", torch.randn(size, width))
        self.register_buffer("sums", torch.zeros(size, width))
        self.register_buffer("counts", torch.zeros(size))

    def indices(self, vectors: Tensor) -> Tensor:
        flat = vectors.flatten(0, -2).float()
        with torch.autocast(flat.device.type, enabled=False):  # rounded distances would choose another vector
            distance = self.vectors.square().sum(1) - 2 * flat @ self.vectors.T  # beside what is the same for all
        return distance.argmin(1).view(vectors.shape[:-1])

    def lookup(self, indices: Tensor) -> Tensor:
        return self.vectors[indices]

    def snap(self, codes: Tensor) -> Tensor:
        return self.lookup(self.indices(codes))

    def forward(self, vectors: Tensor) -> tuple[Tensor, Tensor]:
        if self.training:
            self.learn(vectors.detach().flatten(0, -2))
        nearest = self.lookup(self.indices(vectors))
        cost = self.commitment * (vectors - nearest).square().sum(-1)
        return vectors + (nearest - vectors).detach(), cost

    @torch.no_grad()
    def learn(self, vectors: Tensor) -> None:
        """Let the codebook follow vectors. Shapes: (count, width)."""
        self._revive(vectors)
        chosen = self.indices(vectors)
        counts = torch.bincount(chosen, minlength=self.size).to(self.counts.dtype)
        sums = torch.zeros_like(self.sums).index_add_(0, chosen, vectors.to(self.sums.dtype))
        for total in (counts, sums):
            add_over_processes(total)
        self.counts.lerp_(counts, 1 - self.decay)
        self.sums.lerp_(sums, 1 - self.decay)
        used = self.counts > 0
        self.vectors[used] = self.sums[used] / self.counts[used, None]

    def _revive(self, vectors: Tensor) -> None:
        """Put dead vectors where random ones of these lie, as if they had had their share."""
        share = self.counts.new_tensor(len(vectors) / self.size)
        add_over_processes(share)
        dead = self.counts < self.restart * share
        order = torch.randperm(len(vectors), device=vectors.device)
        fresh = vectors[order[torch.arange(self.size, device=vectors.device) % len(vectors)]]
        self.vectors.copy_(torch.where(dead[:, None], fresh.to(self.vectors.dtype), self.vectors))
        take_from_first_process(self.vectors)
        self.counts.masked_fill_(dead, share)
        self.sums.copy_(torch.where(dead[:, None], self.vectors * share, self.sums))
