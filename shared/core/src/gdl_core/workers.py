"""Work in several processes, in order.

Each worker is a fresh Python that imports what it is told to and nothing of the caller's: a script needs no
``if __name__ == "__main__"``, as with `multiprocessing`, and no lock or thread of the caller is copied. Work and
answers travel over pipes as JSON and bare arrays, so that nothing is ever unpickled.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from itertools import chain, islice
from queue import SimpleQueue
from typing import IO, Any, TypeVar

import numpy as np

from gdl_core.domains import resolve
from gdl_core.errors import ResourceError

Item = TypeVar("Item")
Message = tuple[Any, Sequence[np.ndarray]]
"""A JSON value, and arrays that go with it."""

_FEW = 2000  # items; below this, starting a worker costs more than it saves


def spread(
    task: str, items: Iterable[Any], *, workers: int | None = None, few: int = _FEW, chunk: int = 256
) -> Iterator[Any]:
    """Yield what `task` returns for each item, in order, computed by several processes.

    `task` names a function from one JSON value, such as a text, to another: ``package.module:function``. `workers` is
    the number of processes, by default that of the cores; fewer items than `few` are computed in this process, and so
    is the work of one worker. A worker is handed `chunk` items at once.

    Example:
        >>> list(spread("html:escape", ["a < b", "c"]))
        ['a &lt; b', 'c']
    """
    items = iter(items)
    first = list(islice(items, few))
    count = cores() if workers is None else workers
    if count < 2 or len(first) < few:
        yield from map(resolve(task), chain(first, items))
        return
    with crew("gdl_core.workers:for_each", task, count=count) as ask:
        for answers, _ in ask(batches(chain(first, items), chunk)):
            yield from answers


def for_each(task: str) -> Callable[[list[Any]], Message]:
    """Return the function that applies `task` to each item of a list; what a worker of `spread` does."""
    function = resolve(task)
    return lambda items: ([function(item) for item in items], [])


@contextmanager
def crew(task: str, *given: Any, count: int) -> Iterator[Callable[[Iterable[Any]], Iterator[Message]]]:
    """Start `count` workers, and give a function that yields their answers to many questions, in order.

    `task` names a function that each worker calls once with what is `given`; it returns the function that answers:
    from a JSON value to a JSON value and arrays. Questions are taken as the answers are, some more than `count` ahead.

    Raises:
        ResourceError: a worker died.
        RuntimeError: the task failed; the message holds the worker's traceback.
    """
    with ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(count))  # first in, last out: it waits for no live worker
        idle = SimpleQueue[Callable[[Any], Message]]()
        for _ in range(count):
            idle.put(stack.enter_context(_worker(task, given)))

        def ask(question: Any) -> Message:
            worker = idle.get()
            try:
                return worker(question)
            finally:
                idle.put(worker)

        def answers(questions: Iterable[Any]) -> Iterator[Message]:
            waiting = deque[Future[Message]]()
            for question in questions:
                waiting.append(threads.submit(ask, question))
                if len(waiting) > 2 * count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

        yield answers


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut a stream into lists of `size` items; the last one may be shorter.

    Example:
        >>> list(batches("abcde", 2))
        [['a', 'b'], ['c', 'd'], ['e']]
    """
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch


def travels(value: Any) -> bool:
    """Tell whether a value comes out of JSON as it went in: a tuple would be a list, a key 1 the text "1".

    Example:
        >>> travels(["CCO", {"mass": 46.07}]), travels([(60, 0, 2)])
        (True, False)
    """
    kind = type(value)
    if kind is list:
        return all(map(travels, value))
    if kind is dict:
        return all(type(key) is str for key in value) and all(map(travels, value.values()))
    return kind in (str, int, float, bool, type(None))


@contextmanager
def _worker(task: str, given: Sequence[Any]) -> Iterator[Callable[[Any], Message]]:
    """Start one process. It ends when the block ends or its parent dies."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "from gdl_core.workers import serve; serve()"],
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",  # there is a process for each core already
            "PYTHONPATH": os.pathsep.join(folder or os.getcwd() for folder in sys.path),
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the caller, which ends its workers
    )
    assert process.stdin and process.stdout
    try:
        with suppress(OSError):  # it died at once; the first question finds out
            _send(process.stdin, [task, *given])
        yield partial(_ask, process)
    finally:
        process.kill()  # it holds nothing worth keeping
        process.wait()
        with suppress(OSError):
            process.stdin.close()
        process.stdout.close()


def _ask(process: subprocess.Popen[bytes], question: Any) -> Message:
    assert process.stdin and process.stdout
    try:
        _send(process.stdin, question)
        answer, arrays = _receive(process.stdout)
    except (EOFError, OSError) as error:
        raise ResourceError(
            f"a worker process ended early (exit code {process.wait()}); it may have run out of memory: "
            "ask for fewer workers"
        ) from error
    if "failed" in answer:
        raise RuntimeError(f"a worker process failed:\n{answer['failed']}")
    return answer["value"], arrays


def serve() -> None:
    """Answer what comes on standard input until it ends; what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where there are no sessions, Ctrl-C comes here too
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    work = None
    try:
        (task, *given), _ = _receive(questions)
        while True:
            question, _ = _receive(questions)
            try:
                work = work or resolve(task)(*given)
                value, arrays = work(question)
                answer = {"value": value}
            except Exception:  # the caller raises it again; here it would only be lost
                answer, arrays = {"failed": traceback.format_exc()}, []
            _send(answers, answer, arrays)
    except EOFError:
        return
    except BrokenPipeError:
        os._exit(1)  # the caller is gone; an orderly exit would try to write to it


def _send(pipe: IO[bytes], value: Any, arrays: Sequence[np.ndarray] = ()) -> None:
    """Write one line of JSON, then the arrays' bytes."""
    forms = [[array.dtype.str, array.shape] for array in arrays]
    pipe.write(json.dumps([value, forms]).encode("ascii") + b"\n")
    for array in arrays:
        pipe.write(np.ascontiguousarray(array).data)
    pipe.flush()


def _receive(pipe: Any) -> tuple[Any, list[np.ndarray]]:
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    value, forms = json.loads(line)
    arrays = [np.empty(shape, dtype) for dtype, shape in forms]
    for array in arrays:
        if pipe.readinto(array.data) < array.nbytes:
            raise EOFError
    return value, arrays
