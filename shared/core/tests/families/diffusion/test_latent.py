"""Diffusion over the codes of an autoencoder."""

import pytest
import torch

from gdl_core.errors import UsageError
from gdl_core.families import Draws
from gdl_core.families.diffusion.latent import PROCESSES
from gdl_core.families.latent_prior import Standard
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Vector


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def model_of(space=Vector(2), **options):  # noqa: B008 - spaces are frozen
    return build(Design("diffusion", space, variant="latent", family_options=options, network_options={"width": 16}))


def test_no_gradient_of_the_denoiser_reaches_the_codes_nor_one_of_the_autoencoder_the_denoiser():
    model, batch = model_of(latent=3), Batch(numbers(6, 2))
    autoencoder, prior = model.phases()
    prior.loss(batch).sum().backward()
    assert all(parameter.grad is None for parameter in autoencoder.parameters)
    model.zero_grad()
    autoencoder.loss(batch).sum().backward()
    assert all(parameter.grad is None for parameter in prior.parameters)
    known = {id(parameter) for phase in (autoencoder, prior) for parameter in phase.parameters}
    assert known == {id(parameter) for parameter in model.parameters()}


def test_what_the_denoiser_draws_is_brought_back_to_where_codes_lie(monkeypatch):
    model, streams = model_of(latent=2).eval(), Streams(0, range(3))
    model.standard.learn(numbers(50, 2) * 4 + 7)
    ones = torch.ones(3, 2)
    monkeypatch.setattr(model.prior, "sample", lambda streams, **options: Draws(list(ones)))
    drawn = model.sample(streams, temperature=0).samples
    expected = model.decode(model.standard.mean + model.standard.deviation * ones, streams).samples
    assert torch.equal(torch.stack(drawn), torch.stack(expected))


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_learns_codes_and_draws_them(process):
    model = model_of(latent=2, process=process)
    model.loss(Batch(numbers(6, 2))).sum().backward()
    assert all(parameter.grad is not None for parameter in model.prior.parameters())
    assert torch.stack(model.eval().sample(Streams(0, range(3)), steps=4).samples).isfinite().all()


def test_a_grid_has_numbers_for_each_region_and_samples_come_in_as_many_steps_as_asked():
    model = model_of(Grid(1, (9, 4), levels=3), width=5).eval()
    assert model.prior.space == Grid(5, (3, 1))
    some, other = (model.sample(Streams(0, range(2)), steps=n, solver="euler").samples for n in (1, 3))
    assert not all(map(torch.equal, some, other))


def test_a_process_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(UsageError, match="did you mean 'flow-matching'"):
        model_of(process="flow-matchin")


def test_running_moments_are_those_of_all_at_first_and_follow_later():
    standard, codes = Standard((3, 1), decay=0.9), 2 * numbers(400, 3, 5) + torch.tensor([[1.0], [0.0], [-9.0]])
    for part in codes.split(100):
        standard.learn(part)
    assert torch.allclose(standard.mean[:, 0], codes.mean((0, 2)), atol=1e-4)
    assert torch.allclose(standard.deviation[:, 0], codes.std((0, 2), unbiased=False), atol=1e-4)
    for _ in range(60):
        standard.learn(codes * 3)
    found = standard(codes * 3)
    assert found.mean((0, 2)) == pytest.approx(torch.zeros(3), abs=0.02)
    assert found.std((0, 2)) == pytest.approx(torch.ones(3), abs=0.02)


def test_only_training_moves_the_moments_which_go_with_the_model():
    model, batch = model_of(latent=2), Batch(numbers(6, 2))
    assert {"standard.mean", "standard.square", "standard.seen"} <= model.state_dict().keys()
    before = model.standard.mean.clone()
    model.eval().loss(batch)
    assert torch.equal(model.standard.mean, before)
    model.train().loss(batch)
    assert not torch.equal(model.standard.mean, before)
