"""Encode objects into flat arrays, here or in processes of our own.

The workers are plain child processes that speak over pipes. `multiprocessing` would run the caller's script a second
time in each of them, which breaks every script that does not guard its main part.
"""

from __future__ import annotations

import importlib
import os
import pickle  # noqa: TID251 - spoken over pipes to our own children only, never read from a file
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, NamedTuple

import numpy as np

from gdl_core.errors import InputError, RepresentationError, ResourceError
from gdl_core.representation import Representation
from gdl_core.spaces import Arrays, Sample, Space


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


Encode = Callable[[Sequence[Any]], Encoded]


@contextmanager
def workers(representation: Representation, count: int) -> Iterator[Callable[[Iterable[list[Any]]], Iterator[Encoded]]]:
    """Give a function that encodes chunks in `count` processes, and yields the results in the order of the chunks."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(count))  # first in, last out: it must not wait for live workers
        idle: deque[Encode] = deque(stack.enter_context(worker(representation)) for _ in range(count))

        def one(chunk: list[Any]) -> Encoded:
            encode = idle.popleft()  # there are as many as threads, and a deque is safe among threads
            try:
                return encode(chunk)
            finally:
                idle.append(encode)

        def encode_chunks(chunks: Iterable[list[Any]]) -> Iterator[Encoded]:
            running: deque[Future[Encoded]] = deque()
            for chunk in chunks:
                running.append(pool.submit(one, chunk))
                if len(running) > count:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()

        yield encode_chunks


@contextmanager
def worker(representation: Representation) -> Iterator[Encode]:
    """Start one process that encodes with this representation. It ends when the block ends or its parent dies."""
    command = [sys.executable, "-P", "-c", "from gdl_core.data.encode import serve; serve()"]
    path = os.pathsep.join(folder or os.getcwd() for folder in sys.path)
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path},
        start_new_session=True,  # Ctrl-C is for the parent, which ends its workers
    )
    assert process.stdin and process.stdout
    kind = type(representation)
    try:
        _send(process.stdin, (kind.__module__, kind.__qualname__, representation.to_config()))
        yield lambda objects: _ask(process, representation, objects)
    finally:
        process.kill()  # it holds nothing worth keeping
        process.wait()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()


def _ask(process: subprocess.Popen[bytes], representation: Representation, objects: Sequence[Any]) -> Encoded:
    assert process.stdin and process.stdout
    try:
        _send(process.stdin, list(objects))
        answer = pickle.load(process.stdout)
    except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
        raise ResourceError(
            f"a process that encodes records ended early (exit code {process.wait()}); it may have run out of memory: "
            "ask for fewer workers"
        ) from error
    if isinstance(answer, str):
        raise RuntimeError(f"a process that encodes records failed:\n{answer}")
    return answer if answer is not None else encode_all(representation, objects)


def _send(pipe: Any, message: Any) -> None:
    pickle.dump(message, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def serve() -> None:
    """Be a worker: read the representation, then chunks of objects, from stdin; answer each on stdout until it ends.

    The answer is an `Encoded`; a traceback as text; or None where the representation cannot be imported here (such as
    a class of the caller's own script), and then the parent does the work itself.
    """
    import torch

    torch.set_num_threads(1)
    source, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall into the answers
    representation = _rebuild(*pickle.load(source))
    while True:
        try:
            objects = pickle.load(source)
        except EOFError:
            return
        _send(answers, _answer(representation, objects))


def _answer(representation: Representation | None, objects: Sequence[Any]) -> Encoded | str | None:
    if representation is None:
        return None
    try:
        return encode_all(representation, objects)
    except Exception:  # the parent raises it again; here it would only be lost
        return traceback.format_exc()


def _rebuild(module: str, name: str, config: Mapping[str, Any]) -> Representation | None:
    try:
        kind = getattr(importlib.import_module(module), name)
        return kind.from_config(config) if module != "__main__" else None
    except (ImportError, AttributeError):
        return None
