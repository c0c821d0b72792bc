"""A masked perceptron over sequences of symbols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.causal import MaskedLinear
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.precision import in_float32
from gdl_core.spaces import Tokens


@dataclass
class SymbolMemory:
    """The symbols read so far, one-hot in a row, what units behind each layer say, and the vector of the conditions.

    Shapes: symbols (batch, places * symbols), units each (batch, width), condition (batch, width).
    """

    symbols: Tensor
    units: list[Tensor]
    condition: Tensor
    place: int = 0

    def select(self, rows: Tensor) -> Self:
        """Return the memory of some rows."""
        units = [layer[rows] for layer in self.units]
        return type(self)(self.symbols[rows], units, self.condition[rows], self.place)

    close_up = select


class SymbolPerceptron(nn.Module):
    """Predicts the next symbol at every position by a perceptron whose units each see a beginning of the sequence.

    Germain et al. (2015), MADE, arXiv:1502.03509, over one-hot symbols. All positions are predicted for the price of
    one, and each has weights of its own: it suits short sequences in which a position means something.

    Shapes: (batch, length) -> (batch, length, vocabulary_size + 1), where symbol 0 is the boundary.
    With `inputs` it is told a code of so many numbers, as the condition ``code``.
    """

    widens = False

    def __init__(
        self,
        space: Tokens,
        *,
        inputs: int = 0,
        conditions: Sequence[Condition] = (),
        width: int = 512,
        layers: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.places, self.symbols = space.max_length + 1, space.vocabulary_size + 1
        seen = torch.arange(width) * self.places // width  # the last place that each unit sees
        own = torch.arange(self.places).repeat_interleave(self.symbols)
        self.ends = torch.searchsorted(seen, torch.arange(self.places), right=True).tolist()
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.first = MaskedLinear(seen[:, None] >= own)
        self.hidden = nn.ModuleList(MaskedLinear(seen[:, None] >= seen) for _ in range(layers - 1))
        self.last = MaskedLinear(own[:, None] >= seen)
        self.dropout = nn.Dropout(dropout)

    def forward(self, symbols: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        length = symbols.shape[1]
        whole = F.pad(symbols, (0, self.places - length))
        x = self.first(self._one_hot(whole).flatten(1)) + self.conditioner(conditions, len(symbols))
        for layer in self.hidden:
            x = x + layer(self.dropout(F.silu(x)))
        return in_float32(self.last, self.dropout(F.silu(x))).unflatten(1, (self.places, -1))[:, :length]

    def _one_hot(self, symbols: Tensor) -> Tensor:
        return F.one_hot(symbols, self.symbols).to(self.first.weight.dtype)

    def begin(self, batch: int, length: int, conditions: Mapping[str, Tensor]) -> SymbolMemory:
        """Return an empty memory for `batch` rows of at most `length` symbols."""
        weight = self.first.weight
        units = [weight.new_zeros(batch, len(weight)) for _ in range(1 + len(self.hidden))]
        return SymbolMemory(weight.new_zeros(batch, weight.shape[1]), units, self.conditioner(conditions, batch))

    def advance(self, symbols: Tensor, memory: SymbolMemory) -> Tensor:
        """Read the next symbols into the memory and predict the one after each."""
        return torch.stack([self._step(column, memory) for column in symbols.unbind(1)], 1)

    def _step(self, symbols: Tensor, memory: SymbolMemory) -> Tensor:
        """Read one symbol of each row; of all units only those that see it, and nothing later, are new."""
        place = memory.place
        memory.symbols[:, self._numbers(place)] = self._one_hot(symbols)
        new = slice(self.ends[place - 1] if place else 0, self.ends[place])
        x = _rows(self.first, new, memory.symbols) + memory.condition[:, new]
        for layer, units in zip(self.hidden, memory.units, strict=False):
            units[:, new] = F.silu(x)
            x = x + _rows(layer, new, units)
        memory.units[-1][:, new] = F.silu(x)
        memory.place += 1
        return _rows(self.last, self._numbers(place), memory.units[-1])

    def _numbers(self, place: int) -> slice:
        return slice(place * self.symbols, (place + 1) * self.symbols)


def _rows(layer: nn.Module, rows: slice, x: Tensor) -> Tensor:
    """Compute some of a masked layer's outputs. Shapes: (batch, inputs) -> (batch, rows)."""
    assert isinstance(layer, MaskedLinear)
    return F.linear(x, (layer.weight * layer.mask)[rows], layer.bias[rows])
