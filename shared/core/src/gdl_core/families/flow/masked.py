"""Coupling flows on spaces whose elements are alike: cells of grids, points of sets."""

from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.coupling import MaskedCoupling
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Affine, Law
from gdl_core.families.flow.layers import ActNorm
from gdl_core.families.flow.spline import Spline
from gdl_core.families.roles import Networks
from gdl_core.spaces import Space


def masked_couplings(space: Space, law: Law, networks: Networks, *, steps: int) -> list[MaskedCoupling]:
    """Make couplings that move the halves of a space in turn."""
    return [
        MaskedCoupling(space.half(step)[0], law, networks("coupling", outputs=(law.parameters,), space=space))
        for step in range(steps)
    ]


def masked_chain(space: Space, law: Law, networks: Networks, *, steps: int) -> Bijection:
    """Chain such couplings behind a scale for each channel."""
    return Chain([ActNorm(space.channel_shapes[0]), *masked_couplings(space, law, networks, steps=steps)])


class MaskedFlow(Flow):
    """What the coupling flows over masks share.

    On points the halves are of features and the networks treat points alike: the likelihood does not change when
    points change places. With one feature there is nothing for a coupling to see, and points are independent. Where
    sets differ in size, whether there is a point is one more feature, blurred like the levels of a grid, and the
    likelihood is a lower bound.
    """

    spaces = ("grid", "points")
    roles = ("coupling",)


class MaskedSplineFlow(MaskedFlow):
    """Masked couplings by rational-quadratic splines (arXiv:1906.04032)."""

    variant = "spline"

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        steps: int = 8,
        bins: int = 8,
        bound: float = 5.0,
        condition_dropout: float = 0.0,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = masked_chain(space, Spline(bins=bins, bound=bound), networks, steps=steps)


class MaskedRealNVP(MaskedFlow):
    """Masked affine couplings, with checkerboards and channels on grids (arXiv:1605.08803)."""

    variant = "realnvp"

    def __init__(self, space: Space, networks: Networks, *, steps: int = 8, condition_dropout: float = 0.0) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = masked_chain(space, Affine(), networks, steps=steps)
