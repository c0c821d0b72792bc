"""Typed nodes, and typed edges between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.errors import RepresentationError
from gdl_core.randomness import Source, Streams
from gdl_core.spaces.padding import pad
from gdl_core.spaces.space import Arrays, Batch, GraphSample, Part, Sample, Space
from gdl_core.spaces.storage import check_symbols, smallest_integer, tensor_from


@dataclass(frozen=True)
class Graph(Space):
    """Graphs of up to `max_nodes` nodes with typed nodes and typed edges; edge type 0 means no edge.

    In the filled form node symbol 0 means no node. Edges have no direction and no node has one to itself: in sums each
    pair of nodes counts once.

    Example:
        >>> space = Graph(max_nodes=9, node_types=4, edge_types=5)
        >>> bond = torch.tensor([[0, 1], [1, 0]])
        >>> batch = space.collate([GraphSample(torch.tensor([0, 2]), bond)])
        >>> batch.values.shape, batch.edges.shape
        (torch.Size([1, 2]), torch.Size([1, 2, 2]))
    """

    kind = "graph"
    max_nodes: int
    node_types: int
    edge_types: int

    @property
    def parts(self) -> tuple[Part, ...]:
        return (
            Part((self.max_nodes,), self.node_types + 1),
            Part((self.max_nodes, self.max_nodes), self.edge_types),
        )

    def fill(self, batch: Batch) -> Batch:
        assert batch.edges is not None
        mask = torch.ones_like(batch.values, dtype=torch.bool) if batch.mask is None else batch.mask
        missing = self.max_nodes - batch.values.shape[1]
        nodes = F.pad((batch.values + 1) * mask, (0, missing))
        edges = F.pad(batch.edges * (mask[:, :, None] & mask[:, None]), (0, missing, 0, missing))
        return Batch(nodes, None, edges, batch.conditions)

    def trim(self, filled: Batch) -> list[Sample]:
        """Leave out the nodes that are none, and their edges. Of two directions of an edge, one counts."""
        assert filled.edges is not None
        upper = filled.edges.triu(1)
        edges = upper + upper.transpose(1, 2)
        kept = [nodes.nonzero().squeeze(1) for nodes in filled.values]
        return [
            GraphSample(nodes[rows] - 1, pairs[rows][:, rows])
            for nodes, pairs, rows in zip(filled.values, edges, kept, strict=True)
        ]

    def relax(self, filled: Batch) -> Batch:
        """Turn the filled form into the real one, in which no node has an edge to itself, whatever was drawn."""
        assert filled.edges is not None
        itself = torch.eye(self.max_nodes, dtype=torch.bool, device=filled.edges.device)
        return super().relax(filled.with_parts([filled.values, filled.edges.masked_fill(itself, 0)]))

    def mirror(self, parts: Sequence[Tensor]) -> tuple[Tensor, ...]:
        nodes, edges = parts
        return nodes, mirrored(edges)

    def normal(self, source: Source) -> tuple[Tensor, ...]:
        return self.mirror(super().normal(source))

    def uniform(self, source: Source) -> tuple[Tensor, ...]:
        return self.mirror(super().uniform(source))

    def total(self, elements: Sequence[Tensor]) -> Tensor:
        nodes, edges = elements
        return nodes.sum(1) + edges.triu(1).flatten(1).sum(1)

    @property
    def fields(self) -> dict[str, np.dtype]:
        return {"nodes": smallest_integer(self.node_types), "edges": smallest_integer(self.edge_types)}

    def pack(self, sample: Sample) -> Arrays:
        assert isinstance(sample, GraphSample)
        nodes, edges = sample
        if len(nodes) > self.max_nodes:
            raise RepresentationError(f"a graph of {len(nodes)} nodes; this space holds at most {self.max_nodes}")
        check_symbols(nodes, self.node_types, "a node type")
        check_symbols(edges, self.edge_types, "an edge type")
        types = self.fields
        return {"nodes": nodes.numpy().astype(types["nodes"]), "edges": edges.numpy().astype(types["edges"]).ravel()}

    def unpack(self, arrays: Mapping[str, np.ndarray]) -> GraphSample:
        nodes, edges = tensor_from(arrays["nodes"]), tensor_from(arrays["edges"])
        return GraphSample(nodes, edges.reshape(len(nodes), len(nodes)))

    def collate(self, samples: Sequence[Sample], conditions: Mapping[str, Tensor] | None = None) -> Batch:
        graphs = [sample for sample in samples if isinstance(sample, GraphSample)]
        nodes, mask = pad([graph.nodes for graph in graphs])
        edges = nodes.new_zeros(*nodes.shape, nodes.shape[1])
        for row, graph in zip(edges, graphs, strict=True):
            row[: len(graph.nodes), : len(graph.nodes)] = graph.edges
        return Batch(nodes, mask, edges, conditions or {})

    def separate(self, batch: Batch) -> list[Sample]:
        assert batch.mask is not None and batch.edges is not None
        sizes = batch.mask.sum(1).tolist()
        return [
            GraphSample(nodes[:size], edges[:size, :size])
            for nodes, edges, size in zip(batch.values, batch.edges, sizes, strict=True)
        ]

    def noise(self, streams: Streams) -> Batch:
        nodes = (streams.uniform(self.max_nodes) * self.node_types).long()
        upper = (streams.uniform(self.max_nodes, self.max_nodes) * self.edge_types).long().triu(1)
        return Batch(nodes, torch.ones_like(nodes, dtype=torch.bool), upper + upper.transpose(1, 2))

    def sizes(self, batch: Batch) -> Tensor:
        """Count nodes and unordered pairs of nodes."""
        assert batch.mask is not None
        nodes = batch.mask.sum(1)
        return nodes + nodes * (nodes - 1) // 2


def mirrored(pairs: Tensor) -> Tensor:
    """Give both orders of two nodes the number of the first. Shapes: (batch, nodes, nodes, ...) -> the same."""
    nodes = pairs.shape[1]
    upper = torch.ones(nodes, nodes, dtype=torch.bool, device=pairs.device).triu()
    return torch.where(upper.reshape(nodes, nodes, *(1,) * (pairs.ndim - 3)), pairs, pairs.transpose(1, 2))
