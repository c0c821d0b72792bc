"""The unordered pairs of some nodes as one axis: half the work of all ordered ones."""

import torch
from torch import Tensor, nn


class Pairs(nn.Module):
    """Names each pair of `nodes` nodes once, a node with itself among them.

    Example:
        >>> pairs = Pairs(2)
        >>> pairs.of(torch.tensor([[[[1.0], [2.0]], [[4.0], [5.0]]]])).flatten().tolist()
        [1.0, 3.0, 5.0]
    """

    first: Tensor
    second: Tensor
    place: Tensor
    member: Tensor

    def __init__(self, nodes: int) -> None:
        super().__init__()
        first, second = torch.triu_indices(nodes, nodes)
        place = torch.zeros(nodes, nodes, dtype=torch.int64)
        place[first, second] = place[second, first] = torch.arange(len(first))
        each = torch.arange(nodes)[:, None]
        self.register_buffer("first", first, persistent=False)
        self.register_buffer("second", second, persistent=False)
        self.register_buffer("place", place.flatten(), persistent=False)
        self.register_buffer("member", ((first == each) | (second == each)).float(), persistent=False)

    def of(self, square: Tensor) -> Tensor:
        """Take the mean of both orders. Shapes: (batch, nodes, nodes, size) -> (batch, pairs, size)."""
        nodes = square.shape[1]
        flat = square.flatten(1, 2)
        there = flat.index_select(1, self.first * nodes + self.second)
        return (there + flat.index_select(1, self.second * nodes + self.first)) / 2

    def square(self, pairs: Tensor) -> Tensor:
        """Write each pair in both orders. Shapes: (batch, pairs, size) -> (batch, nodes, nodes, size)."""
        nodes = self.member.shape[0]
        return pairs.index_select(1, self.place).unflatten(1, (nodes, nodes))

    def product(self, nodes: Tensor) -> Tensor:
        """Multiply the features of both nodes. Shapes: (batch, nodes, size) -> (batch, pairs, size)."""
        return nodes.index_select(1, self.first) * nodes.index_select(1, self.second)

    def gather(self, pairs: Tensor) -> Tensor:
        """Add up the pairs of each node. Shapes: (batch, pairs, size) -> (batch, nodes, size)."""
        return self.member.to(pairs.dtype) @ pairs
