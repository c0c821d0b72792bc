"""Transformers over samples that are rows of elements: tokens, which have places, and points, which have none."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.bidirectional import AxialRotary, Block, ModulatedBlock, Pool
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.modulation import Modulation, zeroed
from gdl_core.networks.periods import Periods
from gdl_core.networks.precision import in_float32
from gdl_core.networks.reading import reader_for
from gdl_core.networks.time import TimeEmbedding
from gdl_core.spaces import Batch, Points, Tokens


class Elements(nn.Module):
    """Embeds elements; those that have `places` also learn where they stand, and by what `periods` places are alike.

    Each is embedded with those around it, an odd number of places in its `window`: a convolution.
    Shapes: (batch, elements, numbers), places (elements, axes) -> (batch, elements, width).
    """

    def __init__(
        self, numbers: int, places: Tensor | None, width: int, *, periods: Sequence[int] = (), window: int = 1
    ) -> None:
        super().__init__()
        if places is None and (periods or window > 1):
            raise ValueError("elements without places have no periods, and none stands beside another in a window")
        if window < 1 or window % 2 == 0:
            raise ValueError(f"a window holds an odd number of places, not {window}")
        if places is None:
            self.embed: nn.Module = nn.Sequential(nn.Linear(numbers, width), nn.SiLU(), nn.Linear(width, width))
            self.places: nn.Parameter | None = None
        else:
            self.embed = nn.Linear(numbers, width, bias=False)
            self.places = nn.Parameter(torch.randn(len(places), width) * 0.02)
        self.periods = Periods(periods, width)
        self.around = nn.Conv1d(numbers, width, window, padding=window // 2, bias=False) if window > 1 else None

    def forward(self, values: Tensor) -> Tensor:
        rows = in_float32(self.embed, values)  # so that all that is added to them keeps their precision
        if self.around is not None:
            rows = rows + in_float32(self.around, values.transpose(1, 2)).transpose(1, 2)
        return rows if self.places is None else self.periods(rows + self.places)


class Stack(nn.Module):
    """Blocks one after the other and a norm behind them, with what they read of the conditions.

    Shapes: (batch, elements, width) -> the same.
    """

    def __init__(
        self, places: Tensor | None, conditions: Sequence[Condition], *, width: int, layers: int, heads: int
    ) -> None:
        super().__init__()
        rotary = None if places is None else AxialRotary(width // heads, places)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        self.blocks = nn.ModuleList(Block(width, heads, rotary, reads=reads) for _ in range(layers))
        self.norm = nn.RMSNorm(width)

    def forward(self, x: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        read = None if self.reader is None else self.reader(conditions, len(x))
        for block in self.blocks:
            x = block(x, read)
        return self.norm(x)


class ModulatedStack(nn.Module):
    """As `Stack`, its layers set by time and conditions, and with `answers` for each element, which are zero at first.

    After the diffusion transformer of Peebles and Xie (2022), arXiv:2212.09748.
    Shapes: (batch, elements, width), (batch,) -> (batch, elements, answers).
    """

    def __init__(
        self,
        places: Tensor | None,
        conditions: Sequence[Condition],
        *,
        inputs: int = 0,
        answers: int,
        width: int,
        layers: int,
        heads: int,
    ) -> None:
        super().__init__()
        rotary = None if places is None else AxialRotary(width // heads, places)
        self.time = TimeEmbedding(width)
        self.conditioner = Conditioner(conditions, width, inputs=inputs)
        self.reader = reader_for(conditions, width)
        reads = self.reader is not None
        self.blocks = nn.ModuleList(ModulatedBlock(width, heads, rotary, reads=reads) for _ in range(layers))
        self.norm = nn.RMSNorm(width, elementwise_affine=False)
        self.modulation = Modulation(width, width, 2)
        self.answers = zeroed(nn.Linear(width, answers))

    def forward(self, x: Tensor, time: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
        context = self.time(time) + self.conditioner(conditions, len(x))
        read = None if self.reader is None else self.reader(conditions, len(x))
        for block in self.blocks:
            x = block(x, context, read)
        scale, shift = (row[:, None] for row in self.modulation(context))
        return in_float32(self.answers, self.norm(x) * (1 + scale) + shift)


class TransformerEncoder(nn.Module):
    """Sums up tokens or points, these in any order (Lee et al. 2018, arXiv:1810.00825).

    Shapes: (batch, elements, numbers) -> (batch, outputs[0]).

    Example:
        >>> model = TransformerEncoder(Tokens(vocabulary_size=5, max_length=4), outputs=(2,), width=32)
        >>> model(Batch(torch.zeros(3, 4, 6))).shape  # the sixth symbol is for no token
        torch.Size([3, 2])
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
        periods: Sequence[int] = (),
        window: int = 1,
    ) -> None:
        super().__init__()
        places = places_of(space)
        self.elements = Elements(space.real_shapes[0][1], places, width, periods=periods, window=window)
        self.conditioner = Conditioner(conditions, width)
        self.stack = Stack(places, conditions, width=width, layers=layers, heads=heads)
        self.pool = Pool(width, heads)
        self.head = nn.Linear(width, outputs[0])

    def forward(self, batch: Batch) -> Tensor:
        x = self.elements(batch.values) + self.conditioner(batch.conditions, len(batch))[:, None]
        return in_float32(self.head, self.pool(self.stack(x, batch.conditions)))


