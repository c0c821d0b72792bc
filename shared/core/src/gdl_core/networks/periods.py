"""What a place tells by its remainders: which voice of a chord a cell is, where in its bar it stands."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Periods(nn.Module):
    """Adds to the element at each place a learned vector for the place's remainder by each period, zero at first.

    Shapes: (batch, length, width) -> the same; `start` is the place of the first.

    Example:
        >>> periods = Periods([2], 1)
        >>> periods.parts[0].data = torch.tensor([[0.0], [5.0]])
        >>> periods(torch.ones(1, 3, 1), start=1).flatten().tolist()
        [6.0, 1.0, 6.0]
    """

    def __init__(self, periods: Sequence[int], width: int) -> None:
        super().__init__()
        if any(period < 2 for period in periods):
            raise ValueError(f"a period is 2 places or more, not {min(periods)}")
        self.parts = nn.ParameterList(torch.zeros(period, width) for period in periods)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        places = torch.arange(start, start + x.shape[1], device=x.device)
        for part in self.parts:
            x = x + part[places % len(part)]
        return x
