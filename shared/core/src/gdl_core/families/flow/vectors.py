"""Coupling flows on vectors: spline, RealNVP, NICE."""

from gdl_core.families.flow.bijection import Bijection, Chain
from gdl_core.families.flow.coupling import SplitCoupling
from gdl_core.families.flow.flow import Flow
from gdl_core.families.flow.laws import Additive, Affine, Law
from gdl_core.families.flow.layers import ActNorm, Shuffle
from gdl_core.families.flow.spline import Spline
from gdl_core.families.roles import Networks
from gdl_core.spaces import Vector


def couplings(size: int, law: Law, networks: Networks, *, steps: int) -> Bijection:
    """Chain couplings over vectors, normalised at first, in another order after every second of them."""
    chain: list[Bijection] = [ActNorm((size,))]
    for step in range(steps):
        network = networks(
            "conditioner", space=Vector(size - size // 2), inputs=max(size // 2, 1), outputs=(law.parameters,)
        )
        chain.append(SplitCoupling(size, law, network))
        if step % 2 and size > 2 and step + 1 < steps:
            chain.append(Shuffle(size))
    return Chain(chain)


class VectorFlow(Flow):
    """What the coupling flows on vectors share."""

    spaces = ("vector",)
    roles = ("conditioner",)
    space: Vector


class SplineFlow(VectorFlow):
    """Couplings by rational-quadratic splines (Durkan et al. 2019, neural spline flows, arXiv:1906.04032).

    Example:
        >>> from gdl_core.pairing import Design, build
        >>> from gdl_core.randomness import Streams
        >>> model = build(Design("flow", Vector(3)))
        >>> len(model.sample(Streams(0, range(5)), temperature=0.8).samples)
        5
    """

    variant = "spline"

    def __init__(
        self,
        space: Vector,
        networks: Networks,
        *,
        steps: int = 6,
        bins: int = 8,
        bound: float = 5.0,
        condition_dropout: float = 0.1,
    ) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = couplings(space.size, Spline(bins=bins, bound=bound), networks, steps=steps)


class RealNVP(VectorFlow):
    """Affine couplings (Dinh et al. 2016, arXiv:1605.08803)."""

    variant = "realnvp"

    def __init__(self, space: Vector, networks: Networks, *, steps: int = 16, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        self.bijection = couplings(space.size, Affine(), networks, steps=steps)


class NICE(VectorFlow):
    """Additive couplings, then a scale for each dimension (Dinh et al. 2014, arXiv:1410.8516)."""

    variant = "nice"

    def __init__(self, space: Vector, networks: Networks, *, steps: int = 8, condition_dropout: float = 0.1) -> None:
        super().__init__(space, networks, condition_dropout=condition_dropout)
        additive = couplings(space.size, Additive(), networks, steps=steps)
        self.bijection = Chain([additive, ActNorm((space.size,))])
