"""Random changes of grids through which gradients flow, over any number of axes."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.errors import nearest
from gdl_core.spaces import Batch, Grid

FARTHEST = 1 / 8
"""By which part of an axis cells are shifted at most."""

CUT = 1 / 2
"""Which part of each axis is cut out."""


def flip(x: Tensor, chosen: Tensor) -> Tensor:
    """Turn the axes of chosen samples around, each or not at random. Shapes: (batch, channels, *axes), (batch,)."""
    for axis in range(2, x.ndim):
        turned = chosen & (torch.rand(len(x), device=x.device) < 0.5)
        x = torch.where(_rows(turned, x), x.flip(axis), x)
    return x


def shift(x: Tensor, chosen: Tensor) -> Tensor:
    """Move the cells of chosen samples along each axis; what leaves at one end comes in at the other."""
    for axis in range(2, x.ndim):
        length = x.shape[axis]
        by = ((torch.rand(len(x), device=x.device) * 2 - 1) * FARTHEST * length).round().long() * chosen
        places = (torch.arange(length, device=x.device) - by[:, None]) % length  # batch, length
        x = x.gather(axis, places.reshape(len(x), *_ones(axis - 1), length, *_ones(x.ndim - axis - 1)).expand_as(x))
    return x


def cut_out(x: Tensor, chosen: Tensor) -> Tensor:
    """Set a box of cells of chosen samples to zero (arXiv:2006.10738)."""
    inside = _rows(chosen, x)
    for axis in range(2, x.ndim):
        length = x.shape[axis]
        cells = torch.arange(length, device=x.device) + 0.5
        centre = torch.rand(len(x), device=x.device) * length
        near = (cells - centre[:, None]).abs() < length * CUT / 2  # batch, length
        inside = inside & near.reshape(len(x), *_ones(axis - 1), length, *_ones(x.ndim - axis - 1))
    return x.masked_fill(inside, 0)


OPERATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"flip": flip, "shift": shift, "cut_out": cut_out}
"""Changes by name, in the order in which they are made."""


class GridAugmentation(nn.Module):
    """Makes each of several changes to each sample with a probability. Shapes: (batch, channels, *axes) -> the same.

    Example:
        >>> augmentation = GridAugmentation(Grid(1, (4,)), operations=["shift"])
        >>> batch = Batch(torch.arange(4.0).reshape(1, 1, 4))
        >>> augmentation(batch, torch.zeros(())).values
        tensor([[[0., 1., 2., 3.]]])
    """

    def __init__(
        self, space: Grid, *, conditions: Sequence[Condition] = (), operations: Sequence[str] = tuple(OPERATIONS)
    ) -> None:
        super().__init__()
        for name in operations:
            if name not in OPERATIONS:
                raise ValueError(f"there is no augmentation {name!r}; {nearest(name, OPERATIONS)}")
        self.operations = [OPERATIONS[name] for name in operations]

    def forward(self, batch: Batch, probability: Tensor) -> Batch:
        x = batch.values
        for operation in self.operations:
            x = operation(x, torch.rand(len(x), device=x.device) < probability)
        return batch.with_parts([x])


def _ones(count: int) -> tuple[int, ...]:
    return (1,) * count


def _rows(chosen: Tensor, x: Tensor) -> Tensor:
    return chosen.reshape(-1, *_ones(x.ndim - 1))
