"""Laws of sample spaces."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Graph, GraphSample, Sample, Space, space_from_config


def close(one: Sample, other: Sample) -> bool:
    """Tell whether two samples are the same up to rounding; symbols have none."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor) and one.is_floating_point():
        return one.shape == other.shape and torch.allclose(one, other, rtol=1e-3, atol=1e-4)
    return equal(one, other)


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


def a_sample_survives_filling(space: Space, samples: Sequence[Sample]) -> None:
    """`trim` undoes `fill`, whose tensors are as `parts` says."""
    filled = space.fill(space.collate(samples))
    assert filled.mask is None
    for tensor, part in zip(filled.parts, space.parts, strict=True):
        assert tensor.shape == (len(samples), *part.shape)
        if part.symbols is not None:
            assert int(tensor.min()) >= 0 and int(tensor.max()) < part.symbols
    assert all(equal(a, b) for a, b in zip(space.trim(filled), samples, strict=True))


def padding_has_no_effect(space: Space, samples: Sequence[Sample]) -> None:
    """What stands on masked positions does not enter the filled form."""
    batch = space.collate(samples)
    other = with_other_padding(batch)
    assert all(map(torch.equal, space.fill(batch).parts, space.fill(other).parts))


def with_other_padding(batch: Batch) -> Batch:
    """Return the batch with ones in its padding."""
    if batch.mask is None:
        return batch
    real = batch.mask.reshape(batch.mask.shape + (1,) * (batch.values.ndim - 2))
    edges = None
    if batch.edges is not None:
        edges = torch.where(batch.mask[:, :, None] & batch.mask[:, None], batch.edges, 1)
    return replace(batch, values=torch.where(real, batch.values, 1), edges=edges)


def the_real_form_survives_rounding(space: Space, samples: Sequence[Sample]) -> None:
    """`round` undoes `relax`, whose tensors have the real shapes; a little noise changes no symbol."""
    filled = space.fill(space.collate(samples))
    real = space.relax(filled)
    assert [tensor.shape[1:] for tensor in real.parts] == list(space.real_shapes)
    assert all(tensor.is_floating_point() for tensor in real.parts)
    assert all(map(torch.equal, space.round(real).parts, filled.parts))
    if not filled.values.is_floating_point():
        nearby = real.with_parts([tensor + 1e-4 for tensor in real.parts])
        assert all(map(torch.equal, space.round(nearby).parts, filled.parts))


def a_blurred_sample_is_found_again(space: Space, samples: Sequence[Sample]) -> None:
    """`round` and `trim` undo `blur`, whatever the noise; what is continuous stays as it was."""
    real = space.relax(space.fill(space.collate(samples)))
    noise = [torch.rand(part.shape, generator=torch.Generator().manual_seed(0)) for part in real.parts]
    blurred, volume = space.blur(real, noise)
    assert volume.shape == (len(samples),)
    assert all(map(equal, space.trim(space.round(blurred)), samples))
    if space.continuous:
        assert all(map(torch.equal, blurred.parts, real.parts)) and not volume.any()


def halves_make_a_whole(space: Space, samples: Sequence[Sample]) -> None:
    """Two turns choose each number once, and treat both directions of an edge alike."""
    for turn in (0, 2):
        for one, other, shape in zip(space.half(turn), space.half(turn + 1), space.real_shapes, strict=True):
            assert one.shape == shape and torch.equal(one, ~other)
    assert all(torch.equal(part, part.transpose(0, 1)) for part in space.half(0)[1:])


def a_sum_counts_every_element_once(space: Space, samples: Sequence[Sample]) -> None:
    """`total` adds up one number for each element, where a pair of nodes is one element."""
    ones = [torch.ones(2, *part.shape) for part in space.parts]
    nodes = space.parts[0].shape[0]
    expected = nodes + nodes * (nodes - 1) // 2 if isinstance(space, Graph) else ones[0][0].numel()
    assert space.total(ones).tolist() == [expected] * 2


def gaussian_noise_belongs_to_its_stream(space: Space, samples: Sequence[Sample]) -> None:
    """Noise in the real form depends on seed and index alone, and treats both directions of an edge alike."""
    many, one = space.normal(Streams(5, range(4))), space.normal(Streams(5, [2]))
    assert [tensor.shape[1:] for tensor in many] == list(space.real_shapes)
    assert all(torch.equal(a[2], b[0]) for a, b in zip(many, one, strict=True))
    for tensor in (*many[1:], *space.uniform(Ambient(3))[1:]):
        assert torch.equal(tensor, tensor.transpose(1, 2))


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
    a_sample_survives_filling,
    padding_has_no_effect,
    the_real_form_survives_rounding,
    a_blurred_sample_is_found_again,
    halves_make_a_whole,
    a_sum_counts_every_element_once,
    gaussian_noise_belongs_to_its_stream,
    noise_belongs_to_its_stream,
)
