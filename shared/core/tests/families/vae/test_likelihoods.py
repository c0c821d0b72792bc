import math

import pytest
import torch

from gdl_core.families.vae.likelihoods import LOWEST, Bernoulli, Categorical, Gaussian, LogisticMixture
from gdl_core.randomness import Streams

DISCRETE = {"bernoulli": (Bernoulli(), 2), "categorical": (Categorical(5), 5), "mixture": (LogisticMixture(9), 9)}


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("name", DISCRETE)
def test_the_probabilities_of_all_symbols_sum_to_one(name):
    likelihood, symbols = DISCRETE[name]
    outputs = 2 * numbers(50, likelihood.outputs)
    total = sum(likelihood.log_prob(outputs, torch.full((50,), symbol)).exp() for symbol in range(symbols))
    assert torch.allclose(total, torch.ones(50), atol=1e-5)


@pytest.mark.parametrize("levels", [2, 3, 256])
@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0])
def test_a_mixture_sums_to_one_over_its_levels_at_any_scale(levels, spread):
    mixture = LogisticMixture(levels)
    outputs = (spread * numbers(20, mixture.outputs)).double()
    masses = mixture.log_prob(outputs[:, None].expand(-1, levels, -1), torch.arange(levels).expand(20, -1))
    assert masses.isfinite().all()
    assert torch.allclose(masses.exp().sum(1), torch.ones(20, dtype=torch.float64), atol=1e-12)


def test_the_gradient_of_a_mixture_is_finite_where_a_level_is_all_but_impossible():
    mixture = LogisticMixture(256)
    outputs = torch.cat([torch.zeros(10), torch.full((10,), -40.0), torch.full((10,), -60.0)]).requires_grad_()
    log_prob = mixture.log_prob(outputs, torch.tensor(200))
    log_prob.backward()
    assert log_prob.isfinite() and outputs.grad.isfinite().all()


def test_a_single_logistic_gives_a_bin_the_difference_of_its_distribution_function():
    mixture = LogisticMixture(5, components=1)
    outputs = torch.tensor([0.0, 1.3, 0.0])  # the mean starts at -1, the scale at exp(-1)
    ends = ((torch.tensor([-1.25, -0.75, -0.25, 0.25, 0.75, 1.25]) - 0.3) / math.exp(-1)).sigmoid()
    ends[0], ends[-1] = 0, 1  # the outer bins reach to infinity
    found = mixture.log_prob(outputs.expand(5, -1), torch.arange(5)).exp()
    assert torch.allclose(found, ends.diff(), atol=1e-6)


def test_a_gaussian_integrates_to_one_and_is_never_infinitely_sharp():
    x = torch.linspace(-40, 40, 200_001, dtype=torch.float64)
    density = Gaussian().log_prob(torch.tensor([0.5, 1.0], dtype=torch.float64).expand(len(x), 2), x).exp()
    assert torch.trapezoid(density, x).item() == pytest.approx(1, abs=1e-9)
    sharpest = Gaussian().log_prob(torch.tensor([0.0, -1e6]), torch.tensor(0.0))
    assert sharpest.item() == pytest.approx(-LOWEST - 0.5 * math.log(2 * math.pi))


@pytest.mark.parametrize("name", DISCRETE)
def test_symbols_are_drawn_as_often_as_they_are_probable(name):
    likelihood, symbols = DISCRETE[name]
    outputs, count = numbers(likelihood.outputs, seed=3), 20_000
    drawn = likelihood.draw(outputs.expand(count, 1, -1), Streams(0, range(count)), 1.0)
    expected = likelihood.log_prob(outputs.expand(symbols, -1), torch.arange(symbols)).exp()
    error = (expected * (1 - expected) / count).sqrt()
    assert ((drawn.flatten().bincount(minlength=symbols) / count - expected).abs() < 4.5 * error).all()


def test_a_gaussian_is_drawn_with_its_mean_and_deviation_times_the_temperature():
    outputs = torch.tensor([2.0, math.log(0.5)]).expand(20_000, 1, 2)
    for temperature in (1.0, 0.1):
        drawn = Gaussian().draw(outputs, Streams(0, range(20_000)), temperature)
        assert drawn.mean().item() == pytest.approx(2, abs=0.02)
        assert drawn.std().item() == pytest.approx(0.5 * temperature, rel=0.03)


@pytest.mark.parametrize("name", ["bernoulli", "categorical"])
def test_the_centre_is_the_most_probable_symbol(name):
    likelihood, symbols = DISCRETE[name]
    outputs = 3 * numbers(30, likelihood.outputs)
    every = torch.stack([likelihood.log_prob(outputs, torch.full((30,), symbol)) for symbol in range(symbols)])
    assert torch.equal(likelihood.centre(outputs), every.argmax(0))


@pytest.mark.parametrize("levels", [2, 3, 9, 256])
def test_the_centre_of_levels_in_order_is_the_median(levels):
    likelihood = LogisticMixture(levels)
    outputs = 3 * numbers(200, likelihood.outputs)
    until = likelihood.logits(outputs).exp().cumsum(-1)
    centre = likelihood.centre(outputs)
    assert torch.equal(centre, (until < 0.5).sum(-1))
    assert torch.allclose(likelihood.at_most(outputs, centre), until.gather(1, centre[:, None])[:, 0], atol=1e-5)
