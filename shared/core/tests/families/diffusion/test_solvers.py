"""Solvers against a mixture of two Gaussians, whose best denoiser is known."""

import math
from functools import cache, partial

import pytest
import torch

from gdl_core.families.diffusion.interpolants import INTERPOLANTS, Moment, moments
from gdl_core.families.diffusion.solvers import SOLVERS, ancestral, ddim, dpm_solver, euler, heun, repaint, restart
from gdl_core.randomness import Streams

CENTRES, DEVIATION = (-1.0, 2.0), 0.5


def mixture_mean(parts, moment):
    """The mean of the data behind the noise, for two Gaussians, the first with weight 1/3."""
    (x,) = parts
    variance = (moment.alpha * DEVIATION) ** 2 + moment.sigma**2
    logits = torch.stack(
        [w - (x - moment.alpha * c) ** 2 / (2 * variance) for w, c in zip((0.0, math.log(2)), CENTRES, strict=True)]
    )
    means = [c + moment.alpha * DEVIATION**2 / variance * (x - moment.alpha * c) for c in CENTRES]
    return ((logits.softmax(0) * torch.stack(means)).sum(0),)


def no_noise():
    raise AssertionError("a deterministic solver draws nothing")


def path_between(name: str, high: float, low: float, steps: int) -> list[Moment[float]]:
    way = INTERPOLANTS[name]
    ratios = torch.linspace(math.log(high), math.log(low), steps + 1, dtype=torch.float64).exp()
    return moments(way, way.time(ratios))


def end(solver, name: str, steps: int) -> torch.Tensor:
    """Where points end that start at the ratio 3 and stop at the ratio 0.3, as unscaled data."""
    path = path_between(name, 3.0, 0.3, steps)
    start = torch.linspace(-6, 6, 41, dtype=torch.float64) * path[0].alpha
    return solver(mixture_mean, (start,), path, no_noise)[0] / path[-1].alpha


@cache
def truth() -> torch.Tensor:
    return end(heun, "exploding", 2000)


@pytest.mark.parametrize("name", INTERPOLANTS)
@pytest.mark.parametrize(("solver", "order"), [(euler, 1), (ddim, 1), (heun, 2), (dpm_solver, 2)])
def test_a_solver_has_its_order(solver, order, name):
    errors = [float((end(solver, name, steps) - truth()).abs().mean()) for steps in (64, 128)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)


@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_calls_the_denoiser_as_often_as_it_says(name, steps):
    calls = []

    def denoise(parts, moment):
        calls.append(moment)
        return parts

    way = INTERPOLANTS["exploding"]
    source = Streams(0, range(2))
    SOLVERS[name](denoise, (source.normal(1),), moments(way, way.times(steps)), lambda: (source.normal(1),))
    assert len(calls) == {"heun": 2 * steps - 1, "repaint": 10 * steps}.get(name, steps)


def test_ddim_is_euler_where_the_way_is_straight():
    assert torch.allclose(end(ddim, "straight", 10), end(euler, "straight", 10))


@pytest.mark.parametrize("name", INTERPOLANTS)
@pytest.mark.parametrize("solver", [ancestral, partial(ddim, fresh=0.5), partial(repaint, times=2)])
def test_random_steps_draw_the_mixture(solver, name):
    source = Streams(1, range(6000))
    path = path_between(name, 60.0, 0.01, 100)
    start = source.normal(1) * math.hypot(path[0].sigma, path[0].alpha)
    (x,) = solver(mixture_mean, (start,), path, lambda: (source.normal(1),))
    assert quantile_distance(x / path[-1].alpha) < 0.03


@pytest.mark.parametrize("name", INTERPOLANTS)
@pytest.mark.parametrize("solver", [heun, dpm_solver])
def test_an_exact_denoiser_brings_noise_to_the_mixture(solver, name):
    path = path_between(name, 200.0, 0.01, 60)
    start = Streams(2, range(6000)).normal(1) * path[0].sigma
    (x,) = solver(mixture_mean, (start,), path, no_noise)
    assert quantile_distance(x / path[-1].alpha) < 0.03


def quantile_distance(x: torch.Tensor) -> float:
    """The greatest difference between the distribution function of numbers and that of the mixture."""
    x = x.flatten().sort().values
    normal = [torch.special.ndtr((x - centre) / DEVIATION) for centre in CENTRES]
    return float((torch.arange(len(x)) / len(x) - (normal[0] + 2 * normal[1]) / 3).abs().max())


def test_restarting_forgets_all_noise():
    source = Streams(0, range(4000))
    path = path_between("straight", 10.0, 0.5, 1)
    (x,) = restart(
        lambda parts, moment: (torch.zeros_like(parts[0]),), (source.normal(1),), path, lambda: (source.normal(1),)
    )
    assert float(x.std()) == pytest.approx(path[-1].sigma, rel=0.05)
