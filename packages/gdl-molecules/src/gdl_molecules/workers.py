"""Work on many molecules in several processes, in order.

Each worker is a fresh Python that imports the named function and nothing of the caller's: a script needs no
``if __name__ == "__main__"``, and no lock or thread of the caller is copied. Work and results travel as JSON.
"""

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from importlib import import_module
from itertools import chain, islice
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

from gdl_core.errors import ResourceError

_FEW = 2000  # molecules; below this, starting a worker costs more than it saves


def spread(
    task: str, items: Iterable[str], *, workers: int | None = None, few: int = _FEW, chunk: int = 256
) -> Iterator[Any]:
    """Yield what `task` returns for each item, in order, computed by several processes.

    `task` names a function from a text to a JSON value, such as ``package.module:function``. `workers` is the number
    of processes, by default that of the cores; fewer items than `few` are computed in this process, and so is the work
    of one worker. A worker is handed `chunk` items at once.

    Example:
        >>> list(spread("gdl_molecules.chemistry:canonical", ["OCC", "C1=CC=CC=C1"]))
        ['CCO', 'c1ccccc1']
    """
    items = iter(items)
    first = list(islice(items, few))
    count = cores() if workers is None else workers
    if count < 2 or len(first) < few:
        yield from map(_function(task), chain(first, items))
        return
    with ExitStack() as stack:
        crew = SimpleQueue[_Worker]()
        for _ in range(count):
            crew.put(stack.enter_context(_Worker(task)))
        threads = stack.enter_context(ThreadPoolExecutor(count))
        yield from _in_order(threads, crew, batches(chain(first, items), chunk), 2 * count)


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve(task: str) -> None:
    """Answer each line of standard input, a JSON list, with a line of results; what a worker process runs."""
    function = _function(task)
    answers = sys.stdout
    sys.stdout = sys.stderr  # nothing that a library prints may get between the answers
    try:
        for line in sys.stdin:
            print(json.dumps([function(item) for item in json.loads(line)]), file=answers, flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(130)  # the caller is ending too, and says so


def _in_order(
    threads: ThreadPoolExecutor, crew: "SimpleQueue[_Worker]", chunks: Iterable[list[str]], ahead: int
) -> Iterator[Any]:
    """Hand each chunk to whoever is idle, at most `ahead` of them before the results are taken."""

    def answer(chunk: list[str]) -> list[Any]:
        worker = crew.get()
        try:
            return worker(chunk)
        finally:
            crew.put(worker)

    waiting = deque[Future[list[Any]]]()
    for chunk in chunks:
        waiting.append(threads.submit(answer, chunk))
        if len(waiting) > ahead:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


def batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """Cut a stream into lists of `size` items; the last one may be shorter."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch


class _Worker:
    def __init__(self, task: str) -> None:
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from gdl_molecules.workers import serve; serve({task!r})"],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, chunk: Sequence[str]) -> list[Any]:
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(json.dumps(chunk) + "\n")
            stdin.flush()
            return json.loads(stdout.readline())
        except (BrokenPipeError, ValueError):
            raise ResourceError(
                "a worker process ended before its work was done; if memory is short, work with fewer `workers`"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self.process.terminate()
        self.process.wait()


def _function(task: str) -> Callable[[str], Any]:
    module, _, name = task.partition(":")
    return getattr(import_module(module), name)
