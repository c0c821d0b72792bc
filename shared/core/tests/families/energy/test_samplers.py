"""Walks against densities that are known."""

import pytest
import torch
from torch import Tensor

from gdl_core.families.energy.samplers import SAMPLERS, Parts, hamiltonian, langevin, mala
from gdl_core.randomness import Ambient, Streams

COUNT = 20_000
ERROR = 4 * (2 / COUNT) ** 0.5
"""Four standard errors of a variance that is found from so many numbers, as a share of it."""


def normal(x: Parts) -> tuple[Tensor, Parts]:
    """The energy of a standard normal density."""
    return torch.stack([part.square().flatten(1).sum(1) / 2 for part in x]).sum(0), x


def double_well(x: Parts) -> tuple[Tensor, Parts]:
    """The energy (x² - 1)² of one number."""
    (y,) = x
    return (y**2 - 1).square().squeeze(1), (4 * y * (y**2 - 1),)


def starts() -> Parts:
    return (torch.zeros(COUNT, 1, dtype=torch.float64),)


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_langevin_steps_have_the_variance_of_the_closed_form(size):
    (x,) = langevin(normal, starts(), Streams(0, range(COUNT)), size=size, steps=25)
    assert float(x.var()) == pytest.approx(1 / (1 - size / 4), rel=ERROR)


@pytest.mark.parametrize("sampler", [mala, hamiltonian])
@pytest.mark.parametrize("size", [0.3, 1.0])
def test_steps_that_can_be_refused_have_the_exact_variance_at_any_size(sampler, size):
    (x,) = sampler(normal, starts(), Streams(1, range(COUNT)), size=size, steps=25)
    assert float(x.mean()) == pytest.approx(0, abs=4 / COUNT**0.5)
    assert float(x.var()) == pytest.approx(1, rel=ERROR)


@pytest.mark.parametrize("sampler", [mala, hamiltonian])
def test_steps_that_can_be_refused_find_the_moments_of_a_double_well(sampler):
    (x,) = sampler(double_well, starts(), Streams(2, range(COUNT)), size=0.3, steps=60)
    grid = torch.linspace(-4, 4, 4001, dtype=torch.float64)
    weights = (-double_well((grid[:, None],))[0]).softmax(0)
    for power in (2, 4):
        exact, spread = (float((weights * grid**p).sum()) for p in (power, 2 * power))
        error = 4 * ((spread - exact**2) / COUNT) ** 0.5
        assert float((x**power).mean()) == pytest.approx(exact, abs=error)


def test_mala_is_in_detailed_balance():
    """At rest, as many chains step from the left cell to the right one as back."""
    numbers = torch.Generator().manual_seed(0)
    grid = torch.linspace(-3, 3, 6001, dtype=torch.float64)
    weights = (-double_well((grid[:, None],))[0]).softmax(0)
    before = grid[weights.multinomial(50_000, replacement=True, generator=numbers)][:, None]
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        (after,) = mala(double_well, (before,), Ambient(len(before)), size=0.4, steps=1)
    cells = torch.tensor([-1.0, -0.3, 0.4, 1.0], dtype=torch.float64)
    moves = torch.stack([torch.bucketize(x.squeeze(1), cells) for x in (before, after)])
    flow = (moves[0] * 5 + moves[1]).bincount(minlength=25).unflatten(0, (5, 5)).double()
    assert bool(((flow - flow.T).abs() <= 4 * (flow + flow.T).sqrt()).all())
    assert float(flow.triu(1).sum()) > 2_000


def test_one_leap_of_hamiltonian_dynamics_is_a_step_of_mala():
    x = (torch.linspace(-2, 2, 50, dtype=torch.float64)[:, None],)
    (one,) = mala(double_well, x, Streams(3, range(50)), size=0.2, steps=4)
    (other,) = hamiltonian(double_well, x, Streams(3, range(50)), size=0.2, steps=4, leaps=1)
    assert torch.allclose(one, other, atol=1e-9)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_walk_goes_over_all_parts_at_once(name):
    x = (torch.zeros(4, 2), torch.zeros(4, 3, 3))
    moved = SAMPLERS[name](normal, x, Ambient(4), size=0.1, steps=2)
    assert [part.shape for part in moved] == [part.shape for part in x]
