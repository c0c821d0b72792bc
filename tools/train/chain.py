"""A Markov chain: what a model of sequences has to beat."""

import random
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

Symbol = TypeVar("Symbol", bound=Hashable)


class Chain(Generic[Symbol]):
    """Draws each symbol as often as it came up behind the `order` before it; beginnings and ends belong to them.

    Example:
        >>> drawn = Chain(["to be", "to bed"], order=4).sample(seed=0)
        >>> ["".join(next(drawn)) for _ in range(4)]
        ['to bed', 'to be', 'to be', 'to bed']
    """

    def __init__(self, known: Iterable[Sequence[Symbol]], *, order: int) -> None:
        self.order = order
        self.after: defaultdict[tuple[Symbol, ...], list[Symbol | None]] = defaultdict(list)
        for sequence in known:
            for place in range(len(sequence) + 1):
                before = tuple(sequence[max(0, place - order) : place])
                self.after[before].append(sequence[place] if place < len(sequence) else None)

    def sample(self, *, seed: int) -> Iterator[list[Symbol]]:
        """Yield sequences without end, each as long as it comes."""
        chance = random.Random(seed)
        while True:
            drawn: list[Symbol] = []
            while (new := chance.choice(self.after[tuple(drawn[-self.order :])])) is not None:
                drawn.append(new)
            yield drawn
