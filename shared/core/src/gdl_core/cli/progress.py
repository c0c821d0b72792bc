"""Progress on stderr: a bar with the time left on a terminal, plain lines now and then elsewhere."""

import math
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from gdl_core.cli.output import tell

EVERY = 10.0
"""Seconds from one plain line to the next."""

SLOW_START = 2.0
"""Seconds before the first plain line: quick work needs none."""


class Shown(Protocol):
    """Where progress is shown."""

    def count(self, label: str, done: int, total: int | None = None) -> None:
        """Show how many are done."""

    def event(self, event: Mapping[str, Any]) -> None:
        """Show what a training run says."""


@contextmanager
def shown() -> Iterator[Shown]:
    """Show progress while the block runs."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress)


@contextmanager
def counting(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done; the function that it gives takes the number so far."""
    with shown() as place:
        yield lambda done: place.count(label, done, total)


class Lines:
    """Progress as plain lines."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.due = self.started + SLOW_START

    def count(self, label: str, done: int, total: int | None = None) -> None:
        """Say how many are done, when it is time to."""
        if self._is_due():
            tell(f"{_counted(label, done, total)}  {_left(self.started, done, total)}".rstrip())

    def event(self, event: Mapping[str, Any]) -> None:
        """Say every validation, and now and then how a step went."""
        if event["event"] == "validation":
            tell(f"step {event['step']:,}  validation {event['validation']:.4f} {event['unit']}")
        elif event["event"] == "step" and self._is_due():
            tell(f"step {event['step']:,}  {_standing(event)}  {duration(event['remaining'])} left")

    def _is_due(self) -> bool:
        now = time.monotonic()
        due = now >= self.due
        if due:
            self.due = now + EVERY
        return due


class Bar:
    """Progress as one bar on a terminal."""

    def __init__(self, progress: Any) -> None:
        self.progress, self.task = progress, progress.add_task("", total=None, left="")
        self.started, self.validation = time.monotonic(), ""

    def count(self, label: str, done: int, total: int | None = None) -> None:
        """Move the bar to the share that is done; without a total it only moves."""
        text, left = _counted(label, done, total), _left(self.started, done, total)
        self.progress.update(self.task, description=text, completed=done, total=total, left=left)

    def event(self, event: Mapping[str, Any]) -> None:
        """Move the bar to the part of the run that is done, by its own estimate."""
        if event["event"] == "validation":
            self.validation = f"  validation {event['validation']:.4f}"
        elif event["event"] == "step":
            elapsed, remaining = event["elapsed"], event["remaining"]
            text = f"step {event['step']:,}  {_standing(event)}{self.validation}"
            whole = elapsed + remaining if math.isfinite(remaining) else None
            left = f"{duration(remaining)} left"
            self.progress.update(self.task, description=text, completed=elapsed, total=whole, left=left)


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


def _counted(label: str, done: int, total: int | None) -> str:
    return f"{label} {done:,}" + (f" of {total:,}" if total else "")


def _left(started: float, done: int, total: int | None) -> str:
    if not (total and done):
        return ""
    return f"{duration((time.monotonic() - started) * (total - done) / done)} left"


def _standing(event: Mapping[str, Any]) -> str:
    return f"loss {event['loss']:.4f} {event['unit']}  {event['samples_per_second']:,.0f} samples/s"
