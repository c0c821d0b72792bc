"""What needs no network: counts of tokens, and graphs whose atoms and bonds are drawn one by one."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from gdl_core.spaces import Graph, GraphSample, Tokens


def counted_nats(known: Iterable[Tensor], held_out: Sequence[Tensor], space: Tokens, order: int = 4) -> float:
    """Return the mean negative log-likelihood under counts, by the smoothing of Witten and Bell (1991)."""
    end = space.vocabulary_size
    counts: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for sequence in known:
        tokens = [*sequence.tolist(), end]
        for place, token in enumerate(tokens):
            for length in range(min(order, place) + 1):
                counts[tuple(tokens[place - length : place])][token] += 1

    def probability(token: int, context: tuple[int, ...]) -> float:
        lower = probability(token, context[1:]) if context else 1 / (end + 1)
        seen = counts.get(context)
        if not seen:
            return lower
        total, kinds = seen.total(), len(seen)
        return (seen[token] + kinds * lower) / (total + kinds)

    total = 0.0
    for sequence in held_out:
        tokens = [*sequence.tolist(), end]
        for place, token in enumerate(tokens):
            total -= math.log(probability(token, tuple(tokens[max(0, place - order) : place])))
    return total / len(held_out)


class Independent:
    """Graphs whose nodes and edges are drawn one by one, as often as they are in known graphs of the same size."""

    def __init__(self, known: Iterable[GraphSample], space: Graph) -> None:
        self.sizes = torch.zeros(space.max_nodes + 1)
        self.nodes = torch.zeros(space.max_nodes + 1, space.node_types)
        self.edges = torch.zeros(space.max_nodes + 1, space.edge_types)
        for nodes, edges in known:
            size = len(nodes)
            self.sizes[size] += 1
            self.nodes[size] += nodes.bincount(minlength=space.node_types)
            self.edges[size] += pairs(edges).bincount(minlength=space.edge_types)

    def sample(self, count: int, *, seed: int) -> Iterator[GraphSample]:
        """Yield so many graphs."""
        chance = torch.Generator().manual_seed(seed)
        for size in self.sizes.multinomial(count, replacement=True, generator=chance).tolist():
            upper = torch.zeros(size, size, dtype=torch.int64)
            if size > 1:
                above = torch.ones(size, size, dtype=torch.bool).triu(1)
                upper[above] = self.edges[size].multinomial(int(above.sum()), replacement=True, generator=chance)
            nodes = self.nodes[size].multinomial(size, replacement=True, generator=chance)
            yield GraphSample(nodes, upper + upper.T)

    def nats(self, held_out: Sequence[GraphSample]) -> float:
        """Return the mean negative log-likelihood, each count one greater than it is."""
        sizes, nodes, edges = (-(count + 1).log() + (count + 1).sum(-1, keepdim=True).log() for count in self._counts)
        found = [
            sizes[len(graph.nodes)]
            + nodes[len(graph.nodes)][graph.nodes].sum()
            + edges[len(graph.nodes)][pairs(graph.edges)].sum()
            for graph in held_out
        ]
        return torch.stack(found).mean().item()

    @property
    def _counts(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.sizes, self.nodes, self.edges


def pairs(edges: Tensor) -> Tensor:
    """Return the edge of each pair of nodes. Shapes: (nodes, nodes) -> (pairs,)."""
    return edges[torch.ones_like(edges, dtype=torch.bool).triu(1)]
