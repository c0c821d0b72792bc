"""A transformer over the patches of a grid of any number of axes."""

import itertools
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.elements import Elements, ModulatedStack
from gdl_core.spaces import Batch, Grid


class Patches:
    """Cuts grids into patches, `size` cells long on each axis, and puts them together again.

    Where an axis is no multiple of `size`, zeros are put behind it and cut off again.

    Example:
        >>> patches = Patches((5, 4), 2)
        >>> rows = patches.cut(torch.arange(20.0).view(1, 1, 5, 4))
        >>> rows.shape, rows[0, 0].tolist()
        (torch.Size([1, 6, 4]), [0.0, 1.0, 4.0, 5.0])
        >>> torch.equal(patches.join(rows, channels=1), torch.arange(20.0).view(1, 1, 5, 4))
        True
    """

    def __init__(self, shape: tuple[int, ...], size: int) -> None:
        self.shape = shape
        self.sizes = tuple(min(size, length) for length in shape)
        self.counts = tuple(-(-length // size) for length, size in zip(shape, self.sizes, strict=True))

    @property
    def places(self) -> Tensor:
        """Where each patch stands. Shapes: (patches, axes)."""
        return torch.tensor(list(itertools.product(*map(range, self.counts))))

    def cut(self, values: Tensor) -> Tensor:
        """Shapes: (batch, channels, *shape) -> (batch, patches, channels * cells of a patch)."""
        lacking = [n * size - length for n, size, length in zip(self.counts, self.sizes, self.shape, strict=True)]
        padded = F.pad(values, [pad for missing in reversed(lacking) for pad in (0, missing)])
        split = padded.reshape(*padded.shape[:2], *itertools.chain(*zip(self.counts, self.sizes, strict=True)))
        axes = len(self.shape)
        order = (0, *range(2, 2 + 2 * axes, 2), 1, *range(3, 3 + 2 * axes, 2))  # patches, channels, cells
        return split.permute(order).flatten(1 + axes).flatten(1, axes)

    def join(self, rows: Tensor, *, channels: int) -> Tensor:
        """Undo `cut`. Shapes: (batch, patches, channels * cells of a patch) -> (batch, channels, *shape)."""
        axes = len(self.shape)
        split = rows.unflatten(2, (channels, *self.sizes)).unflatten(1, self.counts)
        pairs = itertools.chain(*((1 + axis, 2 + axes + axis) for axis in range(axes)))
        whole = split.permute(0, 1 + axes, *pairs).flatten(2)
        padded = whole.unflatten(2, [n * size for n, size in zip(self.counts, self.sizes, strict=True)])
        return padded[:, :, *(slice(length) for length in self.shape)]


class PatchTransformer(nn.Module):
    """Makes numbers for each cell at a time: attention among patches, each `patch` cells long on each axis.

    The diffusion transformer (DiT) of Peebles and Xie (2022), arXiv:2212.09748, with rotary places on each axis.
    Shapes: (batch, channels, *shape), (batch,) -> (batch, channels, *shape, outputs[0]).

    Example:
        >>> model = PatchTransformer(Grid(channels=1, shape=(8, 8, 5)), outputs=(2,), width=32, layers=1, patch=4)
        >>> model(Batch(torch.zeros(2, 1, 8, 8, 5)), torch.zeros(2))[0].shape
        torch.Size([2, 1, 8, 8, 5, 2])
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int = 0,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 6,
        heads: int = 4,
        patch: int = 2,
    ) -> None:
        super().__init__()
        self.patches = Patches(space.shape, patch)
        self.answers = (space.channels, outputs[0])
        cells, places = math.prod(self.patches.sizes), self.patches.places
        self.elements = Elements(space.channels * cells, places, width)
        answers = math.prod(self.answers) * cells
        self.stack = ModulatedStack(
            places, conditions, inputs=inputs, answers=answers, width=width, layers=layers, heads=heads
        )

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        rows = self.stack(self.elements(self.patches.cut(batch.values)), time, batch.conditions)
        cells = self.patches.join(rows, channels=math.prod(self.answers))
        return (cells.unflatten(1, self.answers).movedim(2, -1),)
