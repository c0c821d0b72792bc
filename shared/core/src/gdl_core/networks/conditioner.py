"""Turns what a sample is asked to be into one vector, and sequences into rows that a network can read."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import CODE, ClassCondition, Condition, SequenceCondition


class Conditioner(nn.Module):
    """The sum of one embedding per condition; a condition that is not given has an embedding of its own.

    With `inputs` there is also a code of so many numbers, which is always given.
    Shapes: a mapping of (batch,) classes, (batch, size) vectors and (batch, length, size) sequences -> (batch, width).
    """

    zero: Tensor

    def __init__(self, conditions: Sequence[Condition], width: int, *, inputs: int = 0) -> None:
        super().__init__()
        if inputs and CODE in {condition.name for condition in conditions}:
            raise ValueError(f"a condition of this model cannot be called {CODE!r}, the name of its own code")
        self.parts = nn.ModuleDict({condition.name: part_for(condition, width) for condition in conditions})
        self.code = nn.Linear(inputs, width) if inputs else None
        self.register_buffer("zero", torch.zeros(width), persistent=False)

    def forward(self, conditions: Mapping[str, Tensor], batch: int) -> Tensor:
        total = self.zero.expand(batch, -1)
        for name, part in self.parts.items():
            assert isinstance(part, ClassPart | VectorPart | SequencePart)
            total = total + (part(conditions[name]) if name in conditions else part.nothing(batch))
        return total if self.code is None else total + self.code(conditions[CODE])


def part_for(condition: Condition, width: int) -> nn.Module:
    """Return the layer that turns one condition into a vector."""
    if isinstance(condition, ClassCondition):
        return ClassPart(len(condition.labels), width)
    if isinstance(condition, SequenceCondition):
        return SequencePart(condition.size, width)
    return VectorPart(len(condition.mean), width)


class ClassPart(nn.Module):
    """A learned vector per class; the last one is for no class."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(count + 1, width)
        self.count = count

    def forward(self, classes: Tensor) -> Tensor:
        return self.embedding(torch.where(classes < 0, self.count, classes))

    def nothing(self, batch: int) -> Tensor:
        """Return the vector of no class, for each row."""
        return self.embedding.weight[-1].expand(batch, -1)


class VectorPart(nn.Module):
    """A small network over standardised numbers; where any of them is NaN, a learned vector instead."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.network = nn.Sequential(nn.Linear(size, width), nn.SiLU(), nn.Linear(width, width))
        self.missing = nn.Parameter(torch.randn(width) * 0.02)

    def forward(self, numbers: Tensor) -> Tensor:
        absent = numbers.isnan().any(1, keepdim=True)
        return torch.where(absent, self.missing, self.network(numbers.nan_to_num()))

    def nothing(self, batch: int) -> Tensor:
        """Return the vector of no number, for each row."""
        return self.missing.expand(batch, -1)


class SequencePart(nn.Module):
    """A small network over the mean of the embeddings; where there are none, a learned vector instead."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.part = VectorPart(size, width)

    def forward(self, sequences: Tensor) -> Tensor:
        return self.part(sequences.nanmean(1))

    def nothing(self, batch: int) -> Tensor:
        """Return the vector of no sequence, for each row."""
        return self.part.nothing(batch)
