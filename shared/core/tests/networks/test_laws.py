"""Every encoder, decoder and denoiser, and what stands in their place, keeps every law, at even and odd sizes."""

from inspect import signature

import pytest

from gdl_core.pairing import NETWORKS, STANDS_IN
from gdl_core.spaces import Graph, Grid, Points, Tokens, Vector
from gdl_core.testing import NETWORK_LAWS

SPACES = [
    Vector(3),
    Tokens(5, 6),
    Tokens(5, 7, variable=False),
    Grid(2, (9,)),
    Grid(1, (3,)),
    Grid(3, (7, 5), levels=4),
    Grid(1, (3, 4, 6)),
    Points(5, 2),
    Points(4, 3, variable=False),
    Graph(5, 3, 4),
]
SMALL = {"width": 8, "layers": 2, "heads": 2, "lengths": 3}
CASES = [
    (network, STANDS_IN.get(role, role), space)
    for (role, kind), networks in NETWORKS.items()
    if STANDS_IN.get(role, role) in ("encoder", "decoder", "denoiser", "analysis", "synthesis")
    for network in networks.values()
    for space in SPACES
    if space.kind == kind
]


def name(case: object) -> str:
    if isinstance(case, Grid):
        return "grid" + "x".join(map(str, case.shape))
    return getattr(case, "__name__", None) or getattr(case, "kind", None) or str(case)


@pytest.mark.parametrize(("network", "role", "space"), CASES, ids=name)
@pytest.mark.parametrize("law", NETWORK_LAWS, ids=name)
def test_a_network_keeps_the_law(law, network, role, space):
    options = {option: value for option, value in SMALL.items() if option in signature(network).parameters}
    law(network, role, space, options)
