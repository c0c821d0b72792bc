"""Laws of sample spaces."""

from collections.abc import Sequence

import numpy as np
import torch

from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, GraphSample, Sample, Space, space_from_config


def equal(one: Sample, other: Sample) -> bool:
    """Tell whether two samples are the same."""
    if isinstance(one, GraphSample):
        return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    return isinstance(other, torch.Tensor) and torch.equal(one, other)


def a_space_survives_json(space: Space, samples: Sequence[Sample]) -> None:
    """`space_from_config` undoes `to_config`."""
    assert space_from_config(space.to_config()) == space


def a_sample_survives_packing(space: Space, samples: Sequence[Sample]) -> None:
    """`unpack` undoes `pack`, and the arrays have the types that `fields` promises."""
    for sample in samples:
        arrays = space.pack(sample)
        assert {name: array.dtype for name, array in arrays.items()} == space.fields
        assert all(array.ndim == 1 for array in arrays.values())
        assert equal(space.unpack(arrays), sample)


def a_batch_comes_apart_as_it_was_put_together(space: Space, samples: Sequence[Sample]) -> None:
    """`separate` undoes `collate`."""
    parted = space.separate(space.collate(samples))
    assert all(equal(a, b) for a, b in zip(parted, samples, strict=True))


def gathering_equals_collating(space: Space, samples: Sequence[Sample]) -> None:
    """Rows of flat storage give the same batch as the samples themselves."""
    packed = [space.pack(sample) for sample in samples]
    arrays = {name: np.concatenate([one[name] for one in packed]) for name in space.fields}
    offsets = {name: np.cumsum([0, *(len(one[name]) for one in packed)]) for name in space.fields}
    rows = np.arange(len(samples))[::-1]
    gathered, collated = space.gather(arrays, offsets, rows), space.collate(samples[::-1])
    assert all(equal(a, b) for a, b in zip(space.separate(gathered), space.separate(collated), strict=True))
    assert torch.equal(space.sizes(gathered), space.sizes(collated))


def a_sum_leaves_padding_out(space: Space, samples: Sequence[Sample]) -> None:
    """What stands on masked positions does not enter `reduce`."""
    batch = space.collate(samples)
    elements = torch.ones(batch.values.shape)
    before = space.reduce(elements, batch)
    assert before.shape == (len(samples),)
    if batch.mask is not None:
        elements[~batch.mask] = 1e9
        assert torch.equal(space.reduce(elements, batch), before)


def noise_belongs_to_its_stream(space: Space, samples: Sequence[Sample]) -> None:
    """The prior of a sample depends on the seed and the sample's index alone, and is a sample of the space."""
    many, one = space.noise(Streams(5, range(4))), space.noise(Streams(5, [2]))
    assert equal(space.separate(one)[0], space.separate(many)[2])
    space.pack(space.separate(one)[0]) if not one.values.is_floating_point() else None
    assert_rows_differ(many)


def assert_rows_differ(batch: Batch) -> None:
    """No two rows of the batch are the same."""
    rows = {tuple(row.flatten().tolist()) for row in batch.values}
    assert len(rows) == len(batch)


SPACE_LAWS = (
    a_space_survives_json,
    a_sample_survives_packing,
    a_batch_comes_apart_as_it_was_put_together,
    gathering_equals_collating,
    a_sum_leaves_padding_out,
    noise_belongs_to_its_stream,
)
