"""Masked diffusion: symbols are hidden one after the other, and guessed back."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families.content import streams_of
from gdl_core.families.diffusion.discrete import Discrete, log_prob_of
from gdl_core.families.diffusion.gaussian import even
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.truncation import draw_each, only
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch


class Masked(Discrete):
    """Each element is hidden from a random time on; those that are hidden are guessed from the rest.

    Masked diffusion language models (Sahoo et al. 2024, arXiv:2406.07524; Shi et al. 2024, arXiv:2406.04329). A hidden
    element is all zeros in the real form. The sampler uncovers elements in random order, the same number at each step,
    as the order-agnostic models of Hoogeboom et al. (2021), arXiv:2110.02037: with a step for each element it draws
    from the very distribution that the bound is about; with fewer, elements of one step know nothing of each other.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("diffusion", Tokens(5, 8), variant="masked"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    variant = "masked"
    spaces: ClassVar[tuple[str, ...]] = ("tokens", "graph")

    def loss(self, batch: Batch) -> Tensor:
        """Return a bound on the negative log-likelihood, in nats, estimated at one time. Shapes: (batch,)."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        filled = self.space.fill(batch)
        time = 1 - even(len(batch), filled.values.device)
        until = self._draw_times(Ambient(len(batch), time.device))
        hidden = [one < self.space.spread(time, one) for one in until]
        found = self._log_prob_of_hidden(filled, hidden, time)
        now = [torch.where((time > start) & (time <= end), 1 / (time - start), 0.0) for start, end in self.stages]
        return -self.space.total([one * self.space.spread(weight, one) for one, weight in zip(found, now, strict=True)])

    def log_prob(self, batch: Batch, *, steps: int = 64) -> Likelihood:
        """Bound the log-likelihood of each filled sample as a sampler of `steps` steps draws it, from one random order.

        The order follows from the sample. With a step for each element the mean over orders is the bound that training
        raises. Shapes: values (batch,).
        """
        filled = self.space.fill(batch)
        turns, steps = take_turns(self._draw_times(streams_of(filled)), steps)
        total = torch.zeros(len(batch), device=filled.values.device)
        for step in range(steps):
            time = torch.full_like(total, 1 - step / steps)
            found = self._log_prob_of_hidden(filled, [turn >= step for turn in turns], time)
            total = total + self.space.total([one * (turn == step) for one, turn in zip(found, turns, strict=True)])
        return Likelihood(total, "lower_bound")

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        steps: int = 64,
        guidance: float = 1.0,
        given: Given | None = None,
        allowed: Sequence[Tensor] | None = None,
    ) -> Draws:
        """Draw one sample from each stream, by `steps` guesses or, where that is fewer, one for each element.

        What is `given` stays as it is, and the rest is drawn knowing it, from the symbols that are `allowed` at each
        element. Shapes: allowed, each (1 or batch, *part.shape, symbols) booleans.
        """
        turns, steps = take_turns(self._draw_times(streams), steps)
        parts = tuple(torch.zeros_like(turn) for turn in turns)
        if given is not None:
            parts = given.over(parts)
            turns = tuple(torch.where(known, -1, turn) for known, turn in zip(given.known, turns, strict=True))
        for step in range(steps):
            filled = Batch(parts[0], conditions=conditions or {}).with_parts(parts)
            time = torch.full((len(streams),), 1 - step / steps, device=parts[0].device)
            guesses = self._guess_hidden(filled, [turn >= step for turn in turns], time, guidance=guidance)
            if allowed is not None:
                guesses = tuple(only(guess, kept) for guess, kept in zip(guesses, allowed, strict=True))
            drawn = [draw_each(guess, u) for guess, u in zip(guesses, self.space.uniform(streams), strict=True)]
            parts = tuple(
                torch.where(turn == step, new, old) for turn, new, old in zip(turns, drawn, parts, strict=True)
            )
        return Draws(self.space.trim(Batch(parts[0]).with_parts(parts)))

    @cached_property
    def stages(self) -> list[tuple[float, float]]:
        """Between which times the elements of each part are hidden: here all of them at any time."""
        return [(0.0, 1.0)] * len(self.counts)

    def _draw_times(self, source: Source) -> list[Tensor]:
        """Draw the time from which on each element is hidden. Shapes: each (batch, *part.shape)."""
        uniform = self.space.uniform(source)
        return [start + (end - start) * u for (start, end), u in zip(self.stages, uniform, strict=True)]

    def _guess_hidden(
        self, filled: Batch, hidden: Sequence[Tensor], time: Tensor, *, guidance: float = 1.0
    ) -> tuple[Tensor, ...]:
        """Guess the symbols of a filled form in which some are hidden; symbols there have no effect."""
        real = self.space.relax(filled).parts
        seen = [part.masked_fill(cover[..., None], 0.0) for part, cover in zip(real, hidden, strict=True)]
        return self.guess(seen, time, filled.conditions, guidance=guidance)

    def _log_prob_of_hidden(self, filled: Batch, hidden: Sequence[Tensor], time: Tensor) -> list[Tensor]:
        """Return the log-probability of each hidden element, 0 for the others. Shapes: each (batch, *part.shape)."""
        guesses = self._guess_hidden(filled, hidden, time)
        return [
            log_prob_of(symbols, guess) * cover
            for symbols, guess, cover in zip(filled.parts, guesses, hidden, strict=True)
        ]


class Staged(Masked):
    """Parts are hidden one after the other: of a graph first its nodes, so that all its edges are guessed before them.

    Given all bonds, what an atom is follows almost from their number: that is easier to learn than any order at all.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Graph
        >>> model = build(Design("diffusion", Graph(3, 2, 2), variant="staged"))
        >>> model.stages
        [(0.0, 0.3333333333333333), (0.3333333333333333, 1.0)]
    """

    variant = "staged"
    spaces = ("graph",)

    @cached_property
    def stages(self) -> list[tuple[float, float]]:
        """Between which times the elements of each part are hidden, in proportion to their number."""
        numbers = [torch.arange(math.prod(part.shape)).reshape(1, *part.shape) for part in self.space.parts]
        ends = list(accumulate(len(part.unique()) for part in self.space.mirror(numbers)))
        return [(start / ends[-1], end / ends[-1]) for start, end in pairwise([0, *ends])]


def take_turns(times: Sequence[Tensor], steps: int) -> tuple[tuple[Tensor, ...], int]:
    """Share elements out evenly among steps, those of the latest time first; those of the same time go together.

    Also returns the number of steps, which is that of different elements where these are fewer.
    Shapes: each (batch, *part.shape) -> the same, int64.

    Example:
        >>> take_turns([torch.tensor([[0.7, 0.1, 0.4, 0.7]])], 2)
        ((tensor([[0, 1, 0, 0]]),), 2)
    """
    flat = -torch.cat([part.flatten(1) for part in times], 1)
    ordered = flat.sort(1).values
    ranks = F.pad(ordered.diff(dim=1) > 0, (1, 0)).cumsum(1)
    count = int(ranks.max()) + 1
    steps = min(steps, count)
    turns = ranks.gather(1, torch.searchsorted(ordered, flat)) * steps // count
    split = turns.split([part[0].numel() for part in times], 1)
    return tuple(turn.reshape(part.shape) for turn, part in zip(split, times, strict=True)), steps
