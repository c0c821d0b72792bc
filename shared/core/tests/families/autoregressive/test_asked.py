"""Autoregressive models on every space do what they are asked: classes, numbers and sequences."""

import pytest
import torch

from gdl_core.conditions import ClassCondition, SequenceCondition, VectorCondition
from gdl_core.families.guidance import missing
from gdl_core.pairing import NETWORKS, Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Graph, Grid, Points, Tokens, Vector

ASKED = (
    ClassCondition("kind", ("a", "b", "c")),
    VectorCondition("size", (0.0,), (1.0,), (0.0,), (1.0,)),
    SequenceCondition("words", size=4, length=3),
)
SPACES = [Tokens(3, 4), Grid(2, (5,), levels=3), Vector(3), Points(3, 2), Graph(3, 2, 2)]
CASES = [
    (space, network)
    for space in SPACES
    for network in NETWORKS["autoregressor", "tokens" if isinstance(space, Graph) else space.kind]
]


def asked(count: int) -> dict[str, torch.Tensor]:
    numbers = torch.Generator().manual_seed(0)
    return {
        "kind": torch.arange(count) % 3,
        "size": torch.randn(count, 1, generator=numbers),
        "words": torch.randn(count, 3, 4, generator=numbers),
    }


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0].kind}-{case[1]}")
def model(request):
    space, network = request.param
    options = {"width": 16, "layers": 2, "heads": 2} if network == "transformer" else {"width": 16}
    built = build(Design("autoregressive", space, network, network_options=options, conditions=ASKED), seed=1).eval()
    numbers = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=numbers))
    return built


def test_every_condition_is_heard_and_a_missing_one_stands_for_anything(model):
    space, conditions = model.space, asked(4)
    samples = model.sample(Streams(0, range(4)), conditions=conditions).samples
    with torch.no_grad():
        usual = model.loss(space.collate(samples, conditions))
        for name, condition in conditions.items():
            others = {other: tensor for other, tensor in conditions.items() if other != name}
            absent = model.loss(space.collate(samples, others))
            assert not torch.allclose(usual, absent)
            told = model.loss(space.collate(samples, {**others, name: missing(condition)}))
            assert torch.allclose(absent, told, atol=1e-5)


def test_what_is_drawn_for_conditions_has_the_probability_it_is_said_to_have(model):
    conditions = asked(8)
    draws = model.sample(Streams(1, range(8)), conditions=conditions)
    free = model.sample(Streams(1, range(8)))
    assert not torch.equal(draws.log_prob, free.log_prob)
    with torch.no_grad():
        again = model.log_prob(model.space.collate(draws.samples, conditions)).values
    assert torch.allclose(draws.log_prob, again, atol=1e-3)


def test_bfloat16_changes_a_likelihood_by_little(model):
    conditions = asked(8)
    batch = model.space.collate(model.sample(Streams(1, range(8)), conditions=conditions).samples, conditions)
    with torch.no_grad():
        exact = model.log_prob(batch).values
        with torch.autocast("cpu", torch.bfloat16):
            rounded = model.log_prob(batch).values
    assert rounded.dtype == torch.float32
    assert torch.allclose(exact, rounded, rtol=0.03, atol=0.1)


def test_in_training_a_condition_is_forgotten_now_and_then(model):
    conditions = {"kind": asked(64)["kind"]}
    samples = model.sample(Streams(0, range(64)), conditions=conditions).samples
    batch, bare = model.space.collate(samples, conditions), model.space.collate(samples)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        usual, without, training = model.loss(batch), model.loss(bare), model.train().loss(batch)
    forgotten = ~torch.isclose(training, usual, atol=1e-4)
    assert 0 < forgotten.sum() < 20
    assert torch.allclose(training[forgotten], without[forgotten], atol=1e-3)


def test_no_samples_is_a_fine_number_to_ask_for(model):
    draws = model.sample(Streams(0, []), conditions=asked(0))
    assert draws.samples == [] and draws.log_prob.shape == (0,)
