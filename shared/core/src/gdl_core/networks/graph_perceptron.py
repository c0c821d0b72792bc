"""A perceptron that makes all nodes and edges of a graph at once."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.perceptron import Perceptron
from gdl_core.spaces import Graph


class GraphPerceptron(nn.Module):
    """Makes nodes and edges from a code, as the generator of MolGAN does (De Cao and Kipf 2018, arXiv:1805.11973).

    Here with residual layers. Each node and each pair has weights of its own, so it suits small graphs.
    Shapes: (batch, inputs) -> (batch, *part.shape, outputs[i]).
    """

    pairs: Tensor

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
