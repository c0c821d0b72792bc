"""Grids at several scales, with any number of axes."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

CONVOLUTIONS: tuple[type[nn.Module], ...] = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED: tuple[type[nn.Module], ...] = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
POOLINGS = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)


def scales(shape: Sequence[int], smallest: int = 4) -> list[tuple[int, ...]]:
    """Return the shapes from the coarsest to the whole: an axis is halved while it stays at least `smallest` long.

    Example:
        >>> scales((17, 8))
        [(4, 4), (8, 4), (17, 8)]
    """
    found = [tuple(shape)]
    while any(length >= 2 * smallest for length in found[0]):
        found.insert(0, tuple(length // 2 if length >= 2 * smallest else length for length in found[0]))
    return found


def widths(count: int, finest: int, most: int = 512) -> list[int]:
    """Return the channels at `count` scales from the coarsest on: they double where lengths halve, up to `most`.

    Example:
        >>> widths(4, 32, 128)
        [128, 128, 64, 32]
    """
    return [max(finest, min(most, finest * 2**place)) for place in reversed(range(count))]


def convolution(inputs: int, outputs: int, axes: int, kernel: int = 3) -> nn.Module:
    """Make a convolution over any number of axes that keeps their lengths. `kernel` is odd."""
    return CONVOLUTIONS[axes - 1](inputs, outputs, kernel, padding=kernel // 2)


def coarser(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Average neighbours to come to the next coarser scale. Shapes: (batch, channels, *axes) -> (..., *shape)."""
    strides = [now // then for now, then in zip(x.shape[2:], shape, strict=True)]
    return POOLINGS[len(shape) - 1](x, strides) if max(strides) > 1 else x


def finer(x: Tensor, shape: Sequence[int]) -> Tensor:
    """Repeat cells to come to a finer scale. Shapes: (batch, channels, *axes) -> (batch, channels, *shape)."""
    return F.interpolate(x, size=tuple(shape)) if tuple(x.shape[2:]) != tuple(shape) else x


def cells_last(x: Tensor, outputs: int) -> Tensor:
    """Take each channel's numbers apart. Shapes: (batch, channels * outputs, *axes) -> (batch, channels, *axes, outputs)."""
    return x.unflatten(1, (-1, outputs)).movedim(2, -1)
