"""Samples of different lengths side by side."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gdl_core.spaces.space import Sample


def pad(samples: Sequence[Sample]) -> tuple[Tensor, Tensor]:
    """Stack samples, filled up with zeros along their first axis; also return where they are real.

    Shapes: (length, ...) each -> (batch, longest, ...), (batch, longest).

    Example:
        >>> pad([torch.tensor([1, 2]), torch.tensor([3])])
        (tensor([[1, 2], [3, 0]]), tensor([[ True,  True], [ True, False]]))
    """
    values = pad_sequence([sample for sample in samples if isinstance(sample, Tensor)], batch_first=True)
    lengths = torch.tensor([len(sample) for sample in samples], device=values.device)
    return values, torch.arange(values.shape[1], device=values.device) < lengths[:, None]


def unpad(values: Tensor, mask: Tensor) -> list[Tensor]:
    """Undo `pad`."""
    return [row[:length] for row, length in zip(values, mask.sum(1).tolist(), strict=True)]
