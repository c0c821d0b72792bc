"""Encode objects into flat arrays, here or in several processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from gdl_core.domains import resolve
from gdl_core.errors import InputError, RepresentationError
from gdl_core.representation import HasWindows, Representation
from gdl_core.spaces import Arrays, Sample, Space
from gdl_core.workers import Message, crew, travels


class Encoded(NamedTuple):
    """Objects after one another in flat arrays, and which of those given are not among them.

    `lengths` says how much of each array belongs to each sample; `sizes` is what the space counts as its elements;
    `refused` holds (position, reason); `numbers` is what was measured, of shape (objects, names); `samples` is how many
    each object gave, one unless it was cut into windows.
    """

    arrays: Arrays
    lengths: Arrays
    sizes: np.ndarray
    refused: list[tuple[int, str]]
    numbers: np.ndarray
    samples: np.ndarray


class Measured(NamedTuple):
    """Numbers to be found of each object: by which function, as ``module:attribute``, and their names."""

    task: str
    names: Sequence[str]

    def of(self, objects: Sequence[Any]) -> np.ndarray:
        """Measure objects; what cannot be told of one is not-a-number. Shapes: (objects, names)."""
        if not self.names:
            return np.empty((len(objects), 0), np.float32)
        measure = resolve(self.task)
        rows = np.array([measure(object, self.names) for object in objects], np.float32).reshape(-1, len(self.names))
        return np.where(np.isfinite(rows), rows, np.float32(np.nan))


NOTHING = Measured("", ())


def encode_all(representation: Representation, objects: Sequence[Any], measured: Measured = NOTHING) -> Encoded:
    """Encode objects one after another; those that the representation refuses are listed, not raised."""
    space = representation.space
    found = _encoded(representation, objects)
    try:
        encoded = join(space, found)
    except RepresentationError:  # a sample does not fit the space: find out which
        found = [one if isinstance(one, InputError) else _fitting(space, one) for one in found]
        encoded = join(space, found)
    kept = [thing for thing, one in zip(objects, found, strict=True) if not isinstance(one, InputError)]
    return encoded._replace(numbers=measured.of(kept))


def _encoded(representation: Representation, objects: Sequence[Any]) -> list[list[Sample] | InputError]:
    if isinstance(representation, HasWindows):
        return representation.encode_windows(objects)
    return [one if isinstance(one, InputError) else [one] for one in representation.encode_many(objects)]


def _fitting(space: Space, samples: list[Sample]) -> list[Sample] | InputError:
    try:
        space.pack_many(samples)
    except RepresentationError as refusal:
        return refusal
    return samples


def join(space: Space, found: Sequence[Sequence[Sample] | InputError]) -> Encoded:
    """Put the samples of objects after one another."""
    refused = [(place, str(one)) for place, one in enumerate(found) if isinstance(one, InputError)]
    kept = [one for one in found if not isinstance(one, InputError)]
    arrays, lengths = space.pack_many([sample for samples in kept for sample in samples])
    counts = np.array([len(samples) for samples in kept], np.int64)
    return Encoded(
        arrays, lengths, _sizes(space, arrays, lengths), refused, np.empty((len(kept), 0), np.float32), counts
    )


def _sizes(space: Space, arrays: Arrays, lengths: Arrays) -> np.ndarray:
    offsets = {name: np.concatenate([[0], np.cumsum(length)]) for name, length in lengths.items()}
    count = len(next(iter(lengths.values())))
    if not count:
        return np.empty(0, np.int32)
    return space.sizes(space.gather(arrays, offsets, np.arange(count))).numpy().astype(np.int32)


@contextmanager
def encoders(
    representation: Representation, count: int, measured: Measured = NOTHING
) -> Iterator[Callable[[Iterable[list[Any]]], Iterator[Encoded]]]:
    """Give a function that encodes chunks in `count` processes, and yields the results in the order of the chunks.

    What is to be `measured` of the objects is found in the same pass.

    What a worker cannot be told, such as objects that are no JSON values, or a representation of the caller's own
    script, is encoded here.
    """
    kind = type(representation)
    place = f"{kind.__module__}:{kind.__qualname__}"
    with crew("gdl_core.data.encode:encoder", place, representation.to_config(), *measured, count=count) as ask:

        def encode_chunks(chunks: Iterable[list[Any]]) -> Iterator[Encoded]:
            waiting = deque[list[Any]]()

            def questions() -> Iterator[list[Any] | None]:
                for chunk in chunks:
                    waiting.append(chunk)
                    yield chunk if travels(chunk) else None

            for found, arrays in ask(questions()):
                chunk = waiting.popleft()
                yield encode_all(representation, chunk, measured) if found is None else _received(found, arrays)

        yield encode_chunks


def encoder(
    place: str, config: Mapping[str, Any], task: str, names: Sequence[str]
) -> Callable[[list[Any] | None], Message]:
    """Return the function that encodes a chunk; what a worker does. Its answer is None where the caller must."""
    representation, measured = _rebuilt(place, config), Measured(task, names)

    def encode(chunk: list[Any] | None) -> Message:
        if chunk is None or representation is None:
            return None, []
        found = encode_all(representation, chunk, measured)
        told = {"fields": list(found.arrays), "refused": found.refused}
        return told, [*found.arrays.values(), *found.lengths.values(), found.sizes, found.numbers, found.samples]

    return encode


def _received(told: Mapping[str, Any], arrays: Sequence[np.ndarray]) -> Encoded:
    fields = told["fields"]
    *arrays, sizes, numbers, samples = arrays
    flat, lengths = (dict(zip(fields, part, strict=True)) for part in (arrays[: len(fields)], arrays[len(fields) :]))
    refused = [(position, reason) for position, reason in told["refused"]]
    return Encoded(flat, lengths, sizes, refused, numbers, samples)


def _rebuilt(place: str, config: Mapping[str, Any]) -> Representation | None:
    """Rebuild a representation, or return None where its class cannot be imported here."""
    try:
        return None if place.startswith("__main__:") else resolve(place).from_config(config)
    except (ImportError, AttributeError):
        return None
