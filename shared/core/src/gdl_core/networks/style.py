"""A generator whose every layer is steered by a style, over any number of axes: StyleGAN2 of Karras et al. (2020).

arXiv:1912.04958. Random numbers for each cell are left out: a sample follows from its code alone.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gdl_core.conditions import Condition
from gdl_core.networks.conditioner import Conditioner
from gdl_core.networks.convolution import halvings, widths_of
from gdl_core.networks.precision import in_float32
from gdl_core.networks.pyramid import cells_last, finer
from gdl_core.networks.strides import CONVOLUTIONS, convolve
from gdl_core.spaces import Grid


class StyledConvolution(nn.Module):
    """A convolution whose weights are scaled for each sample by its style, and whose outputs keep their size.

    Each input channel is multiplied by its style; then each output channel is divided by the norm of the weights that
    this amounts to (section 2.2). Scaling inputs and outputs in place of the weights gives the same for less.
    Shapes: (batch, inputs, *axes), (batch, style) -> (batch, outputs, *axes).
    """

    def __init__(self, inputs: int, outputs: int, axes: int, style: int, *, kernel: int = 3) -> None:
        super().__init__()
        self.convolution = CONVOLUTIONS[axes - 1](inputs, outputs, kernel, padding=kernel // 2, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.style = nn.Linear(style, inputs)
        nn.init.ones_(self.style.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale = self.style(style)
        squares = self.convolution.weight.float().square().flatten(2).sum(2)  # outputs, inputs
        size = (F.linear(scale.square(), squares) + 1e-8).rsqrt()  # batch, outputs
        y = self.convolution(_over_cells(scale, x) * x)
        return y * _over_cells(size, y) + _over_cells(self.bias[None], y)


def _over_cells(numbers: Tensor, like: Tensor) -> Tensor:
    """Give numbers per channel trailing axes. Shapes: (batch, channels) -> (batch, channels, 1, ...)."""
    return numbers.reshape(*numbers.shape, *(1,) * (like.ndim - 2))


class StyleBlock(nn.Module):
    """Two styled convolutions at one scale.

    Shapes: (batch, inputs, *axes), (batch, style) -> (batch, outputs, *axes).
    """

    def __init__(self, inputs: int, outputs: int, axes: int, style: int) -> None:
        super().__init__()
        self.first = StyledConvolution(inputs, outputs, axes, style)
        self.second = StyledConvolution(outputs, outputs, axes, style)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = F.leaky_relu(self.first(x, style), 0.2)
        return F.leaky_relu(self.second(x, style), 0.2)


class StyleGenerator(nn.Module):
    """Makes numbers for each cell from a code. Shapes: (batch, inputs) -> (batch, channels, *shape, outputs[0]).

    `layers` make a style of `style` numbers out of the code. `width` is the number of channels at the finest scale; it
    doubles at each coarser one. Every scale adds to the result.
    """

    def __init__(
        self,
        space: Grid,
        *,
        inputs: int,
        outputs: Sequence[int],
        conditions: Sequence[Condition] = (),
        width: int = 32,
        style: int = 128,
        layers: int = 4,
    ) -> None:
        super().__init__()
        self.shapes, self.outputs = halvings(space.shape)[::-1], outputs[0]
        sizes, axes = widths_of(width, len(self.shapes))[::-1], len(space.shape)
        self.conditioner = Conditioner(conditions, inputs)
        lengths = [inputs, *[style] * layers]
        self.mapping = nn.ModuleList(nn.Linear(before, after) for before, after in pairwise(lengths))
        self.start = nn.Parameter(torch.randn(sizes[0], *self.shapes[0]))
        pairs = zip([sizes[0], *sizes], sizes, strict=False)
        self.blocks = nn.ModuleList(StyleBlock(before, after, axes, lengths[-1]) for before, after in pairs)
        self.results = nn.ModuleList(convolve(axes, size, space.channels * self.outputs, size=1) for size in sizes)

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        style = codes * (codes.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        style = style + self.conditioner(conditions, len(codes))
        for layer in self.mapping:
            style = F.leaky_relu(layer(style), 0.2)
        x = self.start.expand(len(codes), *self.start.shape)
        total = torch.zeros((), device=x.device)
        for block, result, shape in zip(self.blocks, self.results, self.shapes, strict=True):
            x = block(finer(x, shape), style)
            total = in_float32(result, x) + (finer(total, shape) if total.ndim else total)
        return (cells_last(total, self.outputs),)
