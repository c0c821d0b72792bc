"""Discrete diffusion by replacement: symbols are exchanged for random ones, and the true ones guessed back."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.special import xlogy

from gdl_core.families.content import streams_of
from gdl_core.families.diffusion.discrete import Discrete, log_prob_of
from gdl_core.families.diffusion.gaussian import even
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.guidance import drop_conditions
from gdl_core.families.processes import add_over_processes
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import draw_each
from gdl_core.randomness import Ambient, Source, Streams
from gdl_core.spaces import Batch, Space


class Uniform(Discrete):
    """At time t an element still has its symbol with probability 1 - t, and otherwise any symbol.

    Austin et al. (2021), arXiv:2107.03006, with the guess of the data and the cross-entropy of Vignac et al. (2022),
    arXiv:2209.14734. Unlike behind masks, a symbol can change until the end.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("diffusion", Tokens(5, 8), variant="uniform"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    variant = "uniform"
    nats = False
    spaces: ClassVar[tuple[str, ...]] = ("tokens", "graph", "grid")

    def loss(self, batch: Batch) -> Tensor:
        """Return the cross-entropy of the symbols, in nats, given what is left at a random time. Shapes: (batch,)."""
        batch = drop_conditions(batch, self.condition_dropout if self.training else 0.0)
        filled = self.space.fill(batch)
        time = 1 - even(len(batch), filled.values.device)
        noisy = self._disturb(filled.parts, 1 - time, Ambient(len(batch), time.device))
        guesses = self._guess_from(noisy, time, batch.conditions)
        return -self.space.total([log_prob_of(*pair) for pair in zip(filled.parts, guesses, strict=True)])

    def log_prob(self, batch: Batch, *, steps: int = 64) -> Likelihood:
        """Estimate, without bias, a bound on the log-likelihood of each filled sample as `steps` steps draw it.

        The noise follows from the sample. Shapes: values (batch,).
        """
        filled = self.space.fill(batch)
        source = streams_of(filled)
        truth = [F.one_hot(part, count).double() for part, count in zip(filled.parts, self.counts, strict=True)]
        total = torch.zeros(len(batch), dtype=torch.float64, device=filled.values.device)
        for step in range(steps):
            now, then = step / steps, (step + 1) / steps  # how probably a symbol is left
            noisy = self._disturb(filled.parts, torch.full_like(total, now), source)
            guesses = self._guess_from(noisy, torch.full_like(total, 1 - now).float(), batch.conditions)
            expected, known = (
                self._step_back(noisy, one, now, then) for one in ([guess.double().exp() for guess in guesses], truth)
            )
            total = total - self.space.total(
                [(xlogy(p, p) - xlogy(p, q)).sum(-1) for p, q in zip(known, expected, strict=True)]
            )
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
    ) -> Draws:
        """Draw one sample from each stream, by `steps` guesses.

        What is `given` stays as it is. Until the end it is disturbed as much as the rest, which adapts to it: that
        comes near to the conditional distribution of the rest, but is not the same.
        """
        parts = tuple(map(draw_from, self.resting, self.space.uniform(streams)))
        for step in range(steps):
            now, then = step / steps, (step + 1) / steps
            if given is not None:
                known = self._disturb(given.values.parts, torch.full((1,), now, device=parts[0].device), streams)
                parts = Given(given.values.with_parts(known), given.known).over(parts)
            time = torch.full((len(streams),), 1 - now, device=parts[0].device)
            guesses = self._guess_from(parts, time, conditions or {}, guidance=guidance)
            chances = self._step_back(parts, [guess.double().exp() for guess in guesses], now, then)
            parts = tuple(draw_each(p.log(), u) for p, u in zip(chances, self.space.uniform(streams), strict=True))
        parts = parts if given is None else given.over(parts)
        return Draws(self.space.trim(Batch(parts[0]).with_parts(parts)))

    @property
    def resting(self) -> list[Tensor]:
        """The distribution of an element of each part when all is disturbed. Shapes: each (symbols,), float64."""
        device = next(self.parameters()).device
        return [torch.full((count,), 1 / count, dtype=torch.float64, device=device) for count in self.counts]

    def _disturb(self, parts: Sequence[Tensor], left: Tensor, source: Source) -> tuple[Tensor, ...]:
        """Leave each symbol with a probability, and put a random one in its place otherwise.

        Shapes: each (batch, *part.shape), (batch,) -> the same.
        """
        stays, others = self.space.uniform(source), self.space.uniform(source)
        return tuple(
            torch.where(stay < self.space.spread(left, stay), part, draw_from(resting, other))
            for part, stay, other, resting in zip(parts, stays, others, self.resting, strict=True)
        )

    def _guess_from(
        self, parts: Sequence[Tensor], time: Tensor, conditions: Mapping[str, Tensor], *, guidance: float = 1.0
    ) -> tuple[Tensor, ...]:
        """Guess the data from what is left of them. Shapes: a filled form, (batch,) -> as `guess`."""
        real = self.space.relax(Batch(parts[0]).with_parts(parts))
        return self.guess(real.parts, time, conditions, guidance=guidance)

    def _step_back(
        self, parts: Sequence[Tensor], data: Sequence[Tensor], now: float, then: float
    ) -> tuple[Tensor, ...]:
        """Return how probable each symbol is at an earlier time, given the symbols now and the probability of the data.

        `now` and `then` say how probably a symbol is left at both times. With a symbol j now, resting distribution m
        and data k of probability p(k), that is the sum of q(j | i) q(i | k) p(k) / q(j | k) over k, for each i.
        Shapes: each (batch, *part.shape), (batch, *part.shape, symbols) -> the latter.
        """
        found = []
        for symbols, chance, resting in zip(parts, data, self.resting, strict=True):
            here, anew = F.one_hot(symbols, len(resting)), resting[symbols][..., None]
            from_then = now / then * here + (1 - now / then) * anew  # q(j | i)
            share = chance / (now * here + (1 - now) * anew)  # p(k) / q(j | k)
            found.append(from_then * (then * share + (1 - then) * resting * share.sum(-1, keepdim=True)))
        return tuple(found)


