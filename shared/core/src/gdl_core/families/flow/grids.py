"""Multiscale flows on grids of any number of axes: Glow, and RealNVP and splines by masks."""

import math
from collections.abc import Callable

from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.coupling import masked_couplings
from gdl_core.families.flow.dequantization import Dequantizer
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Affine, Law
from gdl_core.families.flow.layers import ActNorm, ChannelMix, Multiscale, Squeeze
from gdl_core.families.flow.spline import Spline
from gdl_core.families.roles import Networks
from gdl_core.spaces import Grid

CHECKERBOARDS, CHANNELS = range(2), range(2, 4)
"""The turns of `Grid.half`."""


class GridFlow(Flow):
    """What the flows on grids share: levels, between which half of the channels is left behind as noise.

    Where values are levels they are blurred: uniformly or, with `dequantization` couplings, by a flow of their own
    (Ho et al. 2019, Flow++, arXiv:1902.00275), and the likelihood is a lower bound.
    """

    spaces = ("grid",)
    roles = ("coupling",)
    space: Grid

    def __init__(
        self, space: Grid, networks: Networks, *, dequantization: int = 0, condition_dropout: float = 0.1
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        if not space.continuous:
            turns = range(dequantization)
            self.dequantizer = Dequantizer(space, masked_couplings(space, Affine(), networks, turns=turns))


class Glow(GridFlow):
    """Levels of normalisation, channel mixing and affine couplings (Kingma and Dhariwal 2018, arXiv:1807.03039).

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> design = Design("flow", Grid(1, (8, 8), levels=17), network_options={"width": 8})
        >>> build(design).sample(Streams(0, range(2))).samples[0].shape
        torch.Size([1, 8, 8])
    """

    variant = "glow"

    def __init__(
        self,
        space: Grid,
        networks: Networks,
        *,
        levels: int = 2,
        steps: int = 4,
        dequantization: int = 0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, dequantization=dequantization, condition_dropout=condition_dropout)

        def level(whole: Grid, squeezed: Grid, factors: tuple[int, ...]) -> list[Bijection]:
            chain: list[Bijection] = [Squeeze(factors)]
            for step in range(steps):
                turn = CHANNELS[step % len(CHANNELS)]
                (coupling,) = masked_couplings(squeezed, Affine(), networks, turns=[turn])
                chain += [ActNorm(squeezed.channel_shapes[0]), ChannelMix(squeezed.channels), coupling]
            return chain

        self.bijection = multiscale(space, level, levels=levels)


class GridRealNVP(GridFlow):
    """Levels of affine couplings over checkerboards, then over channels (Dinh et al. 2016, arXiv:1605.08803)."""

    variant = "realnvp"

    def __init__(
        self,
        space: Grid,
        networks: Networks,
        *,
        levels: int = 2,
        dequantization: int = 0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, dequantization=dequantization, condition_dropout=condition_dropout)
        self.bijection = multiscale(space, by_masks(Affine(), networks), levels=levels)


class GridSpline(GridFlow):
    """Levels as in RealNVP with rational-quadratic splines for affine maps (arXiv:1906.04032)."""

    variant = "spline"

    def __init__(
        self,
        space: Grid,
        networks: Networks,
        *,
        levels: int = 2,
        bins: int = 8,
        bound: float = 5.0,
        dequantization: int = 0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, dequantization=dequantization, condition_dropout=condition_dropout)
        self.bijection = multiscale(space, by_masks(Spline(bins=bins, bound=bound), networks), levels=levels)


Level = Callable[[Grid, Grid, tuple[int, ...]], list[Bijection]]
"""Builds a level from its space before and after the squeeze, and the factors of the squeeze."""


def by_masks(law: Law, networks: Networks) -> Level:
    """Build levels of couplings over two checkerboards, then over both halves of the squeezed channels."""

    def level(whole: Grid, squeezed: Grid, factors: tuple[int, ...]) -> list[Bijection]:
        checkerboards = masked_couplings(whole, law, networks, turns=CHECKERBOARDS)
        channels = masked_couplings(squeezed, law, networks, turns=CHANNELS)
        before, after = whole.channel_shapes[0], squeezed.channel_shapes[0]
        chain: list[Bijection] = [step for coupling in checkerboards for step in (ActNorm(before), coupling)]
        return [*chain, Squeeze(factors), *(step for coupling in channels for step in (ActNorm(after), coupling))]

    return level


def multiscale(space: Grid, level: Level, *, levels: int) -> Multiscale:
    """Build the levels. There are fewer where the grid has no more cells or channels to divide."""
    channels, axes = space.channels, space.shape
    built: list[Bijection] = []
    shapes: list[tuple[int, ...]] = []
    while len(built) < levels and (not built or (channels > 1 and any(size % 2 == 0 for size in axes))):
        channels -= channels // 2 if built else 0
        whole = Grid(channels, axes)
        factors = tuple(2 if size % 2 == 0 else 1 for size in axes)
        channels, axes = channels * math.prod(factors), tuple(n // f for n, f in zip(axes, factors, strict=True))
        built.append(Chain(level(whole, Grid(channels, axes), factors)))
        shapes.append((channels, *axes))
    return Multiscale(built, shapes)
