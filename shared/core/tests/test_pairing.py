import json

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.errors import UsageError
from gdl_core.pairing import Design, build, pairs, widen
from gdl_core.spaces import Graph, Grid, Points, Tokens, Vector

TOKENS = Tokens(6, 8)


SPACES = {
    "tokens": TOKENS,
    "vector": Vector(3),
    "grid": Grid(1, (8, 8), levels=4),
    "points": Points(6, 3),
    "graph": Graph(6, 3, 3),
}


def test_every_pair_of_the_table_can_be_built():
    assert ("autoregressive", "tokens") in pairs()
    for family, kind in pairs():
        assert build(Design(family, SPACES[kind])).name == family


def test_a_design_survives_json():
    design = Design("autoregressive", TOKENS, "recurrent", {}, {"width": 8}, (ClassCondition("a", ("x", "y")),))
    assert Design.from_config(json.loads(json.dumps(design.to_config()))) == design


def test_weights_come_from_the_seed_and_leave_the_global_state_alone():
    state = torch.get_rng_state()
    one, same, other = (build(Design("autoregressive", TOKENS), seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["network.head.weight"], other["network.head.weight"])


@pytest.mark.parametrize(
    ("design", "message"),
    [
        (Design("autoregresive", TOKENS), "did you mean 'autoregressive'"),
        (Design("autoregressive", Vector(2), variant="pixel"), "no variant 'pixel'"),
        (Design("autoregressive", TOKENS, "transfomer"), "did you mean 'transformer'"),
        (Design("autoregressive", TOKENS, network_options={"depth": 3}), "depth"),
        (Design("autoregressive", TOKENS, network_options={"width": 30, "heads": 4}), "multiple"),
    ],
)
def test_what_cannot_be_built_is_refused_with_what_can(design, message):
    with pytest.raises(UsageError, match=message):
        build(design)


@pytest.mark.parametrize("network", ["transformer", "recurrent"])
def test_a_widened_model_gives_old_sequences_the_odds_they_had(network):
    options = {"width": 32, "heads": 4} if network == "transformer" else {"width": 32}
    model = build(Design("autoregressive", TOKENS, network, network_options=options), seed=1)
    wide = widen(model, Design("autoregressive", Tokens(9, 12), network, network_options=options))
    symbols = torch.randint(7, (4, 8), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(model.network(symbols, {}), wide.network(symbols, {})[..., :7], atol=1e-6)


def test_weights_for_each_place_are_kept_for_the_same_space_and_refused_for_a_larger_one():
    design = Design("autoregressive", TOKENS, "perceptron", network_options={"width": 32})
    model = build(design, seed=1)
    same = widen(model, design).state_dict()
    assert all(torch.equal(same[name], tensor) for name, tensor in model.state_dict().items())
    with pytest.raises(UsageError, match="needs a new model"):
        widen(model, Design("autoregressive", Tokens(9, 12), "perceptron", network_options={"width": 32}))


def test_a_model_does_not_shrink():
    with pytest.raises(UsageError, match="shrink"):
        widen(build(Design("autoregressive", TOKENS)), Design("autoregressive", Tokens(3, 8)))
