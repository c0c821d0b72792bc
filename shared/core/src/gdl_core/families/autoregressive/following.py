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


def only(logits: Tensor, allowed: Tensor | None) -> Tensor:
    """Refuse what is not allowed. Shapes: (batch, symbols), the same -> the same."""
    return logits if allowed is None else logits.masked_fill(~allowed, -torch.inf)


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
