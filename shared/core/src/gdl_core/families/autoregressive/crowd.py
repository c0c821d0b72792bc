"""Sequences that grow side by side, where those that are still alike are computed once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import torch
from torch import Tensor

SHARE_BELOW = 0.9
"""Samples share rows while there are fewer rows than this share of the samples: sharing costs a copy at each step."""


class Memory(Protocol):
    """What a network keeps of the symbols it has read, one row per sequence."""

    def select(self, rows: Tensor) -> Self:
        """Return the memory of some rows; a row may be asked for more than once."""

    def close_up(self, rows: Tensor) -> Self:
        """Return the memory of some rows, as `closed_up` names them; this one may be used up for it."""


@dataclass
class Crowd:
    """The memory of a batch of samples, in which samples that have the same symbols so far share a row.

    Shapes: row (batch,), the row of the memory that each sample reads on from; None where each has its own.
    """

    memory: Memory
    row: Tensor | None

    def close_up(self, samples: Tensor) -> Self:
        """Return the crowd of some samples, as `closed_up` names them; this one is used up."""
        if self.row is None:
            return type(self)(self.memory.close_up(samples), None)
        return type(self)(self.memory, self.row[samples])

    def advance(self, read: Callable[[Tensor, Any], Tensor], choice: Tensor) -> Tensor:
        """Read the next symbol of each sample and predict the one after, by a network's `advance`.

        Shapes: (batch,) -> (batch, symbols).
        """
        if self.row is None:
            return read(choice[:, None], self.memory)[:, 0]
        ways = int(choice.max()) + 1
        pairs, row = torch.unique(self.row * ways + choice, return_inverse=True)
        if len(pairs) > SHARE_BELOW * len(choice):
            self.memory, self.row = self.memory.select(self.row), None
            return self.advance(read, choice)
        self.memory, self.row = self.memory.select(pairs // ways), row
        return read((pairs % ways)[:, None], self.memory)[row, 0]


def closed_up(stay: Tensor) -> Tensor:
    """Return which rows stay, in an order in which the last of them fill the gaps: few have to move.

    Example:
        >>> closed_up(torch.tensor([True, False, True, False, True, True]))
        tensor([0, 4, 2, 5])
    """
    left = int(stay.sum())
    rows = torch.arange(left, device=stay.device)
    rows[~stay[:left]] = stay[left:].nonzero().squeeze(1) + left
    return rows


def alike(*values: Tensor) -> bool:
    """Tell whether all rows of each tensor are the same.

    Example:
        >>> alike(torch.zeros(3, 2), torch.ones(3)), alike(torch.arange(3))
        (True, False)
    """
    return all(bool((rows == rows[:1]).all()) for rows in values)