class TransformerDecoder(nn.Module):
    """Makes all tokens or points at once from a code, each from a learned vector of its own.

    Shapes: (batch, inputs) -> (batch, *part.shape, outputs[0]).

    Example:
        >>> model = TransformerDecoder(Points(count=7, features=3, variable=False), inputs=4, outputs=(1,), width=32)
        >>> model(torch.zeros(2, 4), {})[0].shape
        torch.Size([2, 7, 3, 1])
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 3,
        heads: int = 4,
        periods: Sequence[int] = (),
    ) -> None:
        super().__init__()
        self.shape = answer_shape(space, outputs[0])
        self.slots = nn.Parameter(torch.randn(space.parts[0].shape[0], width))
        self.periods = Periods(periods, width)
        self.code = nn.Linear(inputs, width)
        self.conditioner = Conditioner(conditions, width)
        self.stack = Stack(places_of(space), conditions, width=width, layers=layers, heads=heads)
        self.answers = nn.Linear(width, math.prod(self.shape))

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        context = self.code(codes) + self.conditioner(conditions, len(codes))
        x = self.stack(self.periods(self.slots + context[:, None]), conditions)
        return (in_float32(self.answers, x).unflatten(-1, self.shape),)


class TransformerDenoiser(nn.Module):
    """Makes numbers for each token or point at a time. Permuting points permutes the output.

    Shapes: (batch, elements, numbers), (batch,) -> (batch, *part.shape, outputs[0]).

    Example:
        >>> model = TransformerDenoiser(Tokens(vocabulary_size=5, max_length=4), outputs=(6,), width=32)
        >>> model(Batch(torch.zeros(3, 4, 6)), torch.zeros(3))[0].shape
        torch.Size([3, 4, 6])
    """

    def __init__(
        self,
        space: Tokens | Points,
        *,
        inputs: int = 0,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 128,
        layers: int = 4,
        heads: int = 4,
        periods: Sequence[int] = (),
        window: int = 1,
    ) -> None:
        super().__init__()
        places = places_of(space)
        self.shape = answer_shape(space, outputs[0])
        self.elements = Elements(space.real_shapes[0][1], places, width, periods=periods, window=window)
        answers = math.prod(self.shape)
        self.stack = ModulatedStack(
            places, conditions, inputs=inputs, answers=answers, width=width, layers=layers, heads=heads
        )

    def forward(self, batch: Batch, time: Tensor) -> tuple[Tensor, ...]:
        answers = self.stack(self.elements(batch.values), time, batch.conditions)
        return (answers.unflatten(-1, self.shape),)


def places_of(space: Tokens | Points) -> Tensor | None:
    """Return where each element stands, if they are in order. Shapes: (elements, 1)."""
    return torch.arange(space.max_length)[:, None] if isinstance(space, Tokens) else None


def answer_shape(space: Tokens | Points, outputs: int) -> tuple[int, ...]:
    """Return the shape of what is answered for one token or one point."""
    return (*space.parts[0].shape[1:], outputs)
