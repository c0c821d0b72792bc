import pytest
import torch

from gdl_core.families.diffusion.interpolants import INTERPOLANTS, LOWEST, Exploding, Moment
from gdl_core.families.diffusion.parameterisations import PARAMETERISATIONS, precondition

RATIOS = torch.logspace(-2.6, 2.0, 30, dtype=torch.float64)


@pytest.mark.parametrize("way", INTERPOLANTS.values(), ids=INTERPOLANTS)
def test_a_time_is_found_from_its_ratio(way):
    moment = way.at(way.time(RATIOS))
    assert torch.allclose(moment.sigma / moment.alpha, RATIOS, rtol=1e-9)


@pytest.mark.parametrize("way", INTERPOLANTS.values(), ids=INTERPOLANTS)
def test_rates_are_derivatives(way):
    times = way.time(RATIOS)
    found = torch.func.jvp(lambda time: way.at(time)[:5], (times,), (torch.ones_like(times),))
    moment, rates = (Moment(*five) for five in found)
    assert torch.allclose(rates.alpha, moment.alpha_rate)
    assert torch.allclose(rates.sigma, moment.sigma_rate)


@pytest.mark.parametrize("way", INTERPOLANTS.values(), ids=INTERPOLANTS)
def test_times_fall_to_data_without_noise_and_have_places_from_0_to_1(way):
    times = way.times(9)
    last = way.at(times[-1:])
    assert len(times) == 10 and (times.diff() < 0).all()
    assert last.alpha.item() == 1 and last.sigma.item() == 0
    drawn = way.draw(torch.linspace(0, 1, 99, dtype=torch.float64))
    for told in (way.place(times[:-1]), way.place(drawn)):
        assert told.min() >= -1e-6 and told.max() <= 1 + 1e-6
    ratios = way.at(drawn).sigma / way.at(drawn).alpha
    assert ratios.min() >= LOWEST * 0.999


def test_levels_of_noise_are_drawn_log_normally():
    levels = Exploding().draw(torch.rand(50_000, generator=torch.Generator().manual_seed(0))).log()
    assert levels.mean().item() == pytest.approx(-1.2, abs=0.03)
    assert levels.std().item() == pytest.approx(1.2, abs=0.03)


@pytest.mark.parametrize("way", INTERPOLANTS.values(), ids=INTERPOLANTS)
@pytest.mark.parametrize("name", ["noise", "data", "velocity", "flow"])
def test_the_right_answer_of_the_network_gives_the_data(name, way):
    source = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 30, generator=source, dtype=torch.float64)
    moment = way.at(way.time(RATIOS))
    right = {
        "noise": noise,
        "data": x,
        "velocity": moment.alpha * noise - moment.sigma * x,
        "flow": moment.alpha_rate * x + moment.sigma_rate * noise,
    }
    scales = PARAMETERISATIONS[name](moment, 1.0)
    found = scales.skip * (moment.alpha * x + moment.sigma * noise) + scales.output * right[name]
    assert torch.allclose(found, x, atol=1e-6)


@pytest.mark.parametrize("way", INTERPOLANTS.values(), ids=INTERPOLANTS)
def test_preconditioning_gives_input_and_target_variance_1(way):
    source = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 20_000, 1, generator=source, dtype=torch.float64)
    moment = way.at(way.time(RATIOS[::10]))
    noisy = 0.3 * moment.alpha * x + moment.sigma * noise
    scales = precondition(moment, 0.3)
    for scaled in (scales.input * noisy, (0.3 * x - scales.skip * noisy) / scales.output):
        assert torch.allclose(scaled.var(0), torch.ones(3, dtype=torch.float64), atol=0.06)
