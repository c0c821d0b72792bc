"""Encode objects into flat arrays, here or in several processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from gdl_core.domains import resolve
from gdl_core.errors import InputError, RepresentationError
from gdl_core.representation import Representation
from gdl_core.spaces import Arrays, Sample, Space
from gdl_core.workers import Message, crew, travels


class Encoded(NamedTuple):
    """Objects after one another in flat arrays, and which of those given are not among them.

    `lengths` says how much of each array belongs to each object; `sizes` is what the space counts as its elements;
    `refused` holds (position, reason).
    """

    arrays: Arrays
    lengths: Arrays
    sizes: np.ndarray
    refused: list[tuple[int, str]]


def encode_all(representation: Representation, objects: Sequence[Any]) -> Encoded:
    """Encode objects one after another; those that the representation refuses are listed, not raised."""
    space = representation.space
    found = representation.encode_many(objects)
    try:
        return join(space, found)
    except RepresentationError:  # a sample does not fit the space: find out which
        return join(space, [one if isinstance(one, InputError) else _fitting(space, one) for one in found])


def _fitting(space: Space, sample: Sample) -> Sample | InputError:
    try:
        space.pack(sample)
    except RepresentationError as refusal:
        return refusal
    return sample


def join(space: Space, found: Sequence[Sample | InputError]) -> Encoded:
    """Put samples after one another."""
    refused = [(place, str(one)) for place, one in enumerate(found) if isinstance(one, InputError)]
    arrays, lengths = space.pack_many([one for one in found if not isinstance(one, InputError)])
    return Encoded(arrays, lengths, _sizes(space, arrays, lengths), refused)


def _sizes(space: Space, arrays: Arrays, lengths: Arrays) -> np.ndarray:
    offsets = {name: np.concatenate([[0], np.cumsum(length)]) for name, length in lengths.items()}
    count = len(next(iter(lengths.values())))
    if not count:
        return np.empty(0, np.int32)
    return space.sizes(space.gather(arrays, offsets, np.arange(count))).numpy().astype(np.int32)


@contextmanager
def encoders(
    representation: Representation, count: int
) -> Iterator[Callable[[Iterable[list[Any]]], Iterator[Encoded]]]:
    """Give a function that encodes chunks in `count` processes, and yields the results in the order of the chunks.

    What a worker cannot be told, such as objects that are no JSON values, or a representation of the caller's own
    script, is encoded here.
    """
    kind = type(representation)
    place = f"{kind.__module__}:{kind.__qualname__}"
    with crew("gdl_core.data.encode:encoder", place, representation.to_config(), count=count) as ask:

        def encode_chunks(chunks: Iterable[list[Any]]) -> Iterator[Encoded]:
            waiting = deque[list[Any]]()

            def questions() -> Iterator[list[Any] | None]:
                for chunk in chunks:
                    waiting.append(chunk)
                    yield chunk if travels(chunk) else None

            for found, arrays in ask(questions()):
                chunk = waiting.popleft()
                yield encode_all(representation, chunk) if found is None else _received(found, arrays)

        yield encode_chunks


def encoder(place: str, config: Mapping[str, Any]) -> Callable[[list[Any] | None], Message]:
    """Return the function that encodes a chunk; what a worker does. Its answer is None where the caller must."""
    representation = _rebuilt(place, config)

    def encode(chunk: list[Any] | None) -> Message:
        if chunk is None or representation is None:
            return None, []
        found = encode_all(representation, chunk)
        told = {"fields": list(found.arrays), "refused": found.refused}
        return told, [*found.arrays.values(), *found.lengths.values(), found.sizes]

    return encode


def _received(told: Mapping[str, Any], arrays: Sequence[np.ndarray]) -> Encoded:
    fields = told["fields"]
    flat, lengths = arrays[: len(fields)], arrays[len(fields) : -1]
    refused = [(position, reason) for position, reason in told["refused"]]
    return Encoded(dict(zip(fields, flat, strict=True)), dict(zip(fields, lengths, strict=True)), arrays[-1], refused)


def _rebuilt(place: str, config: Mapping[str, Any]) -> Representation | None:
    """Rebuild a representation, or return None where its class cannot be imported here."""
    try:
        return None if place.startswith("__main__:") else resolve(place).from_config(config)
    except (ImportError, AttributeError):
        return None
