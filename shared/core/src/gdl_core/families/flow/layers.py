"""Bijections that mix and scale channels: what stands between couplings.

Kingma and Dhariwal (2018), Glow, arXiv:1807.03039.
"""

import math

import torch
from torch import Tensor, nn

from gdl_core.families.flow.bijection import Asked, Bijection
from gdl_core.families.processes import mean_over_processes


class ActNorm(Bijection):
    """Shifts and scales each channel, at first so that the first batch has mean 0 and variance 1.

    `shape` is one sample's, with 1 for each axis whose positions share their numbers. Whether a first batch was seen
    is a buffer: a run that resumes does not start again. Several processes start with the statistics of all.
    Shapes: (batch, ...) -> (batch, ...).
    """

    begun: Tensor

    def __init__(self, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(shape))
        self.log_scale = nn.Parameter(torch.zeros(shape))
        self.register_buffer("begun", torch.tensor(False))

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        if self.training and not self.begun:
            self._begin(x)
        cells = x[0].numel() // self.shift.numel()
        return (x + self.shift) * self.log_scale.exp(), (self.log_scale.sum() * cells).expand(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        return z * (-self.log_scale).exp() - self.shift

    @torch.no_grad()
    def _begin(self, x: Tensor) -> None:
        axes = [0, *(1 + axis for axis, size in enumerate(self.shift.shape) if size == 1 and x.shape[1 + axis] > 1)]
        self.shift.copy_(-mean_over_processes(x.mean(axes, keepdim=True)[0]))
        if x.numel() > self.shift.numel():  # one number has no variance
            variance = mean_over_processes((x + self.shift).square().mean(axes, keepdim=True)[0])
            self.log_scale.copy_(variance.clamp(min=1e-6).log() / -2)
        self.begun.fill_(True)


class Shuffle(Bijection):
    """Puts the numbers of a vector in another order: every second one first, then the others."""

    order: Tensor
    back: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        order = torch.cat([torch.arange(0, size, 2), torch.arange(1, size, 2)])
        self.register_buffer("order", order, persistent=False)
        self.register_buffer("back", order.argsort(), persistent=False)

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        return x.index_select(1, self.order), x.new_zeros(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        return z.index_select(1, self.back)


class Flip(Bijection):
    """Turns the last axis round."""

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        return x.flip(-1), x.new_zeros(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        return z.flip(-1)


class Reshape(Bijection):
    """Gives each sample another shape."""

    def __init__(self, before: tuple[int, ...], after: tuple[int, ...]) -> None:
        super().__init__()
        self.before, self.after = before, after

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        return x.reshape(len(x), *self.after), x.new_zeros(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        return z.reshape(len(z), *self.before)


class ChannelMix(Bijection):
    """An invertible matrix over channels, the same at every cell, held by its triangular factors.

    Starts as a random rotation. Shapes: (batch, channels, ...) -> the same.
    """

    permutation: Tensor
    sign: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        rotation = torch.linalg.qr(torch.randn(channels, channels))[0]
        permutation, lower, upper = torch.linalg.lu(rotation)
        self.register_buffer("permutation", permutation)
        self.register_buffer("sign", upper.diagonal().sign())
        self.lower = nn.Parameter(lower.tril(-1))
        self.upper = nn.Parameter(upper.triu(1))
        self.log_diagonal = nn.Parameter(upper.diagonal().abs().log())

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        with torch.autocast(x.device.type, enabled=False):  # the inverse undoes the matrix unrounded
            lower, upper = self._factors()
            matrix = self.permutation @ lower @ upper
        cells = math.prod(x.shape[2:])
        return mix(matrix, x), (self.log_diagonal.sum() * cells).expand(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        lower, upper = self._factors()
        half = torch.linalg.solve_triangular(lower, self.permutation.T, upper=False, unitriangular=True)
        return mix(torch.linalg.solve_triangular(upper, half, upper=True), z)

    def _factors(self) -> tuple[Tensor, Tensor]:
        one = torch.eye(len(self.sign), device=self.sign.device, dtype=self.sign.dtype)
        return self.lower.tril(-1) + one, self.upper.triu(1) + (self.sign * self.log_diagonal.exp()).diag()


def mix(matrix: Tensor, x: Tensor) -> Tensor:
    """Apply a matrix to the channels of each cell, in the precision of x whatever autocast says."""
    with torch.autocast(x.device.type, enabled=False):
        return (matrix @ x.reshape(len(x), len(matrix), -1)).view_as(x)


class Squeeze(Bijection):
    """Moves blocks of cells into channels: along each axis `factors` says how many.

    Shapes: (batch, channels, *axes) -> (batch, channels * product of factors, *axes / factors).

    Example:
        >>> Squeeze((2, 2))(torch.zeros(1, 3, 8, 6), {})[0].shape
        torch.Size([1, 12, 4, 3])
    """

    def __init__(self, factors: tuple[int, ...]) -> None:
        super().__init__()
        self.factors = factors

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        axes = len(self.factors)
        blocks = [size for axis, f in enumerate(self.factors) for size in (x.shape[2 + axis] // f, f)]
        split = x.reshape(*x.shape[:2], *blocks)  # batch, channels, then each axis as (blocks, factor)
        inner, outer = [3 + 2 * axis for axis in range(axes)], [2 + 2 * axis for axis in range(axes)]
        return split.permute(0, 1, *inner, *outer).flatten(1, 1 + axes), x.new_zeros(len(x))

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        axes = len(self.factors)
        split = z.unflatten(1, (-1, *self.factors))  # batch, channels, factors, blocks
        order = [place for axis in range(axes) for place in (2 + axes + axis, 2 + axis)]
        whole = split.permute(0, 1, *order)
        return whole.reshape(*whole.shape[:2], *(n * f for n, f in zip(z.shape[2:], self.factors, strict=True)))


class Multiscale(Bijection):
    """Levels one after the other, between which half of the channels is taken out as noise that is done.

    What is taken out and what remains stand side by side in the end, in the shape of the sample.
    Shapes: (batch, channels, *axes) -> the same.
    """

    def __init__(self, levels: list[Bijection], shapes: list[tuple[int, ...]]) -> None:
        """Take the levels, and for each the shape of a sample behind it."""
        super().__init__()
        self.levels, self.shapes = nn.ModuleList(levels), shapes

    def forward(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        shape, total, done = x.shape, x.new_zeros(len(x)), []
        for place, level in enumerate(self.levels):
            if place:
                out, x = x.tensor_split([x.shape[1] // 2], 1)
                done.append(out.flatten(1))
            x, log_det = level(x, asked)
            total = total + log_det
        return torch.cat([*done, x.flatten(1)], 1).reshape(shape), total

    def inverse(self, z: Tensor, asked: Asked, guidance: float = 1.0) -> Tensor:
        rest, shape = z.flatten(1), z.shape
        sizes = [math.prod(one) - (math.prod(one[1:]) * (one[0] - one[0] // 2)) for one in self.shapes[:-1]]
        *done, last = rest.split([*sizes, rest.shape[1] - sum(sizes)], 1)
        x = last.reshape(len(z), *self.shapes[-1])
        for place in reversed(range(len(self.levels))):
            level = self.levels[place]
            assert isinstance(level, Bijection)
            x = level.inverse(x, asked, guidance)
            if place:
                x = torch.cat([done[place - 1].reshape(len(z), -1, *x.shape[2:]), x], 1)
        return x.reshape(shape)
