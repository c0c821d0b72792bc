"""Convolutions over graphs with a weight for each type of edge: the discriminator of MolGAN.

De Cao and Kipf (2018), arXiv:1805.11973; Schlichtkrull et al. (2017), arXiv:1703.06103.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.projection import ProjectionHead
from gdl_core.spaces import Batch, Graph


class RelationalConvolution(nn.Module):
    """Each node adds up what its neighbours say, by the type of the edge between, and what it says to itself.

    Shapes: (batch, nodes, inputs), (batch, nodes, nodes, types) -> (batch, nodes, outputs).
    """

    def __init__(self, inputs: int, outputs: int, types: int) -> None:
        super().__init__()
        self.own = nn.Linear(inputs, outputs)
        self.others = nn.Linear(inputs, types * outputs, bias=False)
        self.types = types

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        messages = self.others(nodes).unflatten(2, (self.types, -1))  # batch, nodes, types, outputs
        heard = torch.einsum("bijt,bjto->bio", edges, messages)
        return self.own(nodes) + heard / edges.sum((2, 3)).clamp(min=1)[..., None]


class RelationalDiscriminator(nn.Module):
    """Sums up a graph, whatever the order of its nodes. Shapes: a real form -> (batch, outputs[0]).

    Nodes are summed up by what each says times a gate (Li et al. 2016, arXiv:1511.05493).
    """

    def __init__(
        self,
        space: Graph,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 64,
        layers: int = 2,
    ) -> None:
        super().__init__()
        kinds, types = space.real_outputs
        self.layers = nn.ModuleList(
            RelationalConvolution(kinds + (width if place else 0), width, types - 1) for place in range(layers)
        )
        self.gate, self.content = nn.Linear(kinds + width, width), nn.Linear(kinds + width, width)
        self.features = nn.Sequential(nn.Linear(width, width), nn.Tanh())
        self.head = ProjectionHead(width, outputs[0], conditions)

    def forward(self, batch: Batch) -> Tensor:
        assert batch.edges is not None
        edges = batch.edges[..., 1:]  # type 0 is no edge
        nodes = batch.values
        for layer in self.layers:
            nodes = torch.cat([layer(nodes, edges).tanh(), batch.values], -1)
        total = (self.gate(nodes).sigmoid() * self.content(nodes).tanh()).sum(1)
        return self.head(self.features(total), batch.conditions)
