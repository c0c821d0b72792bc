"""A Markov chain of characters: what a model of text has to beat."""

import random
from collections import defaultdict
from collections.abc import Iterable

_START, _END = "\x02", "\x03"


class Chain:
    """Draws each character as often as it came up behind the `order` before it; begins and ends belong to them.

    Example:
        >>> Chain(["to be", "to bed"], order=4).draw(4, seed=0)
        ['to bed', 'to be', 'to be', 'to bed']
    """

    def __init__(self, texts: Iterable[str], *, order: int = 6) -> None:
        self.order = order
        self.after: defaultdict[str, list[str]] = defaultdict(list)
        for text in texts:
            padded = _START * order + text + _END
            for place in range(order, len(padded)):
                self.after[padded[place - order : place]].append(padded[place])

    def draw(self, count: int, *, seed: int) -> list[str]:
        """Draw so many texts."""
        chance = random.Random(seed)
        return [self._text(chance) for _ in range(count)]

    def _text(self, chance: random.Random) -> str:
        drawn = _START * self.order
        while (new := chance.choice(self.after[drawn[-self.order :]])) != _END:
            drawn += new
        return drawn[self.order :]
