"""Progress on stderr: a bar with the time left on a terminal, plain lines now and then elsewhere."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gdl_core.cli.output import tell

EVERY = 10.0
"""Seconds from one plain line to the next."""

SLOW_START = 2.0
"""Seconds before the first plain line: quick work needs none."""


@contextmanager
def counting(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done; the function that it gives takes the number so far."""
    if sys.stderr.isatty():
        with _bar(total) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.update(task, completed=done)
    else:
        yield _CountLines(label, total)


@contextmanager
def training() -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Show the events of a training run as they come."""
    if sys.stderr.isatty():
        with _bar(1.0) as bar:
            yield _TrainingBar(bar)
    else:
        yield _TrainingLines()


def duration(seconds: float) -> str:
    """Write a length of time as people say it.

    Example:
        >>> [duration(seconds) for seconds in (7, 90, 5400, 200000)]
        ['7 s', '1 min 30 s', '1 h 30 min', '2 d 7 h']
    """
    if not math.isfinite(seconds):
        return "unknown"
    whole = round(seconds)
    for size, name, smaller, smaller_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


class _CountLines:
    def __init__(self, label: str, total: int | None) -> None:
        self.label, self.total, self.started = label, total, time.monotonic()
        self.due = self.started + SLOW_START

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now < self.due:
            return
        self.due = now + EVERY
        left = ""
        if self.total and done:
            left = f" of {self.total:,}, {duration((now - self.started) * (self.total - done) / done)} left"
        tell(f"{self.label}: {done:,}{left}")


class _TrainingLines:
    def __init__(self) -> None:
        self.due = 0.0

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "validation":
            tell(f"step {event['step']:,}  validation {event['validation']:.4f} {event['unit']}")
        elif event["event"] == "step" and time.monotonic() >= self.due:
            self.due = time.monotonic() + EVERY
            tell(f"step {event['step']:,}  {_standing(event)}  {duration(event['remaining'])} left")


class _TrainingBar:
    def __init__(self, bar: Any) -> None:
        self.bar, self.task, self.validation = bar, bar.add_task("starting", total=1.0), ""

    def __call__(self, event: Mapping[str, Any]) -> None:
        if event["event"] == "validation":
            self.validation = f"  validation {event['validation']:.4f}"
        elif event["event"] == "step":
            remaining = event["remaining"]
            done = event["elapsed"] / (event["elapsed"] + remaining) if math.isfinite(remaining) else 0.0
            text = f"step {event['step']:,}  {_standing(event)}{self.validation}"
            self.bar.update(self.task, description=text, completed=done)


def _standing(event: Mapping[str, Any]) -> str:
    return f"loss {event['loss']:.4f} {event['unit']}  {event['samples_per_second']:,.0f} samples/s"


def _bar(total: float | None) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    count = TaskProgressColumn() if total == 1.0 else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
