"""Chains that live as long as a training run."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Replay(nn.Module):
    """Where Markov chains stand between one training step and the next.

    Each step moves some of the chains, and sets a few of those back to their beginning first (Du and Mordatch 2019,
    arXiv:1903.08689). What it holds is state of a run, not of a model: a family that has one names it in
    `training_only`.

    Example:
        >>> replay = Replay([(2,)], chains=64, reach=16)
        >>> rows = replay.choose(4)
        >>> replay.put(rows, [torch.ones(4, 2)])
        >>> replay.take(rows, [torch.zeros(4, 2)], restarts=0.0)[0].sum()
        tensor(8.)
    """

    begun: Tensor

    def __init__(self, shapes: Sequence[tuple[int, ...]], *, chains: int, reach: int) -> None:
        """Each step chooses among `reach` times as many chains as it moves, at most among all."""
        super().__init__()
        self.reach = reach
        self.register_buffer("begun", torch.zeros(chains, dtype=torch.bool), persistent=False)
        for place, shape in enumerate(shapes):
            self.register_buffer(f"part{place}", torch.zeros(chains, *shape), persistent=False)

    @property
    def parts(self) -> list[Tensor]:
        """The tensors of the chains, each (chains, ...)."""
        return [buffer for name, buffer in self.named_buffers() if name != "begun"]

    def choose(self, count: int) -> Tensor:
        """Choose different chains at random, at most `count`, from so few that each comes up again soon."""
        return torch.randperm(min(len(self.begun), self.reach * count), device=self.begun.device)[:count]

    def take(self, rows: Tensor, fresh: Sequence[Tensor], *, restarts: float) -> tuple[Tensor, ...]:
        """Return where chains stand; those that never moved, and a share of the others, begin anew at `fresh`."""
        anew = (torch.rand(len(rows), device=rows.device) < restarts) | ~self.begun[rows]
        return tuple(
            torch.where(anew.reshape(-1, *(1,) * (start.ndim - 1)), start, part[rows])
            for part, start in zip(self.parts, fresh, strict=True)
        )

    def put(self, rows: Tensor, moved: Sequence[Tensor]) -> None:
        """Say where chains have come to."""
        for part, new in zip(self.parts, moved, strict=True):
            part[rows] = new.detach().to(part)
        self.begun[rows] = True
