"""Transformers over graphs: nodes attend to one another as their edges say, and edges are updated from their nodes.

After Vignac et al. (2022), "DiGress", arXiv:2209.14734.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.attention import GatedLayer
from gdl_core.networks.bidirectional import Heads, Pool, hidden_width
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import Modulation, zeroed
from gdl_core.networks.precision import in_float32
from gdl_core.networks.reading import Reading, Rows, reader_for
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Graph


def symmetric(pairs: Tensor) -> Tensor:
    """Give both orders of two nodes the mean of both. Shapes: (batch, nodes, nodes, size) -> the same."""
    return (pairs + pairs.transpose(1, 2)) / 2


def edge_width(width: int, heads: int) -> int:
    """Return how many features an edge has, where a node has `width`: there are many more edges."""
    return max(width // 4, heads)


class GraphBlock(nn.Module):
    """Updates nodes by attention that their edges modulate, and edges by the scores and the features of their nodes.

    In a block that `reads`, nodes also attend to the rows that it is given.
    Shapes: nodes (batch, nodes, width), edges (batch, nodes, nodes, edge width), context (batch, width)
    -> nodes, edges.
    """

    def __init__(self, width: int, heads: int, *, reads: bool = False) -> None:
        super().__init__()
        edge = edge_width(width, heads)
        self.modulation = Modulation(width, width, 4)
        self.edge_modulation = Modulation(width, edge, 4)
        self.norm, self.layer_norm = (nn.RMSNorm(width, elementwise_affine=False) for _ in range(2))
        self.edge_norm, self.edge_layer_norm = (nn.RMSNorm(edge, elementwise_affine=False) for _ in range(2))
        self.heads = Heads(width, heads)
        self.reading = Reading(width, heads) if reads else None
        self.from_edges = nn.Linear(edge, 2 * heads)
        self.messages = nn.Linear(heads * edge, width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.from_scores = nn.Linear(heads, edge, bias=False)
        self.from_nodes = nn.Linear(width, edge, bias=False)
        self.layer = GatedLayer(width, hidden_width(width))
        self.edge_layer = GatedLayer(edge, 2 * edge)

    def forward(self, nodes: Tensor, edges: Tensor, context: Tensor, read: Rows | None = None) -> tuple[Tensor, Tensor]:
        scale, shift, layer_scale, layer_shift = (row[:, None] for row in self.modulation(context))
        e_scale, e_shift, e_layer_scale, e_layer_shift = (row[:, None, None] for row in self.edge_modulation(context))
        n = self.norm(nodes) * (1 + scale) + shift
        e = self.edge_norm(edges) * (1 + e_scale) + e_shift
        scores, message = self.attend(n, e)
        nodes = nodes + message
        if self.reading is not None:
            nodes = nodes + self.reading(nodes, read)
        edges = edges + symmetric(self.from_scores(scores)) + self.pairs(n)
        n = self.layer_norm(nodes) * (1 + layer_scale) + layer_shift
        e = self.edge_layer_norm(edges) * (1 + e_layer_scale) + e_layer_shift
        return nodes + self.layer(n), edges + self.edge_layer(e)

    def attend(self, nodes: Tensor, edges: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores of each pair and what each node hears.

        Shapes: as `GraphBlock` -> (batch, nodes, nodes, heads), (batch, nodes, width).
        """
        q, k, v = self.heads(nodes)
        multiply, add = self.from_edges(edges).chunk(2, -1)
        products = ((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)).permute(0, 2, 3, 1)
        scores = products * (1 + multiply) + add
        weights = scores.softmax(2).to(v.dtype)  # batch, to, from, heads
        heard = (weights.permute(0, 3, 1, 2) @ v).transpose(1, 2).flatten(2)
        along = (weights.transpose(2, 3) @ edges.to(v.dtype)).flatten(2)  # batch, nodes, heads * edge width
        return scores, self.out(heard) + self.messages(along)

    def pairs(self, nodes: Tensor) -> Tensor:
        """Return features of each pair that do not depend on its order: products of those of its nodes."""
        ends = self.from_nodes(nodes)
        return ends[:, :, None] * ends[:, None]


class GraphBody(nn.Module):
    """Several blocks over embedded nodes and edges, and a norm behind them. Shapes: as `GraphBlock`."""

    def __init__(
        self, conditions: Sequence[Condition], *, inputs: int = 0, width: int, layers: int, heads: int
    ) -> None:
        super().__init__()
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        self.blocks = nn.ModuleList(GraphBlock(width, heads, reads=reads) for _ in range(layers))
        self.norm, self.edge_norm = nn.RMSNorm(width), nn.RMSNorm(edge_width(width, heads))

    def forward(
        self, nodes: Tensor, edges: Tensor, conditions: Mapping[str, Tensor], more: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Update nodes and edges; the context is that of the conditions and `more`, (batch, width)."""
        context = self.conditioner(conditions, len(nodes))
        context = context if more is None else context + more
        read = None if self.reader is None else self.reader(conditions, len(nodes))
        for block in self.blocks:
            nodes, edges = block(nodes, edges, context, read)
        return self.norm(nodes), self.edge_norm(edges)


class GraphRows(nn.Module):
    """Embeds nodes and edges, which are made symmetric. Shapes: a real form -> as `GraphBlock`."""

    def __init__(self, space: Graph, *, width: int, heads: int) -> None:
        super().__init__()
        nodes, edges = (shape[-1] for shape in space.real_shapes)
        self.nodes = nn.Linear(nodes, width)
        self.edges = nn.Linear(edges, edge_width(width, heads))

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        assert batch.edges is not None
        return in_float32(self.nodes, batch.values), in_float32(self.edges, symmetric(batch.edges))


class GraphAnswers(nn.Module):
    """Makes the outputs of nodes and of edges. Shapes: as `GraphBlock` -> (batch, *part.shape, outputs[i])."""

    def __init__(self, outputs: Sequence[int], *, width: int, heads: int) -> None:
        super().__init__()
        self.nodes = nn.Linear(width, outputs[0])
        self.edges = nn.Linear(edge_width(width, heads), outputs[1])

    def forward(self, nodes: Tensor, edges: Tensor) -> tuple[Tensor, ...]:
        return in_float32(self.nodes, nodes), symmetric(in_float32(self.edges, edges))


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
        self.rows = GraphRows(space, width=width, heads=heads)
        self.body = GraphBody(conditions, width=width, layers=layers, heads=heads)
        self.pool = Pool(width, heads)
        self.head = nn.Linear(width + edge_width(width, heads), outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        nodes, edges = self.body(*self.rows(batch), batch.conditions)
        return in_float32(self.head, torch.cat([self.pool(nodes), edges.mean((1, 2))], -1))


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
        self.body = GraphBody(conditions, width=width, layers=layers, heads=heads)
        self.answers = GraphAnswers(outputs, width=width, heads=heads)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        code = self.code(codes)
        nodes = self.slots + code[:, None]
        ends = in_float32(self.ends, nodes)
        return self.answers(*self.body(nodes, ends[:, :, None] * ends[:, None], conditions, code))


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
    ) -> None:
        super().__init__()
        self.rows = GraphRows(space, width=width, heads=heads)
        self.time = TimeEmbedding(width)
        self.body = GraphBody(conditions, inputs=inputs, width=width, layers=layers, heads=heads)
        self.answers = zeroed(GraphAnswers(outputs, width=width, heads=heads))

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        return self.answers(*self.body(*self.rows(batch), batch.conditions, self.time(time)))
