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
    """Forget all that a sample is asked to be, for a random share of the samples; training for guidance needs it.

    Of several conditions, a half of the other samples forget each by the toss of a coin, so that a model can be asked
    for any of them without the rest.
    """
    if not (batch.conditions and share):
        return batch
    count, device = len(batch.conditions), batch.values.device
    dropped = (torch.rand(len(batch), device=device) < share).expand(count, -1)
    if count > 1:
        some, *each = torch.rand(count + 1, len(batch), device=device) < 0.5
        dropped = dropped | (some & torch.stack(each))
    conditions = {
        name: torch.where(gone.reshape(-1, *(1,) * (condition.ndim - 1)), missing(condition), condition)
        for gone, (name, condition) in zip(dropped, batch.conditions.items(), strict=True)
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
    predictions = [predict(asked) for asked in ways_to_ask(conditions, weight)]
    return tuple(between(parts, weight) for parts in zip(*predictions, strict=True))


def ways_to_ask(conditions: Mapping[str, Tensor], weight: float) -> list[Mapping[str, Tensor]]:
    """Return what a sampler that goes step by step is to ask for in each step: nothing, the conditions, or both.

    `between` puts the predictions together; the last of them is the model's own.

    Example:
        >>> [len(ways_to_ask({"x": torch.zeros(2, 1)}, weight)) for weight in (0.0, 1.0, 3.0)]
        [1, 1, 2]
    """
    if weight == 1 or not conditions:
        return [conditions]
    without = {name: missing(condition) for name, condition in conditions.items()}
    return [without] if weight == 0 else [without, conditions]


def between(predictions: Sequence[Tensor], weight: float) -> Tensor:
    """Go from the first prediction `weight` times as far as to the last. Shapes: each the same -> the same.

    Example:
        >>> between([torch.tensor(1.0), torch.tensor(4.0)], 2.0)
        tensor(7.)
    """
    first, *others = predictions
    return torch.lerp(first, others[0], weight) if others else first
