"""Unordered sets of points."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.errors import RepresentationError
from gdl_core.randomness import Streams
from gdl_core.spaces.padding import pad, unpad
from gdl_core.spaces.space import Arrays, Batch, Part, Sample, Space
from gdl_core.spaces.storage import tensor_from


@dataclass(frozen=True)
class Points(Space):
    """Unordered sets of up to `count` points with `features` real numbers each. A sample has shape (n, features).

    With `variable` False every set has `count` points. Otherwise a point of the filled form has one feature more: 1
    where there is a point and -1 where there is none.

    Example:
        >>> batch = Points(count=4, features=3).collate([torch.zeros(4, 3), torch.zeros(2, 3)])
        >>> batch.mask.sum(1).tolist()
        [4, 2]
    """

    kind = "points"
    count: int
    features: int
    variable: bool = True

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part((self.count, self.features + int(self.variable))),)

    def fill(self, batch: Batch) -> Batch:
        if not self.variable:
            return Batch(batch.values, conditions=batch.conditions)
        mask = torch.ones_like(batch.values[..., 0], dtype=torch.bool) if batch.mask is None else batch.mask
        there = torch.where(mask, 1.0, -1.0)
        points = torch.cat([batch.values.masked_fill(~mask[..., None], 0), there[..., None]], -1)
        missing = F.pad(points.new_zeros(self.features), (0, 1), value=-1.0)
        filler = missing.expand(len(points), self.count - points.shape[1], -1)
        return Batch(torch.cat([points, filler], 1), conditions=batch.conditions)

    def trim(self, filled: Batch) -> list[Sample]:
        """Leave out the points that are said not to be there."""
        if not self.variable:
            return list(filled.values)
        return [row[row[:, -1] > 0, :-1] for row in filled.values]

    @property
    def continuous(self) -> bool:
        return not self.variable

    def blur(self, real: Batch, noise: Sequence[Tensor]) -> tuple[Batch, Tensor]:
        """Spread whether there is a point over a length of 2; give points that are not there normal places."""
        volume = real.values.new_zeros(len(real))
        if not self.variable:
            return real, volume
        there, uniform = real.values[..., -1:], noise[0].clamp(1e-6, 1 - 1e-6)
        anywhere = torch.special.ndtri(uniform[..., :-1])
        places = torch.where(there > 0, real.values[..., :-1], anywhere)
        density = (0.5 * anywhere.square() + 0.5 * math.log(2 * math.pi)).masked_fill(there > 0, 0)
        spread = torch.cat([places, there + 1 - 2 * uniform[..., -1:]], -1)
        return real.with_parts([spread]), volume + density.flatten(1).sum(1) + self.count * math.log(2)

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"values": np.dtype(np.float32)}

    def pack(self, sample: Sample) -> Arrays:
        if not isinstance(sample, Tensor) or sample.ndim != 2 or sample.shape[1] != self.features:
            raise RepresentationError(f"a set of points must have shape (n, {self.features})")
        if len(sample) > self.count or (len(sample) < self.count and not self.variable):
            limit = "at most" if self.variable else "exactly"
            raise RepresentationError(f"{len(sample)} points; this space holds {limit} {self.count}")
        return {"values": sample.numpy().astype(np.float32).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["values"], torch.float32).reshape(-1, self.features)

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        values, mask = pad(samples)
        return Batch(values, mask, conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        assert batch.mask is not None
        return list(unpad(batch.values, batch.mask))

    def noise(self, streams: Streams) -> Batch:
        values = streams.normal(self.count, self.features).float()
        return Batch(values, torch.ones(values.shape[:2], dtype=torch.bool, device=values.device))

    def sizes(self, batch: Batch) -> Tensor:
        assert batch.mask is not None
        return batch.mask.sum(1) * self.features
