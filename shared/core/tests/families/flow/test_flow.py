"""A flow's density is one, and its bounds are bounds."""

import math

import pytest
import torch
from flows import shaken

from gdl_core.conditions import ClassCondition
from gdl_core.families import Encodes
from gdl_core.families.likelihoods import log_normal
from gdl_core.pairing import Design, build
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Grid, Points, Vector
from gdl_core.testing.spaces import close


@pytest.mark.parametrize("variant", ["spline", "realnvp", "nice", "masked-autoregressive", "spline-autoregressive"])
def test_the_density_integrates_to_one(variant):
    model, line = shaken(variant, Vector(2), size=0.1), torch.linspace(-10, 10, 241, dtype=torch.float64)
    cells = torch.cartesian_prod(line, line)
    with torch.no_grad():
        density = model.density(cells, {}).exp()
    assert float(density.sum() * (line[1] - line[0]) ** 2) == pytest.approx(1, abs=1e-3)


def test_samples_follow_the_density():
    model = shaken("spline", Vector(1), size=0.5)
    x = torch.linspace(-9, 9, 2001, dtype=torch.float64)
    with torch.no_grad():
        expected = (model.density(x[:, None], {}).exp() * x.sin()).sum() * (x[1] - x[0])
    drawn = torch.cat(model.float().sample(Streams(0, range(20_000))).samples)
    assert drawn.sin().mean().item() == pytest.approx(float(expected), abs=4 * 0.7 / math.sqrt(20_000))


def test_permuting_points_changes_no_likelihood():
    space = Points(5, 2, variable=False)
    model, x = shaken("spline", space), torch.randn(1, 5, 2).double()
    with torch.no_grad():
        one, other = (model.log_prob(Batch(points)).values for points in (x, x[:, [3, 1, 4, 0, 2]]))
    assert torch.allclose(one, other, atol=1e-10)


@pytest.mark.parametrize(("variant", "options"), [("glow", {}), ("realnvp", {"dequantization": 2})])
def test_bounds_of_all_pictures_sum_to_less_than_one(variant, options):
    space = Grid(1, (2,), levels=2)
    model = shaken(variant, space, **options)
    with torch.random.fork_rng(), torch.no_grad():
        torch.default_generator.manual_seed(0)
        pictures = torch.cartesian_prod(torch.arange(2), torch.arange(2))[:, None].repeat_interleave(1000, 0)
        logs = -model.loss(Batch(pictures)).reshape(4, 1000)  # each with noise of its own
        assert model.log_prob(Batch(pictures)).kind == "lower_bound"
    assert logs.mean(1).exp().sum() < 1
    inside = (logs.logsumexp(1) - math.log(1000)).exp().sum()  # without Jensen's loss: the density within all cells
    assert 0.2 < inside < 1.02


def test_shaped_noise_is_a_density_over_its_cell():
    space = Grid(1, (2, 2), levels=3)
    dequantizer = shaken("glow", space, dequantization=2).dequantizer
    real = space.relax(Batch(torch.randint(3, (1, 1, 2, 2)).expand(5_000, -1, -1, -1)))
    real = real.with_parts([real.values.double()])
    with torch.random.fork_rng(), torch.no_grad():
        torch.default_generator.manual_seed(0)
        x, bonus = dequantizer(real, Ambient(5_000))
    assert torch.equal(space.round(Batch(x)).values, space.round(real).values)
    volume = 4 * math.log(1.0)  # of three levels from -1 to 1
    assert (bonus - volume).exp().mean().item() == pytest.approx(1, abs=0.03)  # E_q[1 / q] is the cell's volume
    assert bonus.std() > 0.01


def test_an_unlearned_flow_gives_levels_the_probability_of_their_cells():
    space = Grid(1, (1,), levels=3)
    model = build(Design("flow", space, variant="realnvp")).eval()  # a normal density, cells of width 1
    with torch.no_grad():
        values = -model.loss(Batch(torch.ones(5_000, 1, 1, dtype=torch.int64)))  # each with noise of its own
    assert values.mean().item() == pytest.approx(-0.5 * math.log(2 * math.pi) - 1 / 24, abs=5e-3)


