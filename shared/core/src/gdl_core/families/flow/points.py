"""Coupling flows on sets of points."""

from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.coupling import masked_couplings
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Law
from gdl_core.families.flow.layers import ActNorm
from gdl_core.families.flow.spline import Spline
from gdl_core.families.roles import Networks
from gdl_core.spaces import Space


def alike(space: Space, law: Law, networks: Networks, *, steps: int) -> Bijection:
    """Chain couplings over the halves of a space, each behind a scale for each channel."""
    chain: list[Bijection] = []
    for coupling in masked_couplings(space, law, networks, turns=range(steps)):
        chain += [ActNorm(space.channel_shapes[0]), coupling]
    return Chain(chain)


class PointSpline(Flow):
    """Spline couplings that move some features of every point as the others say.

    Networks treat points alike, so the likelihood does not change when points change places. With one feature there
    is nothing for a coupling to see, and points are independent. Where sets differ in size, whether there is a point
    is one more feature, blurred, and points that are not there are noise: the likelihood is a lower bound.
    (Durkan et al. 2019, arXiv:1906.04032.)
    """

    variant = "spline"
    spaces = ("points",)
    roles = ("coupling",)

    def __init__(
        self,
        space: Space,
        networks: Networks,
        *,
        steps: int = 8,
        bins: int = 8,
        bound: float = 5.0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = alike(space, Spline(bins=bins, bound=bound), networks, steps=steps)
