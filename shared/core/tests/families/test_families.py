"""Every family keeps every law, on every space and with every network that it is paired with."""

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.pairing import NETWORKS, Design
from gdl_core.spaces import Tokens
from gdl_core.testing import FAMILY_LAWS, TOKEN_LIKELIHOOD_LAWS

TOKENS = Tokens(vocabulary_size=7, max_length=9)
SAMPLES = {"tokens": [torch.arange(n) * (n + 3) % 7 for n in (1, 5, 9, 3, 2, 7, 4, 6, 8)]}
SMALL = {
    "transformer": {"width": 32, "layers": 2, "heads": 4},
    "recurrent": {"width": 32},
}
DESIGNS = [
    Design(family, TOKENS, network, network_options=SMALL[network])
    for (family, kind), networks in NETWORKS.items()
    for network in networks
    if kind == "tokens"
]
VARIANTS = [
    Design("autoregressive", TOKENS, "recurrent", network_options={"width": 32, "cell": "gru"}),
    Design("autoregressive", Tokens(7, 9), "transformer", network_options={"width": 32, "heads": 4, "dropout": 0.1}),
    Design(
        "autoregressive",
        TOKENS,
        "transformer",
        network_options=SMALL["transformer"],
        conditions=(ClassCondition("kind", ("a", "b")),),
    ),
]


def name(design: Design) -> str:
    return f"{design.family}-{design.network}"


@pytest.mark.parametrize("design", DESIGNS + VARIANTS[:2], ids=name)
@pytest.mark.parametrize("law", FAMILY_LAWS, ids=lambda law: law.__name__)
def test_a_family_keeps_the_law(law, design):
    law(design, SAMPLES[design.space.kind])


@pytest.mark.parametrize("space", [Tokens(3, 4), Tokens(3, 4, variable=False)], ids=["variable", "fixed"])
@pytest.mark.parametrize("design", DESIGNS, ids=name)
@pytest.mark.parametrize("law", TOKEN_LIKELIHOOD_LAWS, ids=lambda law: law.__name__)
def test_an_exact_likelihood_keeps_the_law(law, design, space):
    law(Design(design.family, space, design.network, network_options=design.network_options))
