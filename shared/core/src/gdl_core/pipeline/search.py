"""The search for draws worth keeping: valid, new to the run, and to the user's taste."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from gdl_core.domains import Domain
from gdl_core.errors import RepresentationError, UsageError

FUTILE = 20_000
"""After so many draws in a row of which none was kept, the search is given up."""

SPARE = 1.02
"""This much more is drawn than what is still wanted would need at the rate found so far."""


@dataclass(frozen=True)
class Draw:
    """One draw: its index in the run, the object it stands for (None: none at all), its log-probability in nats."""

    index: int
    object: Any
    log_prob: float | None


@dataclass
class Search:
    """Goes through draws in their order and gathers those that are kept."""

    domain: Domain
    raw: bool = False
    unique: bool = True
    keep: tuple[Callable[[Any], bool], ...] = ()
    found: list[Draw] = field(default_factory=list)
    seen: set[Hashable] = field(default_factory=set)
    considered: int = 0
    since_found: int = 0

    def __post_init__(self) -> None:
        named = self.domain.has("identity") and not self.raw
        self.identity: Callable[[Any], Hashable] = self.domain.load("identity") if named else repr

    def consider(self, draw: Draw) -> None:
        """Keep the draw, or pass it over."""
        self.considered += 1
        self.since_found += 1
        if self.raw or self._accepts(draw.object):
            self.found.append(draw)
            self.since_found = 0

    def _accepts(self, object: Any) -> bool:
        if object is None:
            return False
        try:
            name = self.identity(object)
        except RepresentationError:
            return False
        if self.unique and name in self.seen:
            return False
        self.seen.add(name)
        return all(test(object) for test in self.keep)

    def missing(self, wanted: int, drawn: int) -> int:
        """Return how many samples to draw beyond the first `drawn`, judging by the share that was kept so far."""
        missing = wanted - len(self.found)
        if not self.raw and missing:
            share = (len(self.found) + 1) / (self.considered + 1)
            missing = int(missing / share * SPARE) + 8
        return missing - (drawn - self.considered)

    def check_hope(self, wanted: int) -> None:
        """Give up when nothing has been found for long."""
        if self.since_found >= FUTILE and len(self.found) < wanted:
            tests = "valid, new and within the filters" if self.keep else "valid and new"
            raise UsageError(
                f"only {len(self.found)} of {wanted} were found in {self.considered} draws, and the last "
                f"{self.since_found} held none that is {tests}; ask for fewer, or for less"
            )


def shard_size(count: int, shard: tuple[int, int]) -> int:
    """Return how many of `count` samples fall to a part.

    Example:
        >>> [shard_size(10, (part, 3)) for part in (1, 2, 3)]
        [4, 3, 3]
    """
    part, parts = check_shard(shard)
    return count // parts + (part <= count % parts)


def check_shard(shard: tuple[int, int]) -> tuple[int, int]:
    """Return the part and the number of parts; refuse a part that does not exist."""
    part, parts = shard
    if not 1 <= part <= parts:
        raise UsageError(f"shard {part}/{parts} does not exist; the parts of {parts} are 1 to {parts}")
    return part, parts
