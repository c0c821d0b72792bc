"""What of a text is copied from others, character for character."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPAN = 50
"""So many characters in a row that stand in the training text count as copied."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_BOUNDARY = 1 << 32

Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Copied:
    """The longest span that is copied, in characters, and the share of text in copied spans of `SPAN` and more."""

    longest: int
    share: float


class Corpus:
    """Texts in which spans of others are looked up: by 64-bit hashes, so that a false find is next to impossible.

    A corpus takes about 30 bytes a character while it is searched.

    Example:
        >>> corpus = Corpus(["Shall I compare thee to a summer's day? Thou art more lovely and more temperate:"])
        >>> corpus.copied(["And I compare thee not."])
        Copied(longest=16, share=0.0)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.codes = _joined(texts, 1)

    def copied(self, texts: Sequence[str]) -> Copied:
        """Measure what of these texts is copied. No span reaches from one text into the next."""
        codes = _joined(texts, 2)
        found = _windows_in(codes, self.codes, SPAN)
        covered = np.zeros(len(codes) + 1, np.int64)
        places = np.flatnonzero(found)
        np.add.at(covered, places, 1)
        np.add.at(covered, places + SPAN, -1)
        copied = int((covered.cumsum()[:-1] > 0).sum())
        characters = sum(map(len, texts))
        return Copied(self._longest(codes), copied / characters if characters else 0.0)

    def _longest(self, codes: Numbers) -> int:
        """Find the greatest length of which a span is copied, by halving: every shorter length has one too."""
        least, most = 0, min(len(codes), len(self.codes))
        while least < most:
            middle = (least + most + 1) // 2
            if _windows_in(codes, self.codes, middle).any():
                least = middle
            else:
                most = middle - 1
        return least


def _joined(texts: Iterable[str], kind: int) -> Numbers:
    """Put the codes of texts after one another, each followed by a boundary that is like no other code."""
    parts: list[Any] = []
    for number, text in enumerate(texts):
        parts.append(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32))
        parts.append(np.array([kind * _BOUNDARY + number], np.uint64))
    return np.concatenate([np.zeros(0, np.uint64), *parts]).astype(np.uint64)


def _windows_in(codes: Numbers, others: Numbers, size: int) -> NDArray[np.bool_]:
    """Tell of each window of so many codes whether it stands among the others."""
    if min(len(codes), len(others)) < size:
        return np.zeros(max(len(codes) - size + 1, 0), np.bool_)
    return np.isin(_hashes(codes, size), _hashes(others, size))


def _hashes(codes: Numbers, size: int) -> Numbers:
    """Hash every window of so many codes, by a polynomial modulo 2^64."""
    mixed = codes * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(1)
    mixed ^= mixed >> np.uint64(29)
    powers = np.cumprod(np.full(len(codes), _INVERSE))
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed * powers)])
    found = (sums[size:] - sums[:-size]) * np.cumprod(np.full(len(codes) - size + 1, _BASE))
    return found
