"""Glow on grids of any number of axes."""

import math

from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.coupling import MaskedCoupling
from gdl_core.families.flow.dequantization import Dequantizer
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Affine
from gdl_core.families.flow.layers import ActNorm, ChannelMix, Multiscale, Squeeze
from gdl_core.families.flow.masked import masked_couplings
from gdl_core.families.roles import Networks
from gdl_core.spaces import Grid


class Glow(Flow):
    """Levels of normalisation, channel mixing and affine couplings (Kingma and Dhariwal 2018, arXiv:1807.03039).

    Each level first moves blocks of cells into channels and, but for the first, leaves half of the channels behind.
    With levels of brightness the values are blurred: uniformly or, with `dequantization` couplings, by a flow of
    their own (arXiv:1902.00275), and the likelihood is a lower bound.

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> design = Design("flow", Grid(1, (8, 8), levels=17), network_options={"width": 8})
        >>> build(design).sample(Streams(0, range(2))).samples[0].shape
        torch.Size([1, 8, 8])
    """

    variant = "glow"
    spaces = ("grid",)
    roles = ("coupling",)
    space: Grid

    def __init__(
        self,
        space: Grid,
        networks: Networks,
        *,
        levels: int = 2,
        steps: int = 4,
        dequantization: int = 0,
        condition_dropout: float = 0.0,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = multiscale(space, networks, levels=levels, steps=steps)
        if not space.continuous:
            self.dequantizer = Dequantizer(space, masked_couplings(space, Affine(), networks, steps=dequantization))


def multiscale(space: Grid, networks: Networks, *, levels: int, steps: int) -> Multiscale:
    """Build the levels of Glow. Fewer are built where the grid has no more cells or channels to divide."""
    channels, axes = space.channels, space.shape
    built: list[Bijection] = []
    shapes: list[tuple[int, ...]] = []
    while len(built) < levels and (not built or (channels > 1 and any(size % 2 == 0 for size in axes))):
        if built:
            channels -= channels // 2
        factors = tuple(2 if size % 2 == 0 else 1 for size in axes)
        channels, axes = channels * math.prod(factors), tuple(n // f for n, f in zip(axes, factors, strict=True))
        built.append(level(Grid(channels, axes), factors, networks, steps=steps))
        shapes.append((channels, *axes))
    return Multiscale(built, shapes)


def level(space: Grid, factors: tuple[int, ...], networks: Networks, *, steps: int) -> Bijection:
    """Build one level, of `space` after its squeeze."""
    chain: list[Bijection] = [Squeeze(factors)]
    for step in range(steps):
        half = space.half(2 + step % 2)[0]  # of the channels, where there are several
        network = networks("coupling", space=space, outputs=(Affine.parameters,))
        chain += [ActNorm(space.channel_shapes[0]), ChannelMix(space.channels), MaskedCoupling(half, Affine(), network)]
    return Chain(chain)
