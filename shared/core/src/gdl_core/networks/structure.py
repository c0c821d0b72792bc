"""What a graph's shape says of its nodes and pairs of nodes: how often they meet on walks along its edges."""

import torch
from torch import Tensor


def walks(edges: Tensor, lengths: int) -> Tensor:
    """Weigh the walks of 2 to `lengths` steps between two nodes, each step by its ends' degrees: powers of D^-½AD^-½.

    A walk home of an odd length needs a ring of at most that length. After the random walks that Ma et al. (2023),
    arXiv:2305.17589, use; these are symmetric. A is how much of an edge is not of type 0, from 0 to 1.
    Shapes: one-hot or other real edges (batch, nodes, nodes, types) -> (batch, nodes, nodes, lengths - 1).

    Example:
        >>> path = torch.tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
        >>> walks(torch.nn.functional.one_hot(path, 2).float()[None], 2)[0, :, :, 0]
        tensor([[0.5000, 0.0000, 0.5000],
                [0.0000, 1.0000, 0.0000],
                [0.5000, 0.0000, 0.5000]])
    """
    there = edges[..., 1:].sum(-1).clamp(0, 1)
    share = there.sum(2).clamp(min=1).rsqrt()
    step = there * share[:, :, None] * share[:, None]
    powers = [step]
    for _ in range(lengths - 1):
        powers.append(powers[-1] @ step)
    return torch.stack(powers[1:], -1) if lengths > 1 else there.new_zeros(*there.shape, 0)
