"""A part of a sample that is known beforehand: pixels to paint around, notes to harmonise, atoms to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from gdl_core.spaces import Batch


@dataclass(frozen=True)
class Given:
    """What is known of samples, in the filled form: one row for all of them, or one for each.

    Shapes: `known`, for each part of the space, (1 or batch, *part.shape), True where the value is known.

    Example:
        >>> given = Given(Batch(torch.tensor([[7, 8, 9]])), (torch.tensor([[True, False, False]]),))
        >>> given.over([torch.zeros(2, 3, dtype=torch.int64)])[0].tolist()
        [[7, 0, 0], [7, 0, 0]]
    """

    values: Batch
    known: tuple[Tensor, ...]

    def to(self, device: torch.device | str) -> Self:
        """Move what is known to a device."""
        return type(self)(self.values.to(device), tuple(known.to(device) for known in self.known))

    def over(self, parts: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Put what is known in its place. Shapes: parts of the filled form, or with further axes, of either form."""
        return tuple(
            torch.where(known.reshape(known.shape + (1,) * (part.ndim - known.ndim)), value.to(part.dtype), part)
            for known, value, part in zip(self.known, self.values.parts, parts, strict=True)
        )

    def at(self, place: int, drawn: Tensor, part: int = 0) -> Tensor:
        """Put what is known of an element (its place in the flattened part) over what was drawn. Shapes: (batch,)."""
        known, value = (whole[part].flatten(1)[:, place] for whole in (self.known, self.values.parts))
        return torch.where(known, value.to(drawn.dtype), drawn)
