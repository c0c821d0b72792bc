"""Grids at several scales, with any number of axes."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor

POOLINGS = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)


def coarser(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Average neighbours to come to the next coarser scale. Shapes: (batch, channels, *axes) -> (..., *shape)."""
    strides = [1 if now == then else 2 for now, then in zip(x.shape[2:], shape, strict=True)]
    return POOLINGS[len(shape) - 1](x, strides, ceil_mode=True) if max(strides) > 1 else x


def finer(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Repeat cells to come to a finer scale. Shapes: (batch, channels, *axes) -> (batch, channels, *shape)."""
    return F.interpolate(x, size=tuple(shape)) if tuple(x.shape[2:]) != tuple(shape) else x


def cells_last(x: Tensor, outputs: int) -> Tensor:
    """Take apart each channel's numbers.

    Shapes: (batch, channels * outputs, *axes) -> (batch, channels, *axes, outputs).

    Example:
        >>> import torch
        >>> cells_last(torch.zeros(2, 6, 5), 3).shape
        torch.Size([2, 2, 5, 3])
    """
    return x.unflatten(1, (-1, outputs)).movedim(2, -1)
