"""Autoregressive models of token sequences: the probability of each token given those before it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.errors import UsageError
from gdl_core.families.autoregressive.crowd import Crowd, alike, closed_up
from gdl_core.families.autoregressive.following import Follow, Nobody, hear
from gdl_core.families.autoregressive.likelihood import MaximumLikelihood
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.guidance import between, ways_to_ask
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import Truncation, draw, only, penalise
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Tokens, check_symbols

BOUNDARY = 0
"""The symbol that starts every input and ends every output; token t of the space is symbol t + 1."""


class Autoregressor(Protocol):
    """The networks this family works with. Symbols and logits both number vocabulary_size + 1."""

    def __call__(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        """Predict the next symbol at every position. Shapes: (batch, length) -> (batch, length, symbols)."""

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> Any:
        """Return an empty memory for `batch` rows of at most `length` symbols."""

    def advance(self, symbols: Tensor, memory: Any) -> Tensor:
        """Read the next n symbols into the memory and predict the one after each, as a call over all would.

        Shapes: (batch, n) -> (batch, n, symbols).
        """


class Autoregressive(MaximumLikelihood):
    """Maximum likelihood over sequences by the chain rule, sampled one token at a time with a cache.

    A sequence ends with the boundary symbol, except that nothing is left to decide at the space's greatest length:
    the probabilities of all sequences of the space sum to one.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("autoregressive", Tokens(vocabulary_size=5, max_length=8)))
        >>> draws = model.sample(Streams(0, range(3)), temperature=0.8)
        >>> len(draws.samples), draws.log_prob.shape
        (3, torch.Size([3]))
    """

    variant = "sequence"
    spaces = ("tokens",)
    roles = ("autoregressor",)
    space: Tokens
    network: Autoregressor

    def __init__(self, space: Tokens, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks)
        self.network = cast(Autoregressor, networks("autoregressor"))
        self.condition_dropout = condition_dropout

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-likelihood of each sequence and of each of its symbols, the end among them.

        Shapes: values (batch,), elements (batch, length + 1) or, where lengths are given, (batch, length).
        """
        inputs, targets, counted = self._symbols(batch)
        logits = self._possible(self.network(inputs, batch.conditions))
        elements = -F.cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none")
        elements = elements.view_as(targets) * counted
        return Likelihood(elements.sum(1), "exact", elements)

    def _symbols(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return inputs, targets and which targets count. Shapes: three of (batch, length [+ 1])."""
        symbols = batch.values + 1
        mask = torch.ones_like(symbols, dtype=torch.bool) if batch.mask is None else batch.mask
        inputs = F.pad(symbols.masked_fill(~mask, BOUNDARY), (1, 0), value=BOUNDARY)
        if not self.space.variable:
            return inputs[:, :-1], inputs[:, 1:], mask
        targets = F.pad(inputs[:, 1:], (0, 1), value=BOUNDARY)
        counted = F.pad(mask, (1, 0), value=True)  # a sequence of n tokens has n + 1 symbols to predict
        counted = counted & (torch.arange(counted.shape[1], device=counted.device) < self.space.max_length)
        return inputs, targets, counted

    def _possible(self, logits: Tensor) -> Tensor:
        """Return float32 logits in which a sequence of given length cannot end early."""
        logits = logits.float()
        if self.space.variable:
            return logits
        end = torch.arange(logits.shape[-1], device=logits.device) == BOUNDARY
        return logits.masked_fill(end, -torch.inf)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        prefixes: Sequence[Sequence[int]] | None = None,
        max_length: int | None = None,
        guidance: float = 1.0,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float = 1.0,
        follow: Follow | None = None,
    ) -> Draws:
        """Draw one sequence from each stream; the number at position p of a stream decides token p.

        `prefixes` holds the first tokens of each sequence, or of all of them when it holds one. A sequence that
        reaches `max_length` (default and limit: the space's) is cut there. `guidance` is the weight of the conditions.
        A `repetition_penalty` above 1 makes tokens that were there less probable. What `follow` makes of the number of
        sequences says what may come next, and ends them (`following`). The log-probability is the model's own, whatever
        guidance, temperature and cuts changed, of all that was drawn or given.
        """
        cut = Truncation(temperature, top_k, top_p, min_p)
        limit = self.space.max_length if max_length is None else min(max_length, self.space.max_length)
        given = self._given(prefixes, streams, limit)
        shared = int((given != BOUNDARY).sum(1).min()) if len(given) else 0  # what every row is given is read at once

        symbols = given.new_zeros(len(streams), limit)
        symbols[:, :shared] = given[:, :shared]
        begun = [self._read(given[:, :shared], limit, asked) for asked in ways_to_ask(conditions or {}, guidance)]
        crowds, logits, log_prob = [crowd for crowd, *_ in begun], [last for *_, last in begun], begun[-1][1]
        streams.uniform(shared)  # the numbers of given tokens pass unused

        follower = follow(len(streams)) if follow else Nobody()
        rows = torch.arange(len(streams), device=given.device)  # which sample each row of the batch is
        for position in range(shared, limit):
            likely = penalise(self._possible(between(logits, guidance)), symbols[rows, :position], repetition_penalty)
            choice = draw(cut(only(likely, follower.allowed(rows))), streams.uniform(1).squeeze(1))
            told = given[rows, position] if position < given.shape[1] else torch.zeros_like(choice)
            choice = told.where(told != BOUNDARY, choice)
            log_prob[rows] += symbol_log_prob(self._possible(logits[-1]), choice)
            symbols[rows, position] = choice
            ended = (choice == BOUNDARY) | hear(follower, rows, choice, told == BOUNDARY)
            left = len(rows) - int(ended.sum())
            if left == 0 or position + 1 == limit:
                break
            if left < len(rows):
                keep = closed_up(~ended)
                rows, choice = rows[keep], choice[keep]
                streams, crowds = streams.select(keep), [crowd.close_up(keep) for crowd in crowds]
            logits = [crowd.advance(self.network.advance, choice) for crowd in crowds]
        return Draws([row[row != BOUNDARY] - 1 for row in symbols], log_prob)

    def _given(self, prefixes: Sequence[Sequence[int]] | None, streams: Streams, limit: int) -> Tensor:
        """Return the symbols each sequence begins with, padded by the boundary. Shapes: (batch, longest prefix)."""
        rows = [torch.as_tensor(prefix, dtype=torch.int64) for prefix in prefixes or [()]]
        if len(rows) == 1:
            rows = rows * len(streams)
        if len(rows) != len(streams):
            raise UsageError(f"{len(rows)} prefixes for {len(streams)} samples; give one for all, or one for each")
        longest = max((len(row) for row in rows), default=0)
        if longest > limit:
            raise UsageError(f"a prefix of {longest} tokens; a sequence here holds at most {limit}")
        for row in rows:
            check_symbols(row, self.space.vocabulary_size, "a token of the prefix")
        if not rows:
            return torch.zeros(0, 0, dtype=torch.int64, device=streams.indices.device)
        return nn.utils.rnn.pad_sequence([row + 1 for row in rows], batch_first=True).to(streams.indices.device)

    def _read(self, given: Tensor, limit: int, conditions: Mapping[str, Tensor]) -> tuple[Crowd, Tensor, Tensor]:
        """Read what every row is given; return the crowd, the log-probability and the logits of what follows.

        Shapes: (batch, n) -> (batch,), (batch, symbols).
        """
        row = torch.arange(len(given), device=given.device)
        if alike(given, *conditions.values()):
            row, given = torch.zeros_like(row), given[:1]
            conditions = {name: values[:1] for name, values in conditions.items()}
        memory = self.network.begin(len(given), limit, conditions)
        logits = self.network.advance(F.pad(given, (1, 0), value=BOUNDARY), memory)
        log_prob = symbol_log_prob(self._possible(logits[:, :-1]), given).sum(1)
        return Crowd(memory, row), log_prob[row], logits[row, -1]


def symbol_log_prob(logits: Tensor, symbols: Tensor) -> Tensor:
    """Return the log-probability of each symbol. Shapes: (..., symbols), (...) -> (...)."""
    return logits.log_softmax(-1).gather(-1, symbols[..., None]).squeeze(-1)
