"""Recurrent networks over token sequences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.periods import Periods
from gdl_core.networks.precision import has_fast_bfloat16, in_float32
from gdl_core.networks.recent import Recent
from gdl_core.spaces import Batch, Tokens


@dataclass
class RecurrentMemory:
    """The state of each layer (LSTM: two tensors), None before the first symbol, the vector of the conditions,
    the last symbols, and how many have been read.

    Shapes: states (layers, batch, width), condition (batch, 1, width), before (batch, window - 1).
    """

    condition: Tensor
    before: Tensor
    states: tuple[Tensor, ...] | None = None
    read: int = 0

    def select(self, rows: Tensor) -> Self:
        """Return the memory of some rows."""
        states = None if self.states is None else tuple(state[:, rows] for state in self.states)
        return type(self)(self.condition[rows], self.before[rows], states, self.read)

    close_up = select  # a state is small, whoever moves


def recurrent_layers(cell: str) -> type[nn.LSTM] | type[nn.GRU]:
    """Return the layers with this kind of cell."""
    cells = {"lstm": nn.LSTM, "gru": nn.GRU}
    if cell not in cells:
        raise ValueError(f"cell {cell!r} is unknown; there is: {', '.join(cells)}")
    return cells[cell]


class Recurrent(nn.Module):
    """A stack of gated recurrent layers that predicts the next symbol at every position.

    `cell` is ``lstm`` (Hochreiter & Schmidhuber 1997) or ``gru`` (Cho et al. 2014, arXiv:1406.1078).
    Shapes: (batch, length) -> (batch, length, vocabulary_size + 1), where symbol 0 is the boundary.
    With `inputs` it is told a code of so many numbers, as the condition ``code``; with `periods`, at each place its
    remainders by them, and with a `window` the symbols just before.
    """

    def __init__(
        self,
        space: Tokens,
        *,
        inputs: int = 0,
        conditions: Sequence[Condition] = (),
        cell: Literal["lstm", "gru"] = "lstm",
        width: int = 384,
        layers: int = 2,
        periods: Sequence[int] = (),
        window: int = 1,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        symbols = space.vocabulary_size + 1
        self.embedding = nn.Embedding(symbols, width)
        self.recent = Recent(symbols, width, window)
        self.periods = Periods(periods, width)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.layers = recurrent_layers(cell)(
            width, width, layers, batch_first=True, dropout=dropout if layers > 1 else 0.0
        )
        self.head = nn.Linear(width, symbols)

    def forward(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        return self.advance(symbols, self.begin(len(symbols), symbols.shape[1], conditions))

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> RecurrentMemory:
        """Return an empty memory for `batch` rows; a state has the same size at any `length`."""
        condition = self.conditioner(conditions, batch)[:, None]
        return RecurrentMemory(condition, self.recent.nothing(batch, condition.device))

    def advance(self, symbols: Tensor, memory: RecurrentMemory) -> Tensor:
        """Read the next symbols into the memory and predict the one after each."""
        x = self.recent(self.embedding(symbols), symbols, memory.before)
        x = self.periods(x, memory.read) + memory.condition
        memory.before, memory.read = self.recent.moved(memory.before, symbols), memory.read + symbols.shape[1]
        states = memory.states
        half = torch.is_autocast_enabled(x.device.type) and has_fast_bfloat16(x.device)  # other CPUs cannot do it
        with torch.autocast(x.device.type, enabled=half):
            y, after = self.layers(x, states if states is None or len(states) == 2 else states[0])
        memory.states = after if isinstance(after, tuple) else (after,)
        return in_float32(self.head, y)


class RecurrentEncoder(nn.Module):
    """Sums up a sequence of tokens, read from both ends (Schuster and Paliwal 1997).

    On a GPU its layers have no second derivative: a critic with a gradient penalty is better a transformer.
    With `periods` each place is told its remainders by them.
    Shapes: (batch, length, symbols) -> (batch, outputs[0]).
    """

    def __init__(
        self,
        space: Tokens,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        cell: Literal["lstm", "gru"] = "gru",
        width: int = 256,
        layers: int = 1,
        periods: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.embedding = nn.Linear(space.real_shapes[0][1], width, bias=False)
        self.periods = Periods(periods, width)
        self.conditioner = Conditioner(conditions, width)
        self.layers = recurrent_layers(cell)(width, width, layers, batch_first=True, bidirectional=True)
        self.head = nn.Linear(2 * width, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        x = self.periods(self.embedding(batch.values)) + self.conditioner(batch.conditions, len(batch))[:, None]
        half = torch.is_autocast_enabled(x.device.type) and has_fast_bfloat16(x.device)  # other CPUs cannot do it
        with torch.autocast(x.device.type, enabled=half):
            y = self.layers(x if half else x.float())[0]
        forwards, backwards = y.chunk(2, -1)
        return in_float32(self.head, torch.cat([forwards[:, -1], backwards[:, 0]], -1))
