"""What every sample space can do, and what a batch of samples is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.randomness import Source, Streams


class GraphSample(NamedTuple):
    """A graph: the type of each node and, for each ordered pair of nodes, the type of the edge (0: none).

    Shapes: nodes (count,), edges (count, count), both int64.
    """

    nodes: Tensor
    edges: Tensor


@dataclass(frozen=True)
class Part:
    """One tensor of a filled sample: its shape, and what stands in it: symbols 0 to symbols - 1, or numbers (None)."""

    shape: tuple[int, ...]
    symbols: int | None = None


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

    @property
    def parts(self) -> tuple[Tensor, ...]:
        """The tensors that hold the samples: the values and, for graphs, the edges."""
        return (self.values,) if self.edges is None else (self.values, self.edges)

    def with_parts(self, parts: Sequence[Tensor]) -> Batch:
        """Return the batch with other tensors in place of `parts`."""
        return replace(self, values=parts[0], edges=parts[1] if len(parts) > 1 else None)

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
    """What every sample space can do. The spaces themselves are frozen dataclasses.

    A batch of samples has three forms. *Collated*: padded to the largest, with a mask; the form in which data arrives.
    *Filled*: every sample at the space's full size, without a mask, each tensor as `parts` says; where samples differ
    in size, symbol 0 stands for nothing. *Real*: the filled form as real numbers, one-hot where symbols have no order.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def parts(self) -> tuple[Part, ...]:
        """The tensors of a filled sample."""

    @property
    def one_hot(self) -> bool:
        """Whether the real form has a number for each symbol; otherwise it has one for each element."""
        return all(part.symbols is not None for part in self.parts)

    @property
    def real_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the real form's tensors, without the batch."""
        return tuple((*part.shape, part.symbols or 1) if self.one_hot else part.shape for part in self.parts)

    @property
    def real_outputs(self) -> tuple[int, ...]:
        """How many numbers a network must give for each element of each part, to give a real form."""
        return tuple(part.symbols or 1 if self.one_hot else 1 for part in self.parts)

    @property
    def channel_shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of the real form with positions that are alike taken as one: what a scale for each channel has."""
        return tuple((*(1,) * (len(shape) - 1), shape[-1]) for shape in self.real_shapes)

    @property
    def continuous(self) -> bool:
        """Whether the real form can take any value: a density over it is then one over samples."""
        return all(part.symbols is None for part in self.parts)

    @abstractmethod
    def fill(self, batch: Batch) -> Batch:
        """Turn the collated form into the filled one. What stands in the padding has no effect."""

    @abstractmethod
    def trim(self, filled: Batch) -> list[Sample]:
        """Turn a filled batch, on any device, into samples of their own sizes. Undoes `fill`."""

    def relax(self, filled: Batch) -> Batch:
        """Turn the filled form into the real one."""
        if not self.one_hot:
            return filled
        whole = zip(filled.parts, self.parts, strict=True)
        return filled.with_parts([F.one_hot(tensor, part.symbols or 1).float() for tensor, part in whole])

    def round(self, real: Batch) -> Batch:
        """Turn real numbers into the filled form that is nearest. Undoes `relax`."""
        return real.with_parts([tensor.argmax(-1) for tensor in real.parts]) if self.one_hot else real

    def as_real(self, outputs: Sequence[Tensor], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        """Make a real form of a network's `real_outputs`. Shapes: each (batch, *part.shape, outputs)."""
        parts = list(outputs) if self.one_hot else [output.squeeze(-1) for output in outputs]
        return Batch(parts[0], None, parts[1] if len(parts) > 1 else None, conditions or {})

    def mirror(self, parts: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Give numbers that stand for the same element, as the directions of an edge, the value of the first."""
        return tuple(parts)

    def normal(self, source: Source) -> tuple[Tensor, ...]:
        """Draw standard normal numbers in the shapes of the real form."""
        return tuple(source.normal(*shape).float() for shape in self.real_shapes)

    def uniform(self, source: Source) -> tuple[Tensor, ...]:
        """Draw a number uniform on [0, 1) for each element of the filled form, in the source's own precision."""
        return tuple(source.uniform(*part.shape) for part in self.parts)

    def total(self, elements: Sequence[Tensor]) -> Tensor:
        """Add up a number for each element of the filled form. Shapes: each (batch, *part.shape) -> (batch,)."""
        return sum((tensor.flatten(1).sum(1) for tensor in elements[1:]), elements[0].flatten(1).sum(1))

    def blur(self, real: Batch, noise: Sequence[Tensor]) -> tuple[Batch, Tensor]:
        """Spread what is discrete over cells that fill the space, by numbers from 0 to 1 in the real form's shapes.

        Also returns how much volume each sample's cell has for a unit of noise, as a logarithm. `round` and `trim`
        find the sample again. Where all is continuous nothing changes.
        """
        if not self.one_hot:
            return real, real.values.new_zeros(len(real))
        whole = zip(real.parts, noise, strict=True)
        return real.with_parts([part + 0.5 - one for part, one in whole]), real.values.new_zeros(len(real))

    def half(self, turn: int) -> tuple[Tensor, ...]:
        """Choose half of the numbers of the real form, the other half at the next turn, then other halves.

        Positions that are alike are treated alike: here the halves are of channels, every second one or one side.
        Shapes: for each part one of booleans like the real form's, without the batch.
        """
        return tuple(
            half_of(channels[-1], turn).expand(shape)
            for channels, shape in zip(self.channel_shapes, self.real_shapes, strict=True)
        )

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

    def spread(self, numbers: Tensor, like: Tensor) -> Tensor:
        """Give numbers per sample trailing axes, so that they broadcast against `like`."""
        return numbers.reshape(numbers.shape + (1,) * (like.ndim - numbers.ndim))

    def to_config(self) -> dict[str, Any]:
        """Describe the space as JSON values. `space_from_config` reads it back."""
        return {"kind": self.kind, **asdict(self)}  # type: ignore[call-overload]  # each space is a dataclass


def half_of(count: int, turn: int) -> Tensor:
    """Choose every second of `count` things, or those of one side, and the others at the next turn.

    Example:
        >>> [half_of(4, turn).long().tolist() for turn in range(4)]
        [[0, 1, 0, 1], [1, 0, 1, 0], [0, 0, 1, 1], [1, 1, 0, 0]]
    """
    places = torch.arange(count)
    chosen = places % 2 == 1 if turn % 4 < 2 else places >= count // 2
    return chosen if turn % 2 == 0 else ~chosen
