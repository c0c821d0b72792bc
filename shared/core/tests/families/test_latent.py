"""What models of the codes of an autoencoder have in common."""

import pytest
import torch

from gdl_core.pairing import Design, build
from gdl_core.randomness import Ambient
from gdl_core.spaces import Batch, Grid, Tokens

ROW = Tokens(2, 2, variable=False)
MAP = Grid(1, (2, 1), levels=2)
DESIGNS = {
    "flow": Design("flow", ROW, variant="latent", family_options={"latent": 2}, network_options={"width": 16}),
    "sequence": Design("flow", ROW, variant="sequence", family_options={"latent": 2}, network_options={"width": 16}),
    "diffusion": Design("diffusion", ROW, variant="latent", family_options={"latent": 2}, network_options={"width": 8}),
    "map": Design("diffusion", MAP, variant="latent", family_options={"width": 2}, network_options={"width": 8}),
}
VALUES = torch.cartesian_prod(torch.arange(2), torch.arange(2))


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_bounds_of_all_samples_sum_to_less_than_one(design):
    model = build(design).eval()
    every = Batch(VALUES.reshape(4, *design.space.parts[0].shape))
    many = every.rows(torch.arange(4).repeat_interleave(100))
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)
        logs = model.bound(many, Ambient(400, torch.device("cpu"))).reshape(4, 100)  # each with noise of its own
        assert model.log_prob(every).kind == "lower_bound"
    assert logs.mean(1).exp().sum() < 1


@pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
def test_a_score_follows_from_the_sample_alone(design):
    model = build(design).eval()
    every = Batch(VALUES.reshape(4, *design.space.parts[0].shape))
    with torch.no_grad():
        together, alone = model.log_prob(every).values, model.log_prob(every.rows([2])).values
    assert torch.allclose(together[2:3], alone, atol=1e-3)


def test_what_is_free_of_a_code_costs_nothing_in_training_and_counts_in_the_bound():
    scores, slopes = [], []
    for nats in (1e3, 0.0):
        options = {"family_options": {"free_nats": nats}, "network_options": {"width": 16}}
        model = build(Design("flow", ROW, variant="sequence", **options))
        scores.append(model.eval().log_prob(Batch(VALUES)).values)
        model.train().loss(Batch(VALUES)).sum().backward()
        slopes.append(any(part.grad is not None and part.grad.any() for part in model.prior.parameters()))
    assert torch.equal(*scores)
    assert slopes == [False, True]
