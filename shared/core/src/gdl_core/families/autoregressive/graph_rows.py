"""Autoregressive models of graphs: a node, then its edges to the nodes before it, and so on."""

from collections.abc import Mapping
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families.autoregressive.likelihood import MaximumLikelihood
from gdl_core.families.autoregressive.sequence import BOUNDARY, Autoregressor, symbol_log_prob
from gdl_core.families.family import Draws, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.guidance import between, ways_to_ask
from gdl_core.families.roles import Networks
from gdl_core.families.truncation import Truncation, draw
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, Tokens

NODE = -1
"""The column of a row's node."""


class GraphRows(MaximumLikelihood):
    """Maximum likelihood over graphs written as sequences, row by row (You et al. 2018, arXiv:1802.08773).

    A row is a node and its edges to the nodes before it; the boundary ends the sequence in place of a node. What cannot
    stand at a place has no probability there. The likelihood is exact for a graph with its nodes in the order in which
    they are given; without an order a graph has the sum over all of them.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> model = build(Design("autoregressive", Graph(4, 3, 2), network_options={"width": 16, "heads": 2}))
        >>> len(model.sample(Streams(0, range(3))).samples)
        3
    """

    variant = "rows"
    spaces = ("graph",)
    roles = ()
    space: Graph
    network: Autoregressor
    rows: Tensor
    columns: Tensor
    possible: Tensor

    def __init__(self, space: Graph, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks)
        places = [(row, column) for row in range(space.max_nodes) for column in (NODE, *range(row))]
        rows, columns = torch.tensor(places).T
        self.register_buffer("rows", rows, persistent=False)
        self.register_buffer("columns", columns, persistent=False)
        self.first_edge = 1 + space.node_types
        symbols = torch.arange(self.first_edge + space.edge_types)
        possible = (symbols < self.first_edge) == (columns == NODE)[:, None]
        self.register_buffer("possible", possible, persistent=False)
        sequences = Tokens(space.node_types + space.edge_types, len(places))
        self.network = cast(Autoregressor, networks("autoregressor", space=sequences))
        self.condition_dropout = condition_dropout

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-likelihood of each graph, and of each symbol of its sequence, the end among them.

        Shapes: values (batch,), elements (batch, nodes and pairs of nodes of the largest graph [+ 1]).
        """
        logits, symbols, counted = self.predict(batch)
        elements = symbol_log_prob(logits, symbols.where(counted, logits.argmax(-1))).masked_fill(~counted, 0)
        return Likelihood(elements.sum(1), "exact", elements)

    def predict(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Return the logits at each place of the sequences, the symbols that stand there, and which of them count.

        Shapes: (batch, length, symbols), two of (batch, length).
        """
        symbols, counted = self._symbols(batch)
        inputs = F.pad(symbols, (1, 0), value=BOUNDARY)[:, :-1]
        logits = self.network(inputs, batch.conditions).float()
        return logits.masked_fill(~self.possible[: symbols.shape[1]], -torch.inf), symbols, counted

    def _symbols(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Write graphs as sequences; also return which places count. Shapes: two of (batch, length)."""
        filled = self.space.fill(batch)
        assert filled.edges is not None
        largest = batch.values.shape[1]
        length = min(largest * (largest + 1) // 2 + 1, len(self.rows))
        rows, columns = self.rows[:length], self.columns[:length]
        there = filled.values[:, rows] > 0
        edges = filled.edges[:, rows, columns.clamp(min=0)] + self.first_edge
        symbols = torch.where(columns == NODE, filled.values[:, rows], edges).where(there, BOUNDARY)
        ends = ~there & (there.cumsum(1) == torch.arange(length, device=there.device))
        return symbols, there | ends

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
        """Draw one graph from each stream; the number at position p of a stream decides place p of its sequence.

        What is `given` (nodes, edges of given nodes) is kept, as long as the graph has that many nodes; what comes
        before it does not know of it. The log-probability is the model's own, of all that was drawn or given.
        """
        cut, asked = Truncation(temperature, top_k, top_p, min_p), ways_to_ask(conditions or {}, guidance)
        memories = [self.network.begin(len(streams), len(self.rows), each) for each in asked]
        nodes = torch.zeros(len(streams), self.space.max_nodes, dtype=torch.int64, device=self.rows.device)
        edges = nodes[:, :, None].repeat(1, 1, self.space.max_nodes)
        choice, log_prob = nodes[:, 0], torch.zeros(len(streams), device=nodes.device)
        there = torch.ones_like(choice, dtype=torch.bool)
        for place, (row, column) in enumerate(zip(self.rows.tolist(), self.columns.tolist(), strict=True)):
            logits = [self.network.advance(choice[:, None], memory)[:, 0].float() for memory in memories]
            guided, own = (
                each.masked_fill(~self.possible[place], -torch.inf) for each in (between(logits, guidance), logits[-1])
            )
            drawn = draw(cut(guided), streams.uniform(1).squeeze(1))
            choice = self._told(given, row, column, drawn).where(there, BOUNDARY)
            log_prob += symbol_log_prob(own, choice).masked_fill(~there, 0)
            if column == NODE:
                there = choice != BOUNDARY
                nodes[:, row] = choice
                if not there.any():
                    break
            else:
                edges[:, row, column] = edges[:, column, row] = (choice - self.first_edge) * there
        return Draws(self.space.trim(Batch(nodes, edges=edges)), log_prob)

    def _told(self, given: Given | None, row: int, column: int, drawn: Tensor) -> Tensor:
        """Put what is given of a place over what was drawn there. Shapes: (batch,) -> (batch,)."""
        if given is None:
            return drawn
        if column == NODE:
            return given.at(row, drawn)
        return given.at(row * self.space.max_nodes + column, drawn - self.first_edge, part=1) + self.first_edge
