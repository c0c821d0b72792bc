"""Perceptrons that make or judge all nodes and edges of a graph at once, in the order in which they stand."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.perceptron import Perceptron
from gdl_core.networks.projection import ProjectionHead
from gdl_core.spaces import Batch, Graph


class GraphPerceptronDecoder(nn.Module):
    """Makes nodes and edges from a code, as the generator of MolGAN does (De Cao and Kipf 2018, arXiv:1805.11973).

    Here with residual layers. Each node and each pair has weights of its own, so it suits small graphs.
    Shapes: (batch, inputs) -> (batch, *part.shape, outputs[i]).
    """

    pairs: Tensor
    widens = False

    def __init__(
        self,
        space: Graph,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 256,
        layers: int = 3,
    ) -> None:
        super().__init__()
        self.count, self.outputs = space.max_nodes, tuple(outputs)
        self.register_buffer("pairs", torch.triu_indices(self.count, self.count), persistent=False)
        self.sizes = [self.count * outputs[0], self.pairs.shape[1] * outputs[1]]
        self.conditioner = Conditioner(conditions, width)
        self.body = Perceptron(inputs, sum(self.sizes), width=width, layers=layers)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        found = self.body(codes, self.conditioner(conditions, len(codes)))
        nodes, listed = (
            part.unflatten(1, (-1, n)) for part, n in zip(found.split(self.sizes, 1), self.outputs, strict=True)
        )
        edges = listed.new_empty(len(codes), self.count, self.count, self.outputs[1])
        first, second = self.pairs
        edges[:, first, second] = listed
        edges[:, second, first] = listed
        return nodes, edges


class GraphPerceptronCritic(nn.Module):
    """Sums up a graph, reading each node and each pair with weights of its own. It has no norms, which would undo a
    gradient penalty. What a node is and how many edges of each type it has is also read by weights that all share.

    It is `ordered`: a graph whose nodes change places is another one to it, so that it sees at once where samples with
    their nodes in one canonical order differ from others. Shapes: a real form -> (batch, outputs[0]).
    """

    ordered = True
    widens = False
    pairs: Tensor

    def __init__(
        self,
        space: Graph,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 256,
        layers: int = 3,
    ) -> None:
        super().__init__()
        count, (kinds, types), shared = space.max_nodes, space.real_outputs, width // 4
        self.register_buffer("pairs", torch.triu_indices(count, count, 1), persistent=False)
        self.nodes = nn.Sequential(nn.Linear(kinds + types, shared), nn.SiLU(), nn.Linear(shared, shared), nn.SiLU())
        self.first = nn.Linear(count * (kinds + shared) + self.pairs.shape[1] * types, width)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)) for _ in range(layers)
        )
        self.head = ProjectionHead(width, outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        assert batch.edges is not None
        first, second = self.pairs
        edges = batch.edges[:, first, second]
        degrees = edges.new_zeros(len(batch), batch.values.shape[1], edges.shape[2])
        degrees = degrees.index_add(1, first, edges).index_add(1, second, edges)
        nodes = torch.cat([batch.values, self.nodes(torch.cat([batch.values, degrees], 2))], 2)
        x = self.first(torch.cat([nodes.flatten(1), edges.flatten(1)], 1))
        for layer in self.layers:
            x = x + layer(x)
        return self.head(nn.functional.silu(x), batch.conditions)
