"""Random numbers that belong to a sample, not to a program.

A sample's numbers are a function of the seed, the sample's index and the position in its stream. Nothing else
enters, so that batch size, sharding and order cannot change what is drawn, and no global state is touched.
The function is Philox 4x32-10 of Salmon et al. (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

import math
from collections.abc import Sequence
from typing import Protocol, Self

import torch
from torch import Tensor

WORD = 0xFFFFFFFF
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
AHEAD = 64
"""How many numbers are made at once for each sample, since a sampler asks for one at a time."""


def philox(counter: Sequence[Tensor], key: tuple[int, int]) -> list[Tensor]:
    """Encrypt four 32-bit counter words, held in int64 tensors of one shape, into four random words.

    Example:
        >>> zero = torch.zeros(1, dtype=torch.int64)
        >>> [hex(word.item()) for word in philox([zero] * 4, (0, 0))]
        ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    a, b, c, d = counter
    left, right = key
    for _ in range(ROUNDS):
        ac, ca = a * MULTIPLIERS[0], c * MULTIPLIERS[1]  # 64-bit products: overflow wraps, as it should
        a, b, c, d = (ca >> 32) & WORD ^ b ^ left, ca & WORD, (ac >> 32) & WORD ^ d ^ right, ac & WORD
        left, right = (left + WEYL[0]) & WORD, (right + WEYL[1]) & WORD
    return [a, b, c, d]


class Source(Protocol):
    """What random numbers are drawn from: `Streams` when sampling, `Ambient` in training."""

    def __len__(self) -> int: ...

    def uniform(self, *shape: int) -> Tensor:
        """Draw numbers uniform on [0, 1) for each sample. Shapes: (batch, *shape)."""

    def normal(self, *shape: int) -> Tensor:
        """Draw standard normal numbers for each sample. Shapes: (batch, *shape)."""


class Ambient:
    """Random numbers for `count` samples from torch's own generators, which the trainer seeds before every step."""

    def __init__(self, count: int, device: torch.device | str = "cpu") -> None:
        self.count, self.device = count, device

    def __len__(self) -> int:
        return self.count

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(self.count, *shape, device=self.device)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(self.count, *shape, device=self.device)


class Streams:
    """One random stream for each sample of a batch.

    Example:
        >>> one, many = Streams(7, [3]), Streams(7, range(100))
        >>> torch.equal(one.uniform(5)[0], many.uniform(5)[3])
        True
    """

    def __init__(
        self, seed: int, indices: Tensor | Sequence[int] | range, *, device: torch.device | str = "cpu"
    ) -> None:
        if isinstance(indices, range):
            indices = torch.arange(indices.start, indices.stop, indices.step)
        self.indices = torch.as_tensor(indices, dtype=torch.int64).to(device)
        self.seed = seed & 0xFFFFFFFFFFFFFFFF
        self.position = 0  # numbers each stream has given away
        self.ahead = self.indices.new_empty(len(self.indices), 0, dtype=torch.float64)

    def __len__(self) -> int:
        return len(self.indices)

    def uniform(self, *shape: int) -> Tensor:
        """Draw the next numbers of every stream, uniform on [0, 1) with 53 random bits.

        Shapes: (batch, *shape), float64.
        """
        count = math.prod(shape)
        missing = count - self.ahead.shape[1]
        if missing > 0:
            start = self.position + self.ahead.shape[1]
            made = self._uniforms(start, max(missing, AHEAD))
            self.ahead = torch.cat([self.ahead, made], 1)
        numbers, self.ahead = self.ahead[:, :count], self.ahead[:, count:]
        self.position += count
        return numbers.reshape(len(self), *shape)

    def normal(self, *shape: int) -> Tensor:
        """Draw from the standard normal distribution by the method of Box and Muller (1958).

        Shapes: (batch, *shape), float64.
        """
        count = math.prod(shape)
        radius, angle = self.uniform((count + 1) // 2, 2).unbind(-1)
        radius = (-2 * torch.log1p(-radius)).sqrt()
        angle = 2 * math.pi * angle
        normals = torch.stack([radius * angle.cos(), radius * angle.sin()], -1).flatten(1)
        return normals[:, :count].reshape(len(self), *shape)

    def select(self, rows: Tensor) -> Self:
        """Return the streams of some rows, each where it stood."""
        chosen = object.__new__(type(self))
        chosen.seed, chosen.position = self.seed, self.position
        chosen.indices, chosen.ahead = self.indices[rows], self.ahead[rows]
        return chosen

    def divide(self, count: int, numbers: int) -> Self:
        """Hand the next numbers of each stream to `count` streams that stand in a row, so many `numbers` to each.

        Example:
            >>> parts = Streams(0, range(2)).divide(3, 4)
            >>> torch.equal(parts.uniform(4).flatten(), Streams(0, range(2)).uniform(12).flatten())
            True
        """
        rows = torch.arange(len(self), device=self.indices.device).repeat_interleave(count)
        handed = self.uniform(count, numbers).flatten(0, 1)
        parts = self.select(rows)
        parts.ahead = handed
        return parts

    def _uniforms(self, start: int, count: int) -> Tensor:
        """Make the numbers at positions `start` to `start + count`; a block of four words holds two of them."""
        first, last = start // 2, (start + count + 1) // 2
        block = torch.arange(first, last, device=self.indices.device).expand(len(self), -1)
        index = self.indices[:, None].expand_as(block)
        key = (self.seed & WORD, self.seed >> 32)
        a, b, c, d = philox([block & WORD, block >> 32, index & WORD, (index >> 32) & WORD], key)
        pairs = [(high >> 5).double() * 2.0**26 + (low >> 6).double() for high, low in ((a, b), (c, d))]
        numbers = torch.stack(pairs, -1).flatten(1) * 2.0**-53
        return numbers[:, start - 2 * first :][:, :count]
