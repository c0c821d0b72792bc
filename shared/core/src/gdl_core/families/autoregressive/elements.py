"""Autoregressive models of what has one size: the probability of each element given those before it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from gdl_core.families.autoregressive.likelihood import MaximumLikelihood
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.guidance import between, ways_to_ask
from gdl_core.families.likelihoods import Categorical, DiscretisedLogistics, Logistics
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import Truncation, draw
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Space

MANY_LEVELS = 32
"""More levels than these are a mixture of logistics by default, which knows that levels have an order."""


class ElementAutoregressor(Protocol):
    """The networks that predict elements one after another."""

    order: Sequence[int]
    """The places of a flattened sample, in the order in which they are predicted."""

    def __call__(self, batch: Batch) -> Tensor:
        """Predict every element from those before it. Shapes: a real form -> (batch, *part.shape, outputs)."""

    def begin(self, batch: int, conditions: Mapping[str, Tensor]) -> Any:
        """Return an empty memory for `batch` samples."""

    def advance(self, last: Tensor | None, memory: Any) -> Tensor:
        """Read the element just drawn (None: there is none) and predict the next, as a call over all would.

        Shapes: (batch,) -> (batch, outputs).
        """


class Pixels(MaximumLikelihood):
    """Maximum likelihood over grids with levels, cell by cell (van den Oord et al. 2016, arXiv:1601.06759).

    A network gives a logit for each level, or with `components` (the default beyond 32 levels) a mixture of logistics
    over all of them, each level having its share (Salimans et al. 2017, arXiv:1701.05517).

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("autoregressive", Grid(1, (4, 4), levels=3), network_options={"width": 16}))
        >>> model.sample(Streams(0, range(2))).samples[0].shape
        torch.Size([1, 4, 4])
    """

    variant = "pixel"
    spaces = ("grid",)
    roles = ("autoregressor",)
    network: ElementAutoregressor

    def __init__(
        self, space: Grid, networks: Networks, *, components: int | None = None, condition_dropout: float = 0.1
    ) -> None:
        super().__init__(space, networks)
        levels = cast(int, space.levels)
        if components is None:
            components = 10 if levels > MANY_LEVELS else 0
        self.law = DiscretisedLogistics(levels, components) if components else Categorical(levels)
        self.network = cast(ElementAutoregressor, networks("autoregressor", outputs=(self.law.outputs,)))
        self.condition_dropout = condition_dropout

    @classmethod
    def fits(cls, space: Space) -> bool:
        return isinstance(space, Grid) and space.levels is not None

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-likelihood of each sample and of each of its elements."""
        filled = self.space.fill(batch)
        outputs = self.network(self.space.relax(filled))
        return added(self.space, self.law.log_prob(outputs, filled.values))

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        given: Given | None = None,
        guidance: float = 1.0,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
    ) -> Draws:
        """Draw one sample from each stream, element by element: one number of the stream decides each.

        What is `given` is kept. Where it comes first in the order, the rest is drawn from the model given it, exactly;
        an element before a given one does not know of it. The log-probability is the model's own, of all that was
        drawn or given, whatever guidance, temperature and cuts changed.
        """
        cut = Truncation(temperature, top_k, top_p, min_p)
        log_prob = torch.zeros(len(streams), device=streams.indices.device)

        def choose(outputs: Sequence[Tensor], place: int) -> tuple[Tensor, Tensor]:
            logits = [self.law.logits(each).log_softmax(-1) for each in outputs]
            choice = draw(cut(between(logits, guidance)), streams.uniform(1).squeeze(1))
            choice = choice if given is None else given.at(place, choice)
            log_prob.add_(logits[-1].gather(1, choice[:, None]).squeeze(1))
            return choice, self.space.relax(Batch(choice)).values

        asked = ways_to_ask(conditions or {}, guidance)
        memories = [self.network.begin(len(streams), each) for each in asked]
        return Draws(self.space.trim(draw_in_order(self.network, memories, self.space, choose)), log_prob)


class Mixture(MaximumLikelihood):
    """Maximum likelihood over real numbers, each a mixture of logistics given those before it.

    After RNADE (Uria et al. 2013, arXiv:1306.0186). The density is exact; it is one with regard to volume, so that
    its logarithm may be above zero.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.spaces import Vector
        >>> build(Design("autoregressive", Vector(3))).sample(Streams(0, range(2))).samples[0].shape
        torch.Size([3])
    """

    variant = "mixture"
    spaces = ("vector", "grid")
    roles = ("autoregressor",)
    network: ElementAutoregressor

    def __init__(
        self, space: Space, networks: Networks, *, components: int = 10, condition_dropout: float = 0.1
    ) -> None:
        super().__init__(space, networks)
        self.law = Logistics(components)
        self.network = cast(ElementAutoregressor, networks("autoregressor", outputs=(self.law.outputs,)))
        self.condition_dropout = condition_dropout

    @classmethod
    def fits(cls, space: Space) -> bool:
        return space.kind in cls.spaces and all(part.symbols is None for part in space.parts)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-density of each sample and of each of its elements."""
        filled = self.space.fill(batch)
        outputs = self.network(self.space.relax(filled))
        return added(self.space, self.law.log_prob(outputs, filled.values))

    @torch.no_grad()
    def sample(
        self, streams: Streams, *, conditions: Mapping[str, Tensor] | None = None, given: Given | None = None
    ) -> Draws:
        """Draw one sample from each stream, element by element: two numbers of the stream decide each.

        What is `given` is kept, as `Pixels` keeps it; the log-density is that of all that was drawn or given.
        """
        log_prob = torch.zeros(len(streams), device=streams.indices.device)

        def choose(outputs: Sequence[Tensor], place: int) -> tuple[Tensor, Tensor]:
            choice = self.law.draw(outputs[0].float(), streams.uniform(2))
            choice = choice if given is None else given.at(place, choice)
            log_prob.add_(self.law.log_prob(outputs[0], choice))
            return choice, choice

        memories = [self.network.begin(len(streams), conditions or {})]
        return Draws(self.space.trim(draw_in_order(self.network, memories, self.space, choose)), log_prob)


def added(space: Space, elements: Tensor) -> Likelihood:
    """Add up exact log-likelihoods of elements. Shapes: (batch, *part.shape)."""
    return Likelihood(space.total([elements]), "exact", elements)


def draw_in_order(
    network: ElementAutoregressor,
    memories: Sequence[Any],
    space: Space,
    choose: Callable[[Sequence[Tensor], int], tuple[Tensor, Tensor]],
) -> Batch:
    """Choose elements one after another, each from what the network says with each memory, given those before.

    `choose` gets these numbers and the element's place in the flattened sample, and returns its value for each sample
    and what the network is to read.
    """
    last, chosen = None, []
    for place in network.order:
        choice, last = choose([network.advance(last, memory) for memory in memories], place)
        chosen.append(choice)
    flat = torch.stack(chosen, 1)[:, torch.tensor(network.order).argsort()]
    return Batch(flat.unflatten(1, space.parts[0].shape))