@pytest.mark.parametrize(
    ("variant", "space", "sample"),
    [
        ("spline", Vector(3), torch.randn(3)),
        ("spline", Grid(1, (4, 4), levels=7), torch.arange(16).reshape(1, 4, 4) % 7),
        ("transformer", Grid(2, (4,)), torch.randn(2, 4)),
        ("spline", Points(4, 2), torch.randn(3, 2)),
    ],
    ids=["vector", "levels", "patches", "points"],
)
def test_decoding_undoes_encoding(variant, space, sample):
    model = shaken(variant, space, size=0.05).float()
    assert isinstance(model, Encodes)
    with torch.no_grad():
        codes = model.encode(space.collate([sample, sample]))
    (found, _) = model.decode(codes, Streams(0, range(2))).samples
    assert close(found, sample)


def test_guidance_leads_from_the_model_without_conditions_to_the_one_with_them():
    conditions = (ClassCondition("kind", ("a", "b")),)
    for variant, space in (("spline", Vector(2)), ("transformer", Grid(1, (4,)))):
        model = shaken(variant, space, conditions=conditions).float()
        asked, free = {"kind": torch.ones(3, dtype=torch.int64)}, {"kind": torch.full((3,), -1)}
        drawn = [
            torch.stack(model.sample(Streams(0, range(3)), conditions=known, guidance=weight).samples)
            for known, weight in ((asked, 1.0), (asked, 0.0), (free, 1.0), (asked, 2.0))
        ]
        assert not torch.allclose(drawn[0], drawn[1], atol=1e-3)
        assert torch.allclose(drawn[1], drawn[2], atol=0.01)
        assert not torch.allclose(drawn[0], drawn[3], atol=1e-3)


def test_at_temperature_zero_all_samples_are_one():
    samples = shaken("spline", Vector(2)).float().sample(Streams(0, range(3)), temperature=0).samples
    assert torch.equal(samples[0], samples[1])


def test_a_step_along_the_slope_takes_the_noise_off():
    model = build(Design("flow", Grid(1, (4,)), variant="transformer", family_options={"noise": 0.5})).eval()
    x = torch.randn(3, 1, 4)
    with torch.no_grad():
        assert torch.allclose(log_normal(model.bijection(x, {})[0]), log_normal(x))  # unlearned: a normal density
    assert torch.allclose(model.denoised(x, {}), x * (1 - 0.5**2), atol=1e-6)


def test_a_flow_that_denoises_does_not_call_its_likelihood_exact():
    space, x = Grid(1, (4,)), Batch(torch.randn(2, 1, 4))
    for noise, kind in ((0.05, "estimate"), (0.0, "exact")):
        model = build(Design("flow", space, variant="transformer", family_options={"noise": noise})).eval()
        assert model.log_prob(x).kind == kind


def test_a_score_follows_from_the_sample_alone():
    space = Grid(1, (4, 4), levels=7)
    model = shaken("glow", space)
    pictures = torch.randint(7, (3, 1, 4, 4), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        together, alone = model.log_prob(Batch(pictures)).values, model.log_prob(Batch(pictures[1:2])).values
    assert torch.allclose(together[1:2], alone, atol=1e-3)


@pytest.mark.parametrize("variant", ["glow", "realnvp", "spline", "transformer"])
def test_a_flow_learns_in_bfloat16(variant):
    space = Grid(1, (4, 4), levels=7)
    model = build(Design("flow", space, variant=variant, network_options={"width": 16}))
    with torch.autocast("cpu", torch.bfloat16):
        loss = model.loss(Batch(torch.zeros(2, 1, 4, 4, dtype=torch.int64))).sum()
    loss.backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters() if parameter.grad is not None)