class Marginal(Uniform):
    """Symbols are exchanged for others as often as these are in the data: DiGress, arXiv:2209.14734.

    They are counted during training.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Tokens
        >>> model = build(Design("diffusion", Tokens(5, 8), variant="marginal"))
        >>> len(model.sample(Streams(0, range(3)), steps=4).samples)
        3
    """

    variant = "marginal"
    spaces = ("tokens", "graph")

    def __init__(self, space: Space, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        for part, count in enumerate(self.counts):
            self.register_buffer(f"seen_{part}", torch.ones(count, dtype=torch.float64))

    def loss(self, batch: Batch) -> Tensor:
        """Count the symbols of the filled form when training, and return the cross-entropy. Shapes: (batch,)."""
        if self.training:
            for part, symbols in enumerate(self.space.fill(batch).parts):
                seen = self.get_buffer(f"seen_{part}")
                seen += add_over_processes(torch.bincount(symbols.flatten(), minlength=len(seen)))
        return super().loss(batch)

    @property
    def resting(self) -> list[Tensor]:
        counts = [self.get_buffer(f"seen_{part}") for part in range(len(self.counts))]
        return [seen / seen.sum() for seen in counts]


def draw_from(distribution: Tensor, uniform: Tensor) -> Tensor:
    """Draw an element for each number from one distribution. Shapes: (symbols,), (...) -> (...).

    Example:
        >>> draw_from(torch.tensor([0.25, 0.75]), torch.tensor([0.2, 0.3]))
        tensor([0, 1])
    """
    cumulative = distribution.double().cumsum(0)
    return torch.searchsorted(cumulative, uniform.double() * cumulative[-1], right=True)
