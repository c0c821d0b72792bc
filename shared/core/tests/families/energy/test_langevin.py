"""Energies from networks: what they learn, what they keep, what they are asked."""

import math

import pytest
import torch
from torch import Tensor, nn

from gdl_core.conditions import ClassCondition
from gdl_core.errors import UsageError
from gdl_core.families.energy import Joint, Langevin
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, Space, Vector

ANGLES = torch.arange(8) * math.pi / 4
CENTRES = 1.5 * torch.stack([ANGLES.cos(), ANGLES.sin()], 1)


LOWER = torch.ones(4, 4, dtype=torch.bool).tril(-1)


class Bowl(nn.Module):
    """A tilt which makes of the standard normal density one with the mean and the deviation that are asked for."""

    def __init__(self, mean: float, deviation: float) -> None:
        super().__init__()
        self.mean, self.deviation = mean, deviation

    def forward(self, batch: Batch) -> Tensor:
        (x,) = batch.parts
        bowl = ((x - self.mean) / self.deviation) ** 2 / 2 - x**2 / 2
        return bowl.sum(1, keepdim=True) / x.shape[1]


class Pairs(nn.Module):
    """Looks at one direction of each edge only, the second."""

    def forward(self, batch: Batch) -> Tensor:
        seen = batch.edges[:, LOWER].square().flatten(1).sum(1, keepdim=True)
        return seen / 10 + batch.values.flatten(1).sum(1, keepdim=True)


def model_of(space: Space, network: nn.Module) -> Langevin:
    return Langevin(space, lambda role, **sizes: network, chains=4).eval()


def train(model: Langevin, draw, *, steps: int, rate: float) -> None:
    """Take steps of Adam whose rate falls to zero."""
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, betas=(0.0, 0.99))
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        model.loss(draw()).mean().backward()
        optimizer.step()
        schedule.step()


@pytest.mark.parametrize("sampler", ["mala", "hmc"])
def test_samples_follow_the_energy(sampler):
    model = model_of(Vector(3), Bowl(mean=1.0, deviation=0.5))
    x = torch.stack(model.sample(Streams(0, range(2000)), sampler=sampler, steps=60, size=0.05, jump=False).samples)
    assert float(x.mean()) == pytest.approx(1.0, abs=4 * 0.5 / 6000**0.5)
    assert float(x.std()) == pytest.approx(0.5, rel=0.04)


def test_the_jump_takes_off_the_blur():
    """Of normal data with variance 0.21, blurred by 0.2, each blurred sample tells the mean of what it came from."""
    model = model_of(Vector(1), Bowl(mean=0.0, deviation=0.5))
    walked, jumped = (
        torch.stack(model.sample(Streams(0, range(100)), steps=20, jump=jump).samples) for jump in (False, True)
    )
    assert torch.allclose(jumped, walked * (0.21 / 0.25), atol=1e-5)


def test_what_is_given_is_kept_and_tells_about_the_rest():
    class Equal(nn.Module):
        def forward(self, batch: Batch) -> Tensor:
            return 25 * (batch.values[:, :1] - batch.values[:, 1:]) ** 2 / 2

    given = Given(Batch(torch.tensor([[1.5, 0.0]])), (torch.tensor([[True, False]]),))
    model = model_of(Vector(2), Equal())
    x = torch.stack(model.sample(Streams(0, range(500)), given=given, steps=100, sampler="mala").samples)
    assert bool((x[:, 0] == 1.5).all())
    assert float(x[:, 1].mean()) == pytest.approx(1.5 * 50 / 51, abs=0.05)


def test_both_directions_of_an_edge_are_one_coordinate():
    space = Graph(4, 2, 2)
    model = model_of(space, Pairs())
    x = space.normal(Streams(0, range(3)))
    _, (_, slopes) = model.potential(model.tilt, Batch(*x[:1], None, x[1]))(x)
    assert torch.equal(slopes[:, LOWER], x[1][:, LOWER])
    assert not torch.isclose(slopes[:, LOWER.T], x[1][:, LOWER.T]).any()


