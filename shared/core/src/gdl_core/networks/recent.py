"""The last few symbols at each place: what a network over sequences need not first learn to look up."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Recent(nn.Module):
    """Adds to the element at each place an embedding of each of the `window` - 1 symbols before its own.

    Each distance has a table of its own: a convolution over symbols, which small models learn from sooner than from
    attention (So et al. 2021, arXiv:2109.08668, have it behind the projections). In front of the first symbol stands
    symbol 0, or what was there `before`.
    Shapes: (batch, length, width), (batch, length), (batch, window - 1) -> (batch, length, width).

    Example:
        >>> recent = Recent(symbols=3, width=1, window=2)
        >>> recent.tables[0].weight.data = torch.tensor([[0.0], [5.0], [7.0]])
        >>> recent(torch.zeros(1, 3, 1), torch.tensor([[1, 2, 1]])).flatten().tolist()
        [0.0, 5.0, 7.0]
    """

    def __init__(self, symbols: int, width: int, window: int) -> None:
        super().__init__()
        if window < 1:
            raise ValueError(f"a window holds 1 symbol or more, not {window}")
        self.tables = nn.ModuleList(nn.Embedding(symbols, width) for _ in range(window - 1))

    def forward(self, x: Tensor, symbols: Tensor, before: Tensor | None = None) -> Tensor:
        known = F.pad(symbols, (len(self.tables), 0)) if before is None else torch.cat([before, symbols], 1)
        for start, table in enumerate(reversed(self.tables)):
            x = x + table(known[:, start : start + symbols.shape[1]])
        return x

    def nothing(self, batch: int, device: torch.device) -> Tensor:
        """Return what is before the first symbol. Shapes: (batch, window - 1)."""
        return torch.zeros(batch, len(self.tables), dtype=torch.int64, device=device)

    def moved(self, before: Tensor, symbols: Tensor) -> Tensor:
        """Return what is before the symbol that follows these. Shapes: (batch, window - 1), (batch, length)."""
        return torch.cat([before, symbols], 1)[:, symbols.shape[1] :]
