"""What a code says of a sample: p(sample | code), the decoding half of a variational autoencoder."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn

from gdl_core.conditions import CODE
from gdl_core.families.autoregressive import Autoregressive
from gdl_core.families.autoregressive.following import Follow
from gdl_core.families.given import Given
from gdl_core.families.guidance import guided
from gdl_core.families.imputation import by_turns
from gdl_core.families.roles import Decoder, Networks
from gdl_core.families.vae.observations import observe
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Sample, Space, Tokens, with_conditions


class Emission(nn.Module, ABC):
    """What each of them can do. Codes have the shape (batch, inputs), or that of a map of codes."""

    @abstractmethod
    def log_prob(self, codes: Tensor, batch: Batch) -> Tensor:
        """Return log p(sample | code), or a bound from below, in nats. Shapes: codes -> (batch,)."""

    @abstractmethod
    def draw(
        self, codes: Tensor, streams: Streams, conditions: Mapping[str, Tensor], *, temperature: float, **options: Any
    ) -> list[Sample]:
        """Draw a sample for each code; temperature 0 is the most probable one, or what is taken for it."""


class ElementEmission(Emission):
    """Given the code, every element of a sample has a distribution of its own, and all are drawn at once.

    The decoder has the role ``decoder`` or, where the codes are maps, ``synthesis``.
    """

    def __init__(self, space: Space, networks: Networks, inputs: int, *, role: str = "decoder") -> None:
        super().__init__()
        self.space, self.observation = space, observe(space)
        self.decoder = cast(Decoder, networks(role, inputs=inputs, outputs=self.observation.outputs))

    def log_prob(self, codes: Tensor, batch: Batch) -> Tensor:
        return self.observation.log_prob(self.decoder(codes, batch.conditions), self.space.fill(batch))

    def draw(
        self,
        codes: Tensor,
        streams: Streams,
        conditions: Mapping[str, Tensor],
        *,
        temperature: float,
        guidance: float = 1.0,
    ) -> list[Sample]:
        filled = self.draw_filled(codes, streams, conditions, temperature=temperature, guidance=guidance)
        return self.space.trim(filled)

    def draw_filled(
        self,
        codes: Tensor,
        streams: Streams,
        conditions: Mapping[str, Tensor],
        *,
        temperature: float,
        guidance: float = 1.0,
    ) -> Batch:
        """Do what `draw` does, and leave the samples in the filled form."""
        outputs = guided(partial(self.decoder, codes), conditions, guidance)
        return with_conditions(self.observation.draw(outputs, streams, temperature), conditions)

    def complete(
        self,
        codes: Tensor,
        encode: Callable[[Batch], Tensor],
        given: Given | None,
        streams: Streams,
        conditions: Mapping[str, Tensor],
        *,
        rounds: int,
        temperature: float,
        guidance: float,
    ) -> list[Sample]:
        """Do what `draw` does, and keep what is given: codes adapt to it in `rounds` (`imputation.by_turns`)."""

        def draw(codes: Tensor) -> Batch:
            return self.draw_filled(codes, streams, conditions, temperature=temperature, guidance=guidance)

        filled = draw(codes) if given is None else by_turns(draw, encode, codes, given, rounds=rounds)
        return self.space.trim(filled)


class SequenceEmission(Emission):
    """Given the code, each token also depends on those before it: an autoregressive model that is told the code."""

    def __init__(self, space: Tokens, networks: Networks, inputs: int) -> None:
        super().__init__()
        self.model = Autoregressive(space, partial(networks, inputs=inputs))

    def log_prob(self, codes: Tensor, batch: Batch) -> Tensor:
        return self.model.log_prob(with_conditions(batch, {**batch.conditions, CODE: codes})).values

    def draw(
        self,
        codes: Tensor,
        streams: Streams,
        conditions: Mapping[str, Tensor],
        *,
        temperature: float,
        prefixes: Sequence[Sequence[int]] | None = None,
        follow: Follow | None = None,
    ) -> list[Sample]:
        draws = self.model.sample(
            streams, conditions={**conditions, CODE: codes}, prefixes=prefixes, temperature=temperature, follow=follow
        )
        return draws.samples


class HierarchicalEmission(Emission):
    """A conductor makes a code for each segment of a sequence; an autoregressive model writes each from its code.

    After Roberts et al. (2018), arXiv:1803.05428. Given their codes the segments do not see one another, so that all
    that binds them goes through the code, and they are written side by side. A sequence ends with the first segment
    that is not full.
    """

    def __init__(self, space: Tokens, networks: Networks, inputs: int, *, segment: int) -> None:
        super().__init__()
        self.space, self.segment = space, segment
        self.segments = -(-space.max_length // segment)
        conducted = Tokens(1, self.segments, variable=False)  # one element for each segment
        self.conductor = cast(Decoder, networks("decoder", space=conducted, inputs=inputs, outputs=(inputs,)))
        segments = Tokens(space.vocabulary_size, segment, variable=space.variable)
        self.model = Autoregressive(segments, partial(networks, space=segments, inputs=inputs))

    def log_prob(self, codes: Tensor, batch: Batch) -> Tensor:
        symbols = self._symbols(batch)
        rows = symbols.flatten(0, 1)
        told = self._told(codes, batch.conditions)
        found = self.model.log_prob(Batch(rows - 1, rows > 0, conditions=told)).elements
        assert found is not None
        ends = (symbols.flatten(1) == 0).long()
        heard = ends.cumsum(1) - ends == 0  # up to and with the end
        heard = heard & (torch.arange(heard.shape[1], device=heard.device) < self.space.max_length)
        return found[:, : self.segment].reshape(heard.shape).masked_fill(~heard, 0.0).sum(1)

    def draw(
        self, codes: Tensor, streams: Streams, conditions: Mapping[str, Tensor], *, temperature: float
    ) -> list[Sample]:
        parts = streams.divide(self.segments, self.segment)
        pieces = self.model.sample(parts, conditions=self._told(codes, conditions), temperature=temperature).samples
        rows = [cast(list[Tensor], pieces[row : row + self.segments]) for row in range(0, len(pieces), self.segments)]
        return [joined(row, segment=self.segment, limit=self.space.max_length) for row in rows]

    def _symbols(self, batch: Batch) -> Tensor:
        """Cut sequences into segments, with 0 after the end. Shapes: -> (batch, segments, segment)."""
        filled = self.space.fill(batch).values
        missing = self.segments * self.segment - filled.shape[1]
        symbols = nn.functional.pad(filled, (0, missing)) + int(not self.space.variable)
        return symbols.unflatten(1, (self.segments, self.segment))

    def _told(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return what each segment is told. Shapes: the code (batch * segments, width)."""
        (conducted,) = self.conductor(codes, conditions)
        repeated = {name: told.repeat_interleave(self.segments, 0) for name, told in conditions.items()}
        return {**repeated, CODE: conducted.flatten(0, 1)}


def joined(pieces: Sequence[Tensor], *, segment: int, limit: int) -> Tensor:
    """Join segments up to the first that is not full.

    Example:
        >>> full, short = torch.tensor([5, 6]), torch.tensor([7])
        >>> joined([full, short, full], segment=2, limit=6)
        tensor([5, 6, 7])
    """
    full = [len(piece) == segment for piece in pieces]
    last = full.index(False) if False in full else len(pieces) - 1
    return torch.cat(list(pieces[: last + 1]))[:limit]
