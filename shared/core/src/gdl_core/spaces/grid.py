"""Samples that all have the same shape: vectors, and cells on axes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gdl_core.randomness import Streams
from gdl_core.spaces.space import Arrays, Batch, Part, Sample, Space, half_of
from gdl_core.spaces.storage import check_symbols, checked_shape, smallest_integer, tensor_from


@dataclass(frozen=True)
class Vector(Space):
    """Points of a real vector space. A sample is a float tensor of shape (size,).

    Example:
        >>> Vector(2).collate([torch.zeros(2), torch.ones(2)]).values.shape
        torch.Size([2, 2])
    """

    kind = "vector"
    size: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one sample."""
        return (self.size,)

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part(self.shape),)

    def fill(self, batch: Batch) -> Batch:
        return batch

    def trim(self, filled: Batch) -> list[Sample]:
        return self.separate(filled)

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32)}

    def pack(self, sample: Sample) -> Arrays:
        return {"values": checked_shape(sample, self.shape).numpy().astype(np.float32).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["values"], torch.float32).reshape(self.shape)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        return Batch(torch.stack([s for s in samples if isinstance(s, Tensor)]), conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        return list(batch.values)

    def noise(self, streams: Streams) -> Batch:
        return Batch(streams.normal(*self.shape).float())

    def sizes(self, batch: Batch) -> Tensor:
        return torch.full((len(batch),), math.prod(self.shape), device=batch.values.device)


@dataclass(frozen=True)
class Grid(Space):
    """Cells on one, two or three axes, with `channels` values each.

    With `levels` the values are symbols 0 to levels - 1 (an 8-bit picture has 256); with None they are real numbers.
    A sample has the shape (channels, *shape), int64 or float32.

    Example:
        >>> Grid(channels=1, shape=(8, 8), levels=17).noise(Streams(0, range(3))).values.shape
        torch.Size([3, 1, 8, 8])
    """

    kind = "grid"
    channels: int
    shape: tuple[int, ...]
    levels: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))  # JSON has lists only
        if not 1 <= len(self.shape) <= 3:
            raise ValueError(f"a grid has one, two or three axes; {self.shape} has {len(self.shape)}")

    @property
    def full_shape(self) -> tuple[int, ...]:
        """The shape of one sample: channels, then the axes."""
        return (self.channels, *self.shape)

    @property
    def dimensions(self) -> int:
        """How many values a sample has."""
        return math.prod(self.full_shape)

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part(self.full_shape, self.levels),)

    @property
    def one_hot(self) -> bool:
        """False: levels are in order."""
        return False

    @property
    def channel_shapes(self) -> tuple[tuple[int, ...], ...]:
        return ((self.channels, *(1,) * len(self.shape)),)

    @property
    def _step(self) -> float:
        """How far apart two levels are in the real form."""
        return 2 / max((self.levels or 1) - 1, 1)

    def blur(self, real: Batch, noise: Sequence[Tensor]) -> tuple[Batch, Tensor]:
        """Spread each level over the values that are nearest to it."""
        volume = real.values.new_zeros(len(real))
        if self.levels is None:
            return real, volume
        spread = real.values + (0.5 - noise[0]) * self._step
        return real.with_parts([spread]), volume + self.dimensions * math.log(self._step)

    def half(self, turn: int) -> tuple[Tensor, ...]:
        """Choose the cells of one colour of a checkerboard; where there are channels, half of these in turn with it."""
        if self.channels > 1 and turn % 4 >= 2:
            return (half_of(self.channels, turn).reshape(self.channel_shapes[0]).expand(self.full_shape),)
        colour = torch.stack(torch.meshgrid(*map(torch.arange, self.shape), indexing="ij")).sum(0) % 2
        return ((colour == (turn + 1) % 2).expand(self.full_shape),)

    def fill(self, batch: Batch) -> Batch:
        return batch

    def trim(self, filled: Batch) -> list[Sample]:
        return self.separate(filled)

    def relax(self, filled: Batch) -> Batch:
        """Spread the levels over -1 to 1."""
        if self.levels is None:
            return filled
        return filled.with_parts([filled.values.float() * self._step - 1])

    def round(self, real: Batch) -> Batch:
        if self.levels is None:
            return real
        levels = ((real.values + 1) * ((self.levels - 1) / 2)).round()
        return real.with_parts([levels.clamp(0, self.levels - 1).long()])

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32) if self.levels is None else smallest_integer(self.levels)}

    def pack(self, sample: Sample) -> Arrays:
        values = checked_shape(sample, self.full_shape)
        if self.levels is not None:
            check_symbols(values, self.levels, "a cell")
        return {"values": values.numpy().astype(self.fields["values"]).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        dtype = torch.float32 if self.levels is None else torch.int64
        return tensor_from(arrays["values"], dtype).reshape(self.full_shape)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        values = torch.stack([s for s in samples if isinstance(s, Tensor)])
        return Batch(values if self.levels is None else values.long(), conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        return list(batch.values)

    def noise(self, streams: Streams) -> Batch:
        return Batch(streams.normal(*self.full_shape).float())

    def sizes(self, batch: Batch) -> Tensor:
        return torch.full((len(batch),), self.dimensions, device=batch.values.device)
