"""Which element of a sample stands at which place of a decoder, where elements have no order of their own."""

import torch
from torch import Tensor

EXACT_UP_TO = 64
"""Larger costs are matched approximately: the exact search takes a number of steps that grows with the square."""

ROUNDS = 30
"""How often the approximate search levels rows and columns."""


def match(cost: Tensor) -> Tensor:
    """Return for each column a row of its own, such that the sum of their costs is least, or nearly so beyond 64 rows.

    Shapes: (batch, n, n) -> (batch, n). No gradient flows.

    Example:
        >>> match(torch.tensor([[[5.0, 0.0], [0.0, 0.0]]])).tolist()
        [[1, 0]]
    """
    with torch.no_grad():
        cost = cost.detach().double().nan_to_num()
        return assignment(cost) if cost.shape[-1] <= EXACT_UP_TO else rough_assignment(cost)


def assignment(cost: Tensor) -> Tensor:
    """Solve the assignment problem exactly, all samples of a batch side by side.

    Rows are added one by one, each by a shortest path of exchanges (Jonker and Volgenant 1987). Column and row 0 are
    dummies: the path starts from column 0 and ends at a column that holds none. Shapes: (batch, n, n) -> (batch, n).
    """
    batch, count, _ = cost.shape
    cost = torch.nn.functional.pad(cost, (1, 0, 1, 0))
    every = torch.arange(batch, device=cost.device)
    row_price, column_price = cost.new_zeros(2, batch, count + 1).unbind()
    holds = torch.zeros(batch, count + 1, dtype=torch.int64, device=cost.device)  # the row in each column
    for row in range(1, count + 1):
        holds[:, 0] = row
        column = torch.zeros_like(every)
        reached = torch.full_like(column_price, torch.inf)
        way, used = torch.zeros_like(holds), torch.zeros_like(holds, dtype=torch.bool)
        searching = torch.ones_like(every, dtype=torch.bool)
        for _ in range(row):
            used[every, column] |= searching
            here = holds[every, column]
            reduced = cost[every, here] - row_price[every, here][:, None] - column_price
            nearer = (reduced < reached) & ~used & searching[:, None]
            reached, way = torch.where(nearer, reduced, reached), torch.where(nearer, column[:, None], way)
            step, best = reached.masked_fill(used, torch.inf).min(1)
            paid = torch.where(used & searching[:, None], step[:, None], 0.0)
            row_price.scatter_add_(1, holds, paid)
            column_price -= paid
            reached -= torch.where(used | ~searching[:, None], 0.0, step[:, None])
            column = torch.where(searching, best, column)
            searching &= holds[every, column] != 0
            if not searching.any():
                break
        while (column != 0).any():  # pass each row of the path on to the next column; column 0 leads to itself
            before = way[every, column]
            holds[every, column] = holds[every, before]
            column = before
    return holds[:, 1:] - 1


def rough_assignment(cost: Tensor) -> Tensor:
    """Level the rows and columns of exp(-cost) (Sinkhorn 1967), then let the surest rows choose first.

    Shapes: (batch, n, n) -> (batch, n).
    """
    scores = -cost / cost.std((1, 2), keepdim=True).clamp_min(1e-9) * ROUNDS
    for _ in range(ROUNDS):
        scores = scores - scores.logsumexp(2, keepdim=True)
        scores = scores - scores.logsumexp(1, keepdim=True)
    every = torch.arange(len(cost), device=cost.device)
    holds = torch.zeros(cost.shape[:2], dtype=torch.int64, device=cost.device)
    for row in scores.amax(2).argsort(1, descending=True).unbind(1):
        column = scores[every, row].argmax(1)
        holds[every, column] = row
        scores[every, :, column] = -torch.inf
    return holds
