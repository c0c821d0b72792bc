"""What of a text is copied from others, character for character."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

SPAN = 50
"""So many characters in a row that stand in the training text count as copied."""

_SHORT = 16
"""What is copied in spans of so many characters is found first: little of it is left to look at for longer ones."""

_BASE = np.uint64(0x9E3779B97F4A7C15)
_INVERSE = np.uint64(pow(int(_BASE), -1, 1 << 64))
_BOUNDARY = 1 << 32

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Copied:
    """The longest span that is copied, in characters, and the share of text in copied spans of `SPAN` and more."""

    longest: int
    share: float


class Corpus:
    """Texts in which spans of others are looked up: by 64-bit hashes, so that a false find is next to impossible.

    A corpus takes about 40 bytes a character while it is searched.

    Example:
        >>> corpus = Corpus(["Shall I compare thee to a summer's day? Thou art more lovely and more temperate:"])
        >>> corpus.copied(["And I compare thee not."])
        Copied(longest=16, share=0.0)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.hashed = _Hashed.of(_joined(texts, 1))

    def copied(self, texts: Sequence[str]) -> Copied:
        """Measure what of these texts is copied. No span reaches from one text into the next."""
        own = _Hashed.of(_joined(texts, 2))
        steps = [_Common(own, self.hashed, own.places, self.hashed.places, 0)]
        for size in (_SHORT, SPAN):
            steps += [steps[-1].of(size)] if len(steps[-1].own) else []
        characters = sum(map(len, texts))
        share = _covered(steps[-1], len(own)) / characters if characters else 0.0
        return Copied(_longest(steps), share)


def _covered(common: "_Common", length: int) -> int:
    """Count the places in spans of `SPAN`."""
    if common.size < SPAN:
        return 0
    covered = np.zeros(length + 1, np.int64)
    covered[common.own] += 1
    covered[common.own + SPAN] -= 1
    return int((covered.cumsum() > 0).sum())


def _longest(steps: "list[_Common]") -> int:
    """Find the greatest length of which a span is copied, by halving: every shorter length has one too."""
    most = steps[-1].most if len(steps[-1].own) else steps[-1].size - 1
    common = next(step for step in reversed(steps) if len(step.own) or not step.size)
    while common.size < most:
        longer = common.of((common.size + most + 1) // 2)
        if len(longer.own):
            common = longer
        else:
            most = longer.size - 1
    return common.size


@dataclass(frozen=True)
class _Hashed:
    """Sums from which the hash of any window follows: a polynomial modulo 2^64. Shapes: (n + 1,), (n,)."""

    sums: Numbers
    powers: Numbers

    @classmethod
    def of(cls, codes: Numbers) -> Self:
        mixed = codes * np.uint64(0xBF58476D1CE4E5B9) + np.uint64(1)
        mixed ^= mixed >> np.uint64(29)
        inverses = np.cumprod(np.full(len(codes), _INVERSE))
        sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed * inverses)])
        return cls(sums, np.cumprod(np.full(len(codes), _BASE), dtype=np.uint64))

    def __len__(self) -> int:
        return len(self.powers)

    @property
    def places(self) -> Places:
        """All places at which a window can begin."""
        return np.arange(len(self))

    def windows(self, places: Places, size: int) -> Numbers:
        """Hash the window of so many codes at each place."""
        return (self.sums[places + size] - self.sums[places]) * self.powers[places]


@dataclass(frozen=True)
class _Common:
    """The places in two texts at which windows of one size begin that stand in the other text too."""

    text: _Hashed
    corpus: _Hashed
    own: Places
    others: Places
    size: int

    @property
    def most(self) -> int:
        """No window of more codes fits into both."""
        return min(len(self.text), len(self.corpus))

    def of(self, size: int) -> "_Common":
        """Return the places of windows of a greater size: they are among those of this one."""
        own, others = self.own[self.own <= len(self.text) - size], self.others[self.others <= len(self.corpus) - size]
        mine, theirs = self.text.windows(own, size), self.corpus.windows(others, size)
        seen = _in(theirs, mine)
        return _Common(self.text, self.corpus, own[_in(mine, theirs[seen])], others[seen], size)


def _in(asked: Numbers, there: Numbers) -> NDArray[np.bool_]:
    """Tell which numbers stand among others. A table by their last bits leaves few of many to be searched for."""
    known = np.unique(there)
    found = np.zeros(len(asked), np.bool_)
    if not len(known):
        return found
    last = np.uint64((1 << (16 * len(known)).bit_length()) - 1)
    table = np.zeros(int(last) + 1, np.bool_)
    table[known & last] = True
    likely = np.flatnonzero(table[asked & last])
    place = np.minimum(np.searchsorted(known, asked[likely]), len(known) - 1)
    found[likely] = known[place] == asked[likely]
    return found


def _joined(texts: Iterable[str], kind: int) -> Numbers:
    """Put the codes of texts after one another, each followed by a boundary that is like no other code."""
    parts: list[Any] = []
    for number, text in enumerate(texts):
        parts.append(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32))
        parts.append(np.array([kind * _BOUNDARY + number], np.uint64))
    return np.concatenate([np.zeros(0, np.uint64), *parts]).astype(np.uint64)
