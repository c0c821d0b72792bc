"""Sequences of symbols."""

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
from gdl_core.spaces.storage import check_symbols, smallest_integer, tensor_from


@dataclass(frozen=True)
class Tokens(Space):
    """Sequences of symbols 0 to vocabulary_size - 1, of any length up to max_length unless `variable` is False.

    A sample is a one-dimensional int64 tensor of content alone: begin, end and padding are no symbols of the space.

    Example:
        >>> space = Tokens(vocabulary_size=5, max_length=4)
        >>> batch = space.collate([torch.tensor([1, 2, 3]), torch.tensor([4])])
        >>> batch.values.tolist(), batch.mask.sum(1).tolist()
        ([[1, 2, 3], [4, 0, 0]], [3, 1])
    """

    kind = "tokens"
    vocabulary_size: int
    max_length: int
    variable: bool = True

    @property
    def parts(self) -> tuple[Part, ...]:
        return (Part((self.max_length,), self.vocabulary_size + int(self.variable)),)

    def fill(self, batch: Batch) -> Batch:
        if not self.variable:
            return Batch(batch.values, conditions=batch.conditions)
        symbols = batch.values + 1
        if batch.mask is not None:
            symbols = symbols.masked_fill(~batch.mask, 0)
        return Batch(F.pad(symbols, (0, self.max_length - symbols.shape[1])), conditions=batch.conditions)

    def trim(self, filled: Batch) -> list[Sample]:
        """Cut each sequence before its first nothing."""
        if not self.variable:
            return list(filled.values)
        return list(unpad(filled.values - 1, (filled.values == 0).cumsum(1) == 0))

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"tokens": smallest_integer(self.vocabulary_size)}

    def pack(self, sample: Sample) -> Arrays:
        return self.pack_many([sample])[0]

    def pack_many(self, samples: Sequence[Sample]) -> tuple[Arrays, Arrays]:
        lengths = np.array([len(sample) for sample in samples], np.int64)
        allowed = (0 if self.variable else self.max_length, self.max_length)
        for length in (lengths.min(initial=allowed[0]), lengths.max(initial=allowed[0])):
            if not allowed[0] <= length <= allowed[1]:
                limit = "at most" if self.variable else "exactly"
                raise RepresentationError(f"a sequence of {length} tokens; this space holds {limit} {self.max_length}")
        flat = torch.cat([torch.empty(0, dtype=torch.int64), *(s for s in samples if isinstance(s, Tensor))])
        check_symbols(flat, self.vocabulary_size, "a token")
        return {"tokens": flat.numpy().astype(self.fields["tokens"])}, {"tokens": lengths}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> Tensor:
        return tensor_from(arrays["tokens"])

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        values, mask = pad(samples)
        return Batch(values, mask, conditions=conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        return list(batch.values if batch.mask is None else unpad(batch.values, batch.mask))

    def gather(self, arrays: Arrays, offsets: Arrays, rows: np.ndarray) -> Batch:
        flat, starts = arrays["tokens"], offsets["tokens"]
        first = starts[rows]
        lengths = starts[rows + 1] - first
        steps = np.arange(lengths.max(initial=0))
        mask = steps < lengths[:, None]
        places = np.where(mask, first[:, None] + steps, 0)
        values = flat[places].astype(np.int64) * mask if len(flat) else np.zeros(mask.shape, np.int64)
        return Batch(torch.from_numpy(values), torch.from_numpy(mask))

    def noise(self, streams: Streams) -> Batch:
        values = (streams.uniform(self.max_length) * self.vocabulary_size).long()
        return Batch(values, torch.ones_like(values, dtype=torch.bool))

    def sizes(self, batch: Batch) -> Tensor:
        """Count tokens, and one for the end where the length is not given."""
        lengths = (
            torch.full_like(batch.values[:, 0], batch.values.shape[1]) if batch.mask is None else batch.mask.sum(1)
        )
        return lengths + int(self.variable)
