"""Classifier-free guidance: one model that knows conditions and also does without.

Ho and Salimans (2022), arXiv:2207.12598.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gdl_core.conditions import UNKNOWN
from gdl_core.spaces import Batch


def missing(condition: Tensor) -> Tensor:
    """Return the condition of as many samples that may be anything: no class, no number.

    Example:
        >>> missing(torch.tensor([3, 0])), missing(torch.ones(1, 2))
        (tensor([-1, -1]), tensor([[nan, nan]]))
    """
    return torch.full_like(condition, torch.nan if condition.is_floating_point() else UNKNOWN)


def drop_conditions(batch: Batch, share: float) -> Batch:
    """Forget all that a sample is asked to be, for a random share of the samples; training for guidance needs it."""
    if not (batch.conditions and share):
        return batch
    dropped = torch.rand(len(batch), device=batch.values.device) < share
    conditions = {
        name: torch.where(dropped.reshape(-1, *(1,) * (condition.ndim - 1)), missing(condition), condition)
        for name, condition in batch.conditions.items()
    }
    return replace(batch, conditions=conditions)


def guided(
    predict: Callable[[Mapping[str, Tensor]], Sequence[Tensor]], conditions: Mapping[str, Tensor], weight: float
) -> tuple[Tensor, ...]:
    """Go from what is predicted without conditions to what is predicted with them, and `weight` times as far.

    Weight 1 is the conditional model and 0 the unconditional one, each by a single call.

    Example:
        >>> guided(lambda asked: [asked["x"].nan_to_num(1.0)], {"x": torch.tensor([[4.0]])}, 2.0)
        (tensor([[7.]]),)
    """
    if weight == 1 or not conditions:
        return tuple(predict(conditions))
    without = predict({name: missing(condition) for name, condition in conditions.items()})
    if weight == 0:
        return tuple(without)
    return tuple(torch.lerp(a, b, weight) for a, b in zip(without, predict(conditions), strict=True))


class Asked:
    """What is asked of a sampler that goes step by step: each sample once, or for guidance twice in one batch.

    The first copy of a sample is asked for nothing, the second for its conditions.

    Example:
        >>> asked = Asked({"x": torch.tensor([[4.0]])}, weight=2.0)
        >>> asked.rows(1), asked.guided(torch.tensor([[1.0], [4.0]]))
        (2, tensor([[7.]]))
    """

    def __init__(self, conditions: Mapping[str, Tensor], weight: float) -> None:
        without = {name: missing(condition) for name, condition in conditions.items()}
        self.weight, self.copies = weight, 1
        self.conditions = without if weight == 0 else dict(conditions)
        if conditions and weight not in (0, 1):
            self.copies = 2
            self.conditions = {name: torch.cat([without[name], conditions[name]]) for name in conditions}

    def rows(self, count: int) -> int:
        """Return how many rows `count` samples have."""
        return count * self.copies

    def each(self, numbers: Tensor) -> Tensor:
        """Give every copy of a sample the same. Shapes: (batch, ...) -> (rows, ...)."""
        return torch.cat([numbers] * self.copies) if self.copies > 1 else numbers

    def guided(self, predictions: Tensor) -> Tensor:
        """Go `weight` times as far as from the first copy to the second. Shapes: (rows, ...) -> (batch, ...)."""
        if self.copies == 1:
            return predictions
        without, asked = predictions.chunk(2)
        return torch.lerp(without, asked, self.weight)

    def own(self, predictions: Tensor) -> Tensor:
        """Return what the model itself predicts, without guidance. Shapes: (rows, ...) -> (batch, ...)."""
        return predictions.chunk(self.copies)[-1]
