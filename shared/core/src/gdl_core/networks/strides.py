"""Convolutions over any number of axes, and the way between cells and coarser ones.

A network for large grids, above all those of three axes, works on patches of cells from its first layer to its last:
a wide layer at full resolution would take most of its time.
"""

import torch.nn.functional as F
from torch import Tensor, nn

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def convolve(axes: int, inputs: int, outputs: int, *, size: int = 3, strides: tuple[int, ...] | int = 1) -> nn.Module:
    """Return a convolution over this many axes that keeps their sizes, divided by the strides and rounded up."""
    return CONVOLUTIONS[axes - 1](inputs, outputs, size, stride=strides, padding=size // 2)  # type: ignore[arg-type]


class Shrink(nn.Module):
    """Divides all axes by an even factor, after cells of zeros behind those that are no multiple of it.

    A coarse cell sees twice the fine cells along an axis that it stands for, so that no seams are left.
    Shapes: (batch, inputs, *axes) -> (batch, outputs, *coarse).

    Example:
        >>> import torch
        >>> Shrink(2, 1, 3)(torch.zeros(2, 1, 6, 5)).shape
        torch.Size([2, 3, 3, 3])
    """

    def __init__(self, axes: int, inputs: int, outputs: int, *, factor: int = 2) -> None:
        super().__init__()
        self.factor = factor
        self.layer = CONVOLUTIONS[axes - 1](inputs, outputs, 2 * factor, stride=factor, padding=factor // 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(F.pad(x, [pad for size in reversed(x.shape[2:]) for pad in (0, -size % self.factor)]))


class Grow(nn.Module):
    """Multiplies all axes by an even factor, and cuts off what is beyond a shape: the way of `Shrink` back.

    Shapes: (batch, inputs, *coarse) -> (batch, outputs, *shape).
    """

    def __init__(self, shape: tuple[int, ...], inputs: int, outputs: int, *, factor: int = 2) -> None:
        super().__init__()
        self.shape = shape
        self.layer = TRANSPOSED[len(shape) - 1](inputs, outputs, 2 * factor, stride=factor, padding=factor // 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x)[:, :, *(slice(size) for size in self.shape)]


def patched(shape: tuple[int, ...], patch: int) -> tuple[int, ...]:
    """Return how many patches there are along each axis.

    Example:
        >>> patched((28, 9), 2)
        (14, 5)
    """
    if patch < 1 or (patch > 1 and patch % 2):
        raise ValueError(f"a patch is 1 cell long or an even number of cells; {patch} does not fit")
    return tuple(-(-size // patch) for size in shape)


def entering(axes: int, inputs: int, outputs: int, patch: int) -> nn.Module:
    """Return the layer from cells to patches. Shapes: (batch, inputs, *shape) -> (batch, outputs, *patches)."""
    return convolve(axes, inputs, outputs) if patch == 1 else Shrink(axes, inputs, outputs, factor=patch)


def leaving(shape: tuple[int, ...], inputs: int, outputs: int, patch: int) -> nn.Module:
    """Return the layer from patches to cells. Shapes: (batch, inputs, *patches) -> (batch, outputs, *shape)."""
    return convolve(len(shape), inputs, outputs) if patch == 1 else Grow(shape, inputs, outputs, factor=patch)
