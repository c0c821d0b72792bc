"""Following sequences while they are drawn: to say what may come next, to end them, or to show them."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor


class Follower(Protocol):
    """Hears the tokens of a batch of sequences as they are drawn; those of a given beginning it does not hear.

    `rows` says which sequences of the batch are meant. Tokens are numbered as in the space.
    """

    def allowed(self, rows: Tensor) -> Tensor | None:
        """Return what may come next: the end in column 0, token t in column t + 1; None for everything.

        Shapes: (rows,) -> (rows, vocabulary_size + 1) booleans, of which each row allows something.
        """

    def hear(self, rows: Tensor, tokens: Tensor) -> Tensor | None:
        """Take in the next token of each; return which sequences are complete with it, or None for none.

        Shapes: (rows,), (rows,) -> (rows,) booleans.
        """


Follow = Callable[[int], Follower]
"""Makes what follows a batch of so many sequences."""


class Nobody:
    """Allows everything and ends nothing."""

    def allowed(self, rows: Tensor) -> None:
        return None

    def hear(self, rows: Tensor, tokens: Tensor) -> None:
        return None


class Placed(Nobody):
    """Allows at each place of a sequence what a table says; `begun` tokens are given.

    Shapes: table (length, vocabulary_size + 1) booleans, the end in column 0.

    Example:
        >>> follower = Placed(torch.tensor([[True, True, False], [True, False, True]]), 1)
        >>> follower.hear(torch.tensor([0]), torch.tensor([0]))
        >>> follower.allowed(torch.tensor([0]))
        tensor([[ True, False,  True]])
    """

    def __init__(self, table: Tensor, count: int, begun: int = 0) -> None:
        self.table, self.places = table, torch.full((count,), begun)

    def allowed(self, rows: Tensor) -> Tensor:
        return self.table[self.places[rows.cpu()]].to(rows.device)

    def hear(self, rows: Tensor, tokens: Tensor) -> None:
        self.places[rows.cpu()] += 1


def hear(follower: Follower, rows: Tensor, symbols: Tensor, drawn: Tensor) -> Tensor:
    """Tell a follower the tokens among symbols that were drawn; return which sequences are complete with them.

    Symbol 0 is the end, symbol t + 1 the token t. Shapes: three of (rows,) -> (rows,) booleans.
    """
    complete = torch.zeros_like(drawn)
    places = (drawn & (symbols != 0)).nonzero().squeeze(1)
    found = follower.hear(rows[places], symbols[places] - 1) if len(places) else None
    if found is not None:
        complete[places] = found
    return complete
