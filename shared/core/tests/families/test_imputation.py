"""A known part draws the rest after it: on a Gaussian whose two numbers go together, what follows is in closed form."""

import math

import pytest
import torch

from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Vector
from gdl_core.testing.families import learn

CORRELATION = 0.9
KNOWN = 1.0
DESIGNS = {
    "flow": Design("flow", Vector(2), variant="realnvp"),
    "vae": Design("vae", Vector(2), variant="gaussian", family_options={"latent": 2}, network_options={"width": 32}),
    "gan": Design("gan", Vector(2), family_options={"latent": 4}, network_options={"width": 64}),
}


def pairs(count: int) -> torch.Tensor:
    """Draw pairs of standard normal numbers with this correlation."""
    a, b = torch.randn(2, count, generator=torch.Generator().manual_seed(0))
    return torch.stack([a, CORRELATION * a + math.sqrt(1 - CORRELATION**2) * b], 1)


@pytest.mark.slow
@pytest.mark.parametrize("family", DESIGNS)
def test_what_is_known_moves_the_rest_towards_what_goes_with_it(family):
    model = build(DESIGNS[family], seed=0)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        learn(model, Batch(pairs(512)), steps=250)
    given = Given(Batch(torch.tensor([[KNOWN, 0.0]])), (torch.tensor([[True, False]]),))
    samples = torch.stack(model.eval().sample(Streams(0, range(300)), given=given).samples)
    assert (samples[:, 0] == KNOWN).all()
    assert samples[:, 1].mean().item() == pytest.approx(CORRELATION * KNOWN, abs=0.3)
    if family == "flow":  # its walk draws from the conditional distribution itself
        assert samples[:, 1].std().item() == pytest.approx(math.sqrt(1 - CORRELATION**2), rel=0.35)