def test_evaluation_remembers_no_chains():
    model = build(Design("energy", Vector(2), variant="langevin", network_options={"width": 8})).eval()
    model.loss(Batch(torch.zeros(4, 2)))
    assert not bool(model.replay.begun.any())


def test_a_sampler_that_is_not_there_is_an_error_that_names_those_that_are():
    with pytest.raises(UsageError, match="langevin"):
        model_of(Vector(2), Bowl(0.0, 1.0)).sample(Streams(0, range(1)), sampler="gibbs")


@pytest.mark.slow
def test_contrastive_divergence_finds_the_ring_on_which_eight_gaussians_stand():
    """Three quarters of the samples are near the ring, of normal noise a third is; every Gaussian is found."""
    model = build(Design("energy", Vector(2), variant="langevin", network_options={"width": 32}))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        train(model, lambda: Batch(CENTRES[torch.randint(8, (128,))] + 0.1 * torch.randn(128, 2)), steps=300, rate=5e-3)
    x = torch.stack(model.eval().sample(Streams(0, range(400))).samples)
    assert float(((x.norm(dim=1) - 1.5).abs() < 0.35).float().mean()) > 0.75
    assert int(torch.cdist(x, CENTRES).argmin(1).bincount(minlength=8).min()) > 20


@pytest.fixture(scope="module")
def joint() -> Joint:
    """A joint model of two clouds, of which every second sample is labelled."""
    kind = ClassCondition("kind", ("left", "right"))
    design = Design(
        "energy", Vector(2), variant="joint", conditions=(kind,), family_options={"classes": 2},
        network_options={"width": 32},
    )  # fmt: skip
    model = build(design)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        train(model, lambda: clouds(64), steps=200, rate=3e-3)
    return model.eval()


def clouds(count: int) -> Batch:
    classes = torch.randint(2, (count,))
    x = torch.randn(count, 2) * 0.3 + torch.where(classes[:, None] == 1, 1.0, -1.0)
    return Batch(x, conditions={"kind": torch.where(torch.arange(count) % 2 == 0, classes, -1)})


@pytest.mark.slow
def test_a_joint_energy_classifies_and_draws_the_class_that_is_asked_for(joint):
    batch = clouds(200)
    known = batch.conditions["kind"] >= 0
    right = joint.classify(batch).argmax(1) == batch.conditions["kind"]
    assert float(right[known].float().mean()) > 0.98
    asked = {"kind": torch.arange(200) % 2}
    x = torch.stack(joint.sample(Streams(0, range(200)), conditions=asked).samples)
    assert float(((x.sum(1) > 0).long() == asked["kind"]).float().mean()) > 0.9


@pytest.mark.slow
def test_the_joint_density_sums_to_the_density_of_samples(joint):
    x = torch.randn(5, 2)
    both = torch.stack([-joint.tilt(Batch(x, conditions={"kind": torch.full((5,), y)})) for y in range(2)], 1)
    assert torch.allclose(both.logsumexp(1), -joint.tilt(Batch(x)), atol=1e-4)
    assert torch.allclose(both.softmax(1), joint.classify(Batch(x)), atol=1e-4)
    nothing = Batch(x, conditions={"kind": torch.full((5,), -1)})
    assert torch.allclose(joint.tilt(nothing), joint.tilt(Batch(x)))


def test_of_several_classes_the_one_to_predict_must_be_named():
    kinds = (ClassCondition("kind", ("a", "b")), ClassCondition("place", ("x", "y")))
    both = {"kind": torch.zeros(2, dtype=torch.int64), "place": torch.zeros(2, dtype=torch.int64)}
    design = Design("energy", Vector(2), variant="joint", conditions=kinds, network_options={"width": 8})
    with pytest.raises(UsageError, match="kind, place"):
        build(design).loss(Batch(torch.zeros(2, 2), conditions=both))
