"""The mean velocity follows its identity, and one step of it draws."""

import math

import pytest
import torch
from torch import nn

from gdl_core.conditions import CODE
from gdl_core.families.diffusion.mean_flow import SLOWNESS
from gdl_core.pairing import Design, build, find_family
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Vector
from gdl_core.testing.families import learn, same_randomness


class Exact(nn.Module):
    """The mean velocity of data N(0, deviation²): all points keep their place among all others along the way."""

    def __init__(self, deviation: float = 0.5) -> None:
        super().__init__()
        self.deviation, self.calls = deviation, 0

    def spread(self, time):
        return ((1 - time) ** 2 * self.deviation**2 + time**2).sqrt()

    def forward(self, batch, place):
        self.calls += 1
        time, length = place[:, None] / SLOWNESS, batch.conditions[CODE]
        now, then = self.spread(time), self.spread(time - length)
        later = (batch.values * (1 - then / now)) / torch.where(length == 0, 1.0, length)
        here = batch.values * (time - (1 - time) * self.deviation**2) / now**2
        return (torch.where(length == 0, here, later)[..., None],)


def exact():
    network = Exact()
    family = find_family("diffusion", Vector(1), "mean-flow")
    return family(Vector(1), lambda *_, **__: network, deviation=0.5).eval(), network


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_the_exact_mean_velocity_draws_the_distribution_in_any_number_of_steps_with_a_call_each(steps):
    model, network = exact()
    drawn = torch.stack(model.sample(Streams(0, range(4000)), steps=steps).samples)
    assert network.calls == steps
    assert drawn.mean().item() == pytest.approx(0.0, abs=4 * 0.5 / math.sqrt(4000))
    assert drawn.std().item() == pytest.approx(0.5, rel=0.05)


def test_over_no_stretch_it_is_flow_matching_with_its_solvers_and_its_bound():
    model, _ = exact()
    drawn = torch.stack(model.sample(Streams(0, range(4000)), steps=30, solver="heun").samples)
    assert drawn.std().item() == pytest.approx(0.5, rel=0.05)
    x = torch.tensor([[0.3], [-1.0]])
    expected = torch.distributions.Normal(0.0, 0.5).log_prob(x).squeeze(1)
    assert torch.allclose(model.log_prob(Batch(x), draws=300).values, expected, atol=0.15)


def test_the_target_is_the_velocity_less_the_change_of_the_mean_velocity_along_it():
    """The derivative along the way is that of a difference."""
    model = build(Design("diffusion", Vector(3), variant="mean-flow", network_options={"width": 16})).double()
    numbers = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=numbers)
    x, v = torch.randn(2, 5, 3, generator=numbers, dtype=torch.float64)
    until, time = torch.tensor([[0.1, 0.4, 0.0, 0.3, 0.6], [0.9, 0.4, 0.5, 0.7, 1.0]], dtype=torch.float64)
    moment, soon = (model.way.at(t)._replace(until=until) for t in (time, time + 1e-6))
    (found,) = model._targets((x,), (v,), moment, {})
    change = (model.ask((x + 1e-6 * v,), soon, {})[0] - model.ask((x,), moment, {})[0]) / 1e-6
    assert torch.allclose(found, v - (time - until)[:, None] * change, atol=1e-4)
    assert torch.equal(found[1], v[1])


def test_the_loss_of_the_exact_mean_velocity_is_stationary():
    """Its mean target over all data and noise behind a point is itself: the error does not depend on the point."""
    model, _ = exact()
    with same_randomness():
        x, noise = 0.5 * torch.randn(40_000, 1), torch.randn(40_000, 1)
    time, until = torch.full((40_000,), 0.8), torch.full((40_000,), 0.3)
    moment = model.way.at(time)._replace(until=until)
    mixed = 0.2 * x + 0.8 * noise
    (target,) = model._targets((mixed,), (noise - x,), moment, {})
    error = target - model.ask((mixed,), moment, {})[0]
    assert error.mean().item() == pytest.approx(0, abs=0.02)
    assert (error * mixed).mean().item() == pytest.approx(0, abs=0.02)


@pytest.mark.slow
def test_it_learns_two_points_and_draws_them_in_one_step():
    options = {"width": 32, "layers": 2}
    model = build(Design("diffusion", Vector(1), variant="mean-flow", network_options=options))
    with same_randomness():
        for steps, rate in ((200, 3e-3), (100, 5e-4)):
            learn(model, Batch(torch.tensor([[-1.0], [1.0]]).repeat(64, 1)), steps=steps, rate=rate)
    drawn = torch.stack(model.eval().sample(Streams(0, range(1000)), steps=1).samples)
    assert (drawn.abs() - 1).abs().mean() < 0.25
    assert (drawn > 0).float().mean().item() == pytest.approx(0.5, abs=0.1)
