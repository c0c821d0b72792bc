"""What counting reaches without a network: the bits per byte that a language model has to beat."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gdl_core.errors import InputError, UsageError
from gdl_text.spelling import bytes_of

MOST = 8
"""The longest run of bytes that is counted: it fits into one number of 64 bits."""

_DISCOUNT = 0.5
"""Taken from a count where there is too little text to estimate it."""

Numbers = NDArray[np.uint64]
Reals = NDArray[np.float64]


class BackOff:
    """Interpolated Kneser-Ney smoothing over bytes, with three discounts (Chen and Goodman 1999).

    The probability of a byte rests on the `order` - 1 bytes before it, and where these were seen seldom, on fewer. Each
    text begins anew.

    Example:
        >>> model = BackOff(["to be or not to be, that is the question"] * 9, order=5)
        >>> model.bits(["to be or not to be"]) < 1 < model.bits(["qzxj"])
        True
    """

    def __init__(self, texts: Iterable[str], *, order: int = 5) -> None:
        if not 1 <= order <= MOST:
            raise UsageError(f"order={order} does not fit; it must be between 1 and {MOST}")
        self.order = order
        runs, counts = np.unique(_runs(texts, order), return_counts=True)
        self.tables = [_Table.of(runs, counts)]
        for length in range(order - 1, 0, -1):  # shorter runs count once for each byte that they follow
            runs, counts = np.unique(_last(runs, length), return_counts=True)
            self.tables.insert(0, _Table.of(runs, counts))

    def bits(self, texts: Iterable[str]) -> float:
        """Return how many bits a byte of these texts takes, on average."""
        return float(-np.log2(self.probabilities(texts)).mean())

    def probabilities(self, texts: Iterable[str]) -> Reals:
        """Return the probability of each byte after those before it. Shapes: (bytes of all texts,)."""
        runs = _runs(texts, self.order)
        found = np.full(len(runs), 1 / 256)
        for length, table in enumerate(self.tables, 1):
            found = table.after(_last(runs, length), found)
        return found


@dataclass(frozen=True)
class _Table:
    """Runs of one length in order, what is left of the count of each, and sums over those that begin alike."""

    runs: Numbers
    left: Reals
    beginnings: Numbers
    totals: Reals
    taken: Reals

    @classmethod
    def of(cls, runs: Numbers, counts: NDArray[np.int64]) -> Self:
        discounts = _discounts(counts)[np.minimum(counts, 3)]
        beginnings, starts = np.unique(runs >> np.uint64(8), return_index=True)
        totals, taken = (np.add.reduceat(each.astype(np.float64), starts) for each in (counts, discounts))
        return cls(runs, counts - discounts, beginnings, totals, taken)

    def after(self, runs: Numbers, shorter: Reals) -> Reals:
        """Return the probabilities of the last bytes of runs; `shorter` are those by one byte less."""
        place, known = _find(self.beginnings, runs >> np.uint64(8))
        own, seen = _find(self.runs, runs)
        mixed = (np.where(seen, self.left[own], 0.0) + self.taken[place] * shorter) / self.totals[place]
        return np.where(known, mixed, shorter)


def _find(there: Numbers, asked: Numbers) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    place = np.minimum(np.searchsorted(there, asked), len(there) - 1)
    return place, there[place] == asked


def _discounts(counts: NDArray[np.int64]) -> Reals:
    """Return what is taken from counts of 0, 1, 2, and 3 or more."""
    seen = [float((counts == times).sum()) for times in range(1, 5)]
    if not all(seen[:3]):
        return np.array([0, *[_DISCOUNT] * 3])
    share = seen[0] / (seen[0] + 2 * seen[1])
    found = [times - (times + 1) * share * seen[times] / seen[times - 1] for times in (1, 2, 3)]
    return np.array([0, *(taken if 0 < taken < times else _DISCOUNT for times, taken in enumerate(found, 1))])


def _last(runs: Numbers, length: int) -> Numbers:
    """Return the last bytes of runs."""
    return runs & np.uint64((1 << 8 * length) - 1)


def _runs(texts: Iterable[str], order: int) -> Numbers:
    """Return, for each byte of the texts, it and those before it as one number; before a text stand zeros."""
    found = [_runs_of(np.frombuffer(bytes_of(text), np.uint8), order) for text in texts if text]
    if not found:
        raise InputError("there is no text to count")
    return np.concatenate(found)


def _runs_of(text: NDArray[np.uint8], order: int) -> Numbers:
    padded = np.concatenate([np.zeros(order - 1, np.uint64), text.astype(np.uint64)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, order)
    found = np.zeros(len(text), np.uint64)
    for column in windows.T:
        found = found << np.uint64(8) | column
    return found
