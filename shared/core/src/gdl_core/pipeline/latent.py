"""What can be done with a model that has a latent code of each object."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gdl_core.errors import InputError, RepresentationError, Skipped, UsageError
from gdl_core.families import Encodes, Family
from gdl_core.pairing import variants
from gdl_core.pipeline.pipeline import Pipeline
from gdl_core.randomness import Streams
from gdl_core.representation import Record
from gdl_core.spaces import Sample

BATCH = 256


def check_encodes(model: Family) -> None:
    """Refuse a model whose family has no latent code."""
    if not isinstance(model, Encodes):
        able = sorted({family.name for family in variants() if hasattr(family, "encode") and hasattr(family, "decode")})
        there = f"families that have: {', '.join(able)}" if able else "no family of this version has one"
        raise UsageError(f"the family {model.name!r} has no latent code to go through; {there}")


@dataclass(frozen=True)
class Rebuilt:
    """Objects that were encoded and decoded again, in order; what decodes to no object is None."""

    given: list[Any]
    found: list[Any]
    exact: list[bool]
    """Whether each came back as what it was, by what the domain takes for the same."""

    @property
    def share(self) -> float:
        """The share that came back exactly."""
        return sum(self.exact) / len(self.exact)


def reconstruct(
    pipeline: Pipeline,
    records: Iterable[Record],
    *,
    seed: int = 0,
    skipped: Callable[[Skipped], None] = lambda record: None,
) -> Rebuilt:
    """Encode each object and decode it again. What cannot be represented is handed to `skipped` and left out.

    A code stands for the whole object: of a model with conditions, none is asked for.
    """
    check_encodes(pipeline.model)
    given, samples = [], []
    for record in records:
        try:
            samples.append(pipeline.representation.encode(record.object))
            given.append(record.object)
        except RepresentationError as error:
            skipped(Skipped(record.where, str(error)))
    if not samples:
        raise InputError("there is nothing to reconstruct: no record can be represented")
    found = _decode(pipeline, encode_samples(pipeline, samples), seed)
    return Rebuilt(given, found, same_objects(pipeline, given, found))


def interpolate(pipeline: Pipeline, start: Any, end: Any, *, steps: int = 8, seed: int = 0) -> list[Any]:
    """Decode `steps` codes that lie evenly on the line from one object's code to the other's, both included.

    The first and the last are what the model makes of the two codes: the objects themselves only where it reconstructs
    them. What decodes to no object is None.
    """
    check_encodes(pipeline.model)
    if steps < 2:
        raise UsageError(f"a walk of {steps} steps has no two ends; ask for 2 or more")
    first, last = encode_samples(pipeline, [pipeline.representation.encode(thing) for thing in (start, end)])
    return _decode(pipeline, torch.stack([first.lerp(last, i / (steps - 1)) for i in range(steps)]), seed)


def same_objects(pipeline: Pipeline, left: Sequence[Any], right: Sequence[Any]) -> list[bool]:
    """Tell of each pair whether both are the same object, in whatever spelling."""
    identity = pipeline.domain.load("identity") if pipeline.domain.has("identity") else lambda thing: thing

    def same(one: Any, other: Any) -> bool:
        try:
            return one is not None and other is not None and identity(one) == identity(other)
        except RepresentationError:
            return False

    return list(map(same, left, right))


def attribute(pipeline: Pipeline, having: Sequence[Any], lacking: Sequence[Any]) -> Tensor:
    """Return the mean code of objects that have something less the mean code of objects that lack it.

    Larsen et al. (2016), arXiv:1512.09300. Shapes: that of one code.
    """
    check_encodes(pipeline.model)
    if not having or not lacking:
        raise InputError("an attribute needs objects that have it and objects that lack it")
    with_it, without = (
        encode_samples(pipeline, [pipeline.representation.encode(thing) for thing in things]).mean(0)
        for things in (having, lacking)
    )
    return with_it - without


def alter(
    pipeline: Pipeline, objects: Sequence[Any], direction: Tensor, *, amount: float = 1.0, seed: int = 0
) -> list[Any]:
    """Move each object's code `amount` times along a direction, such as an `attribute`, and decode it."""
    check_encodes(pipeline.model)
    codes = encode_samples(pipeline, [pipeline.representation.encode(thing) for thing in objects])
    return _decode(pipeline, codes + amount * direction.to(codes.device), seed)


@torch.no_grad()
def encode_samples(pipeline: Pipeline, samples: Sequence[Sample]) -> Tensor:
    """Return the code of each sample. Shapes: (samples, ...)."""
    pipeline.model.eval()
    parts = []
    for place in range(0, len(samples), BATCH):
        batch = pipeline.design.space.collate(samples[place : place + BATCH]).to(pipeline.device)
        parts.append(pipeline.model.encode(batch))  # type: ignore[operator]  # check_encodes has asked
    return torch.cat(parts)


@torch.no_grad()
def _decode(pipeline: Pipeline, codes: Tensor, seed: int) -> list[Any]:
    objects = []
    for place in range(0, len(codes), BATCH):
        part = codes[place : place + BATCH]
        streams = Streams(seed, range(place, place + len(part)), device=pipeline.device)
        draws = pipeline.model.decode(part, streams)  # type: ignore[operator]
        objects += [pipeline.decode(sample) for sample in draws.samples]
    return objects
