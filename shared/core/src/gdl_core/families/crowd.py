"""Sequences that grow side by side, where those that are still alike are computed once."""

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


class Reader(Protocol):
    """A network that reads on from its memory, one symbol a row."""

    def advance(self, symbols: Tensor, memory: Any) -> Tensor:
        """Read the next n symbols and predict the one after each. Shapes: (rows, n) -> (rows, n, symbols)."""


@dataclass
class Crowd:
    """The memory of a batch of samples, in which samples that have the same symbols so far share a row.

    Shapes: row (batch,), the row of the memory that each sample reads on from; None where each has its own.
    """

    memory: Memory
    row: Tensor | None

    def select(self, samples: Tensor) -> Self:
        """Return the crowd of some samples."""
        if self.row is None:
            return type(self)(self.memory.select(samples), None)
        return type(self)(self.memory, self.row[samples])

    def advance(self, network: Reader, choice: Tensor) -> Tensor:
        """Read the next symbol of each sample and predict the one after. Shapes: (batch,) -> (batch, symbols)."""
        if self.row is None:
            return network.advance(choice[:, None], self.memory)[:, 0]
        ways = int(choice.max()) + 1
        pairs, row = torch.unique(self.row * ways + choice, return_inverse=True)
        if len(pairs) > SHARE_BELOW * len(choice):
            self.memory, self.row = self.memory.select(self.row), None
            return self.advance(network, choice)
        self.memory, self.row = self.memory.select(pairs // ways), row
        return network.advance((pairs % ways)[:, None], self.memory)[row, 0]


def alike(*values: Tensor) -> bool:
    """Tell whether all rows of each tensor are the same.

    Example:
        >>> alike(torch.zeros(3, 2), torch.ones(3)), alike(torch.arange(3))
        (True, False)
    """
    return all(bool((rows == rows[:1]).all()) for rows in values)
