"""What every sample space can do, and what a batch of samples is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gdl_core.randomness import Streams


class GraphSample(NamedTuple):
    """A graph: the type of each node and, for each ordered pair of nodes, the type of the edge (0: none).

    Shapes: nodes (count,), edges (count, count), both int64.
    """

    nodes: Tensor
    edges: Tensor


Sample = Tensor | GraphSample
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Batch:
    """Samples side by side, padded to the largest.

    `values` has one row per sample. `mask` is True where a position is real (None: everywhere). `edges` exists for
    graphs only. `conditions` holds what each sample is asked to be, one row per sample each.
    """

    values: Tensor
    mask: Tensor | None = None
    edges: Tensor | None = None
    conditions: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, index: Any) -> Batch:
        """Return the samples that `index` (a slice, a mask or positions) selects."""
        return self._map(lambda tensor: tensor[index])

    def to(self, device: torch.device | str) -> Batch:
        """Return the batch on another device."""
        return self._map(lambda tensor: tensor.to(device, non_blocking=True))

    def _map(self, change: Any) -> Batch:
        def over(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else change(tensor)

        conditions = {name: change(tensor) for name, tensor in self.conditions.items()}
        return Batch(change(self.values), over(self.mask), over(self.edges), conditions)


def with_conditions(batch: Batch, conditions: Mapping[str, Tensor]) -> Batch:
    """Return the batch, asked to be something else."""
    return replace(batch, conditions=conditions)


class Space(ABC):
    """What every sample space can do. The spaces themselves are frozen dataclasses."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def fields(self) -> dict[str, np.dtype]:
        """The flat arrays that hold a stored sample, with the smallest type that fits."""

    @abstractmethod
    def pack(self, sample: Sample) -> Arrays:
        """Flatten a sample into the arrays that `fields` names. A sample that does not fit is an error."""

    def pack_many(self, samples: Sequence[Sample]) -> tuple[Arrays, Arrays]:
        """Flatten samples one behind the other; also return how much of each array belongs to each sample."""
        packed = [self.pack(sample) for sample in samples]
        lengths = {name: np.array([len(one[name]) for one in packed], np.int64) for name in self.fields}
        flat = {name: np.concatenate([np.empty(0, t), *(p[name] for p in packed)]) for name, t in self.fields.items()}
        return flat, lengths

    @abstractmethod
    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Sample:
        """Rebuild the sample that `pack` flattened."""

    @abstractmethod
    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        """Put samples side by side, padded to the largest of them."""

    @abstractmethod
    def separate(self, batch: Batch) -> list[Sample]:
        """Undo `collate`: one sample per row, without its padding."""

    @abstractmethod
    def noise(self, streams: Streams) -> Batch:
        """Draw the space's prior: standard normal where values are continuous, uniform where they are symbols."""

    @abstractmethod
    def sizes(self, batch: Batch) -> Tensor:
        """Count the elements of each sample, which is what a loss per element is divided by. Shapes: (batch,)."""

    def gather(self, arrays: Arrays, offsets: Arrays, rows: np.ndarray) -> Batch:
        """Collate stored samples: sample i of field f is ``arrays[f][offsets[f][i]:offsets[f][i + 1]]``."""
        samples = [
            self.unpack({name: flat[offsets[name][row] : offsets[name][row + 1]] for name, flat in arrays.items()})
            for row in rows
        ]
        return self.collate(samples)

    def reduce(self, elements: Tensor, batch: Batch) -> Tensor:
        """Sum a loss over the real positions of each sample. Shapes: (batch, ...) -> (batch,)."""
        if batch.mask is not None:
            elements = elements * self.spread(batch.mask, elements)
        return elements.flatten(1).sum(1)

    def spread(self, numbers: Tensor, like: Tensor) -> Tensor:
        """Give numbers per sample (or per position) trailing axes, so that they broadcast against `like`."""
        return numbers.reshape(numbers.shape + (1,) * (like.ndim - numbers.ndim))

    def to_config(self) -> dict[str, Any]:
        """Describe the space as JSON values. `space_from_config` reads it back."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]  # each space is a dataclass
