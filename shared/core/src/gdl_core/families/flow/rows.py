"""An autoregressive flow over graphs."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.families.autoregressive import GraphRows
from gdl_core.families.family import Draws, Family, Likelihood
from gdl_core.families.given import Given
from gdl_core.families.roles import Networks
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph


class GraphRowsFlow(Family):
    """Maps the symbols of a graph, row by row, to normal noise, each as those before it say (Shi et al. 2020,
    GraphAF, arXiv:2001.09382).

    A symbol is spread evenly over a cell, and its distribution function given the past takes the cell to a piece of
    noise that is as probable as the symbol; the map is linear in each cell (Müller et al. 2018, arXiv:1808.03856)
    before the normal distribution's quantile function. GraphAF adds noise to one-hot vectors and maps them by affine
    functions, so that its symbols overlap; here the cells do not, and the likelihood is exact. It is the one of the
    autoregressive family's `rows`: what the flow adds is noise that every graph can be taken to and read back from.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> design = Design("flow", Graph(4, 3, 2), variant="rows", network_options={"width": 16, "heads": 2})
        >>> len(build(design).sample(Streams(0, range(3))).samples)
        3
    """

    name = "flow"
    variant = "rows"
    spaces = ("graph",)
    roles = ()
    space: Graph

    def __init__(self, space: Graph, networks: Networks, *, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks)
        self.model = GraphRows(space, networks, condition_dropout=condition_dropout)
        self.places = len(self.model.rows)

    def loss(self, batch: Batch) -> Tensor:
        """Return the negative log-likelihood of each graph, in nats. Shapes: (batch,)."""
        return self.model.loss(batch)

    def log_prob(self, batch: Batch) -> Likelihood:
        """Return the exact log-likelihood of each graph with its nodes in the order in which they are given."""
        return self.model.log_prob(batch)

    @torch.no_grad()
    def sample(
        self,
        streams: Streams,
        *,
        conditions: Mapping[str, Tensor] | None = None,
        given: Given | None = None,
        guidance: float = 1.0,
        temperature: float = 1.0,
    ) -> Draws:
        """Draw one graph from each stream. `temperature` is that of the symbols: below 1 graphs keep to what is common.

        What is `given` is kept, as long as the graph has that many nodes; what comes before it does not know of it.
        """
        told = _saying(streams.normal(self.places), streams)
        return self.model.sample(told, conditions=conditions, given=given, guidance=guidance, temperature=temperature)

    def encode(self, batch: Batch) -> Tensor:
        """Return the middle of each graph's cell of noise, zero where it has no symbols. Shapes: (batch, places)."""
        logits, symbols, counted = self.model.predict(batch)
        shares = logits.double().softmax(-1)
        before = shares.cumsum(-1) - shares / 2
        middle = before.gather(-1, symbols[..., None]).squeeze(-1)
        noise = torch.special.ndtri(middle.where(counted, 0.5))
        return F.pad(noise, (0, self.places - noise.shape[1]))

    @torch.no_grad()
    def decode(self, codes: Tensor, streams: Streams) -> Draws:
        """Return the graphs that noise stands for."""
        return self.model.sample(_saying(codes, streams))


def _saying(noise: Tensor, streams: Streams) -> Streams:
    """Return streams whose next numbers are uniform where the noise is normal. Shapes: (batch, places)."""
    told = streams.select(torch.arange(len(streams), device=streams.indices.device))
    told.ahead = torch.special.ndtr(noise.double())
    return told
