"""How a network reads a condition that is a sequence: its elements attend to the sequence's embeddings."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition, SequenceCondition
from gdl_core.networks.fused import attend
from gdl_core.networks.precision import in_float32


class Rows(NamedTuple):
    """What can be read. Shapes: rows (batch, count, width), there (batch, count), True where there is a row."""

    rows: Tensor
    there: Tensor


class Keys(NamedTuple):
    """What a layer has made of rows. Shapes: keys and values (batch, heads, count, size), there (batch, count)."""

    keys: Tensor
    values: Tensor
    there: Tensor

    def select(self, rows: Tensor) -> Self:
        """Return what was made for some rows of the batch."""
        return type(self)(*(tensor.index_select(0, rows) for tensor in self))


class Reader(nn.Module):
    """Embeds all sequences among the conditions as rows, one of which says that there is nothing more to read.

    Shapes: a mapping that holds (batch, length, size) sequences -> rows of (batch, 1 + all lengths, width).
    """

    def __init__(self, conditions: Sequence[Condition], width: int) -> None:
        super().__init__()
        sequences = [condition for condition in conditions if isinstance(condition, SequenceCondition)]
        self.embed = nn.ModuleDict({one.name: nn.Linear(one.size, width) for one in sequences})
        self.places = nn.ParameterDict({one.name: torch.randn(one.length, width) * 0.02 for one in sequences})
        self.nothing = nn.Parameter(torch.randn(1, width) * 0.02)

    def forward(self, conditions: Mapping[str, Tensor], batch: int) -> Rows:
        rows = [self.nothing.expand(batch, 1, -1)]
        there = [torch.ones(batch, 1, dtype=torch.bool, device=self.nothing.device)]
        for name, embed in self.embed.items():
            if name in conditions:
                sequence = conditions[name]
                there.append(~sequence.isnan().any(-1))
                rows.append(embed(sequence.nan_to_num()) + self.places[name][: sequence.shape[1]])
        return Rows(torch.cat(rows, 1), torch.cat(there, 1))


class Reading(nn.Module):
    """Attention of every element to the rows that there are to read (Vaswani et al. 2017, arXiv:1706.03762).

    Shapes: (batch, elements, width), rows of (batch, count, width) -> (batch, elements, width).
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.RMSNorm(width)
        self.query = nn.Linear(width, width, bias=False)
        self.keys_values = nn.Linear(width, 2 * width, bias=False)
        self.query_norm, self.key_norm = nn.RMSNorm(width // heads), nn.RMSNorm(width // heads)
        self.out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, read: Rows | Keys) -> Tensor:
        made = read if isinstance(read, Keys) else self.keys_of(read)
        q = self.query(in_float32(self.norm, x)).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        y = attend(in_float32(self.query_norm, q), made.keys, made.values, made.there[:, None, None])
        return self.out(y.transpose(1, 2).flatten(-2))

    def keys_of(self, read: Rows) -> Keys:
        """Make keys and values, which serve for every element that comes to read."""
        k, v = self.keys_values(read.rows).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return Keys(in_float32(self.key_norm, k), v, read.there)


def reader_for(conditions: Sequence[Condition], width: int) -> Reader | None:
    """Return what reads the sequences among the conditions, if there are any."""
    reads = any(isinstance(condition, SequenceCondition) for condition in conditions)
    return Reader(conditions, width) if reads else None
