"""A family and a network of our own: each symbol follows from the one before it."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.families import Draws, Family, Likelihood
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import draw
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Tokens


class Nothing:
    """The memory of a network that remembers nothing."""

    def select(self, rows: Tensor) -> "Nothing":
        return self

    close_up = select


class Table(nn.Module):
    """The logits of each symbol after each. It also serves the autoregressive family of the core."""

    serves = (("transitions", "tokens"), ("autoregressor", "tokens"))

    def __init__(self, space: Tokens, *, conditions: Sequence[Condition] = ()) -> None:
        super().__init__()
        self.table = nn.Embedding(space.vocabulary_size + 1, space.vocabulary_size + 1)
        nn.init.zeros_(self.table.weight)

    def forward(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        return 30 * self.table(symbols)  # a table needs longer steps than the matrices of a deep network

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> Nothing:
        return Nothing()

    def advance(self, symbols: Tensor, memory: Nothing) -> Tensor:
        return self(symbols, {})


class Markov(Family):
    """A chain of the first order over sequences of any length, in which symbol 0 begins and ends."""

    name = "markov"
    variant = "first-order"
    spaces = ("tokens",)
    roles = ("transitions",)
    space: Tokens

    def __init__(self, space: Tokens, networks: Networks) -> None:
        super().__init__(space, networks)
        self.network = networks("transitions")

    def loss(self, batch: Batch) -> Tensor:
        return -self.log_prob(batch).values

    def log_prob(self, batch: Batch) -> Likelihood:
        symbols = self.space.fill(batch).values
        before = F.pad(symbols, (1, 0))[:, :-1]
        logits = self.network(before, batch.conditions)
        elements = -F.cross_entropy(logits.flatten(0, 1), symbols.flatten(), reduction="none").view_as(symbols)
        counted = ((symbols == 0).cumsum(1) - (symbols == 0).long()) == 0  # up to and with the first end
        return Likelihood((elements * counted).sum(1), "exact", elements * counted)

    @torch.no_grad()
    def sample(self, streams: Streams, *, conditions: Mapping[str, Tensor] | None = None, **options: Any) -> Draws:
        symbols = [torch.zeros(len(streams), dtype=torch.int64)]
        for _ in range(self.space.max_length):
            logits = self.network(symbols[-1], conditions or {})
            symbols.append(draw(logits, streams.uniform(1)[:, 0]))
        return Draws(self.space.trim(Batch(torch.stack(symbols[1:], 1))))
