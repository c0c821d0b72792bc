"""Transformers over graphs: nodes attend to one another as their edges say, and edges are updated from their nodes.

After Vignac et al. (2022), "DiGress", arXiv:2209.14734.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import GatedLayer
from gdl_core.networks.bidirectional import Pool, hidden_width
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import Modulation, zeroed
from gdl_core.networks.pairs import Pairs
from gdl_core.networks.precision import in_float32
from gdl_core.networks.reading import Reading, Rows, reader_for
from gdl_core.networks.structure import walks
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Graph


def edge_width(width: int, heads: int) -> int:
    """Return how many features an edge has, where a node has `width`: there are many more edges."""
    return max(width // 4, heads)


class GraphBlock(nn.Module):
    """Updates nodes by attention that their edges modulate and by their edges, and edges by their nodes.

    In a block that `reads`, nodes also attend to the rows that it is given.
    Shapes: nodes (batch, nodes, width), edges (batch, pairs, edge width), context (batch, width) -> nodes, edges.
    """

    def __init__(self, width: int, heads: int, pairs: Pairs, *, reads: bool = False) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} must be a multiple of {heads} heads")
        edge = edge_width(width, heads)
        self.pairs = pairs
        self.modulation = Modulation(width, width, 4)
        self.norm, self.layer_norm = (nn.LayerNorm(width, elementwise_affine=False) for _ in range(2))
        self.edge_norm, self.edge_layer_norm = (nn.LayerNorm(edge) for _ in range(2))
        self.project = nn.Linear(width, 3 * width, bias=False)
        self.reading = Reading(width, heads) if reads else None
        self.from_edges = nn.Linear(edge, 2 * heads)
        self.messages = nn.Linear(edge, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.from_nodes = nn.Linear(width, edge)
        self.layer = GatedLayer(width, hidden_width(width))
        self.edge_layer = GatedLayer(edge, 2 * edge)

    def forward(self, nodes: Tensor, edges: Tensor, context: Tensor, read: Rows | None = None) -> tuple[Tensor, Tensor]:
        scale, shift, layer_scale, layer_shift = (row[:, None] for row in self.modulation(context))
        e = self.edge_norm(edges)
        nodes = nodes + self.attend(self.norm(nodes) * (1 + scale) + shift, e) + self.messages(self.pairs.gather(e))
        if self.reading is not None:
            nodes = nodes + self.reading(nodes, read)
        n = self.layer_norm(nodes) * (1 + layer_scale) + layer_shift
        edges = edges + self.pairs.product(self.from_nodes(n))
        return nodes + self.layer(n), edges + self.edge_layer(self.edge_layer_norm(edges))

    def attend(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Return what each node hears from all. Shapes: as `GraphBlock` -> (batch, nodes, width)."""
        change = self.pairs.square(self.from_edges(edges)).permute(0, 3, 1, 2)
        multiply, add = change.chunk(2, 1)  # batch, heads, to, from
        q, k, v = self.project(nodes).unflatten(-1, (3, multiply.shape[1], -1)).permute(2, 0, 3, 1, 4)
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        weights = (scores * (1 + multiply) + add).softmax(-1).to(v.dtype)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class GraphBody(nn.Module):
    """Several blocks over embedded nodes and edges, and a norm behind them. Shapes: as `GraphBlock`."""

    def __init__(
        self,
        conditions: Sequence[Condition],
        pairs: Pairs,
        *,
        inputs: int = 0,
        width: int,
        layers: int,
        heads: int,
    ) -> None:
        super().__init__()
        edge = edge_width(width, heads)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        self.to_edges = nn.Linear(width, edge)
        self.blocks = nn.ModuleList(GraphBlock(width, heads, pairs, reads=reads) for _ in range(layers))
        self.norm, self.edge_norm = nn.LayerNorm(width), nn.LayerNorm(edge)

    def forward(
        self, nodes: Tensor, edges: Tensor, conditions: Mapping[str, Tensor], more: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Update nodes and edges; the context is that of the conditions and `more`, (batch, width)."""
        context = self.conditioner(conditions, len(nodes))
        context = context if more is None else context + more
        read = None if self.reader is None else self.reader(conditions, len(nodes))
        edges = edges + self.to_edges(context)[:, None]
        for block in self.blocks:
            nodes, edges = block(nodes, edges, context, read)
        return self.norm(nodes), self.edge_norm(edges)


class GraphRows(nn.Module):
    """Embeds nodes and edges, which are made symmetric. Shapes: a real form -> as `GraphBlock`.

    A node is also told how many edges of each type it has, and both by how many walks of 2 to `lengths` steps they
    are joined.
    """

    def __init__(self, space: Graph, pairs: Pairs, *, width: int, heads: int, lengths: int = 1) -> None:
        super().__init__()
        self.pairs, self.lengths = pairs, lengths
        nodes, edges = (shape[-1] for shape in space.real_shapes)
        self.nodes = nn.Linear(nodes + edges + lengths - 1, width)
        self.edges = nn.Linear(edges + lengths - 1, edge_width(width, heads))

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        assert batch.edges is not None
        edges = (batch.edges + batch.edges.transpose(1, 2)) / 2
        met = walks(edges, self.lengths)
        nodes = torch.cat([batch.values, edges.sum(2), met.diagonal(dim1=1, dim2=2).transpose(1, 2)], -1)
        return in_float32(self.nodes, nodes), in_float32(self.edges, self.pairs.of(torch.cat([edges, met], -1)))


class GraphAnswers(nn.Module):
    """Makes the outputs of nodes and of edges. Shapes: as `GraphBlock` -> (batch, *part.shape, outputs[i])."""

    def __init__(self, outputs: Sequence[int], pairs: Pairs, *, width: int, heads: int) -> None:
        super().__init__()
        self.pairs = pairs
        self.nodes = nn.Linear(width, outputs[0])
        self.edges = nn.Linear(edge_width(width, heads), outputs[1])

    def forward(self, nodes: Tensor, edges: Tensor) -> tuple[Tensor, ...]:
        return in_float32(self.nodes, nodes), self.pairs.square(in_float32(self.edges, edges))


class GraphEncoder(nn.Module):
    """Sums up a graph, its nodes in any order. Shapes: a real form -> (batch, outputs[0])."""

    def __init__(
        self,
        space: Graph,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
    ) -> None:
        super().__init__()
        pairs = Pairs(space.max_nodes)
        self.rows = GraphRows(space, pairs, width=width, heads=heads)
        self.body = GraphBody(conditions, pairs, width=width, layers=layers, heads=heads)
        self.pool = Pool(width, heads)
        self.head = nn.Linear(width + edge_width(width, heads), outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        nodes, edges = self.body(*self.rows(batch), batch.conditions)
        return in_float32(self.head, torch.cat([self.pool(nodes), edges.mean(1)], -1))


class GraphDecoder(nn.Module):
    """Makes nodes and edges from a code, each node from a learned place of its own.

    Shapes: (batch, inputs) -> (batch, *part.shape, outputs[i]).
    """

    def __init__(
        self,
        space: Graph,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
    ) -> None:
        super().__init__()
        self.slots = nn.Parameter(torch.randn(space.max_nodes, width))
        self.code = nn.Linear(inputs, width)
        self.ends = nn.Linear(width, edge_width(width, heads))
        self.pairs = Pairs(space.max_nodes)
        self.body = GraphBody(conditions, self.pairs, width=width, layers=layers, heads=heads)
        self.answers = GraphAnswers(outputs, self.pairs, width=width, heads=heads)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        code = self.code(codes)
        nodes = self.slots + code[:, None]
        edges = self.pairs.product(in_float32(self.ends, nodes))
        return self.answers(*self.body(nodes, edges, conditions, code))


class GraphDenoiser(nn.Module):
    """Makes numbers for each node and each edge at a time. Permuting the nodes permutes the output.

    Shapes: a real form, (batch,) -> (batch, *part.shape, outputs[i]).

    Example:
        >>> model = GraphDenoiser(Graph(max_nodes=6, node_types=3, edge_types=2), outputs=(4, 2), width=32)
        >>> nodes, edges = model(Batch(torch.zeros(5, 6, 4), None, torch.zeros(5, 6, 6, 2)), torch.zeros(5))
        >>> nodes.shape, edges.shape
        (torch.Size([5, 6, 4]), torch.Size([5, 6, 6, 2]))
    """

    def __init__(
        self,
        space: Graph,
        *,
        inputs: int = 0,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        lengths: int = 1,
    ) -> None:
        super().__init__()
        pairs = Pairs(space.max_nodes)
        self.rows = GraphRows(space, pairs, width=width, heads=heads, lengths=lengths)
        self.time = TimeEmbedding(width)
        self.body = GraphBody(conditions, pairs, inputs=inputs, width=width, layers=layers, heads=heads)
        self.answers = zeroed(GraphAnswers(outputs, pairs, width=width, heads=heads))

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        return self.answers(*self.body(*self.rows(batch), batch.conditions, self.time(time)))
