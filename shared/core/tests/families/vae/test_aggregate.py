import pytest
import torch

from gdl_core.families.vae.aggregate import FollowedGaussian, StandardNormal
from gdl_core.pairing import Design, build
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Vector
from gdl_core.testing.families import same_randomness

MIXING = torch.tensor([[2.0, 0.0, 0.0], [1.0, 0.5, 0.0], [0.0, -1.0, 0.1]])
CENTRE = torch.tensor([3.0, -1.0, 0.0])


def codes_of_data(count: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(seed)) @ MIXING.T + CENTRE


def followed(codes: torch.Tensor, batches: int, **options) -> FollowedGaussian:
    gaussian = FollowedGaussian(3, **options)
    for part in codes.chunk(batches):
        gaussian.learn(part)
    return gaussian


def test_moments_of_batches_are_those_of_all_codes():
    codes = codes_of_data(600)
    gaussian = followed(codes, 20)
    assert torch.allclose(gaussian.mean, codes.mean(0), atol=1e-5)
    assert torch.allclose(gaussian.covariance, torch.cov(codes.T, correction=0), atol=1e-4)


def test_moments_follow_codes_that_move():
    gaussian = followed(torch.cat([codes_of_data(4000) + 50, codes_of_data(4000)]), 80, decay=0.8)
    assert torch.allclose(gaussian.mean, CENTRE, atol=0.2)
    assert torch.allclose(gaussian.covariance, MIXING @ MIXING.T, atol=0.6)


def test_a_density_is_that_of_the_gaussian_that_is_drawn_from():
    gaussian = followed(codes_of_data(600), 1)
    exact = torch.distributions.MultivariateNormal(gaussian.mean, gaussian.covariance)
    codes = codes_of_data(50, seed=1)
    assert torch.allclose(gaussian.log_prob(codes), exact.log_prob(codes), atol=1e-3)
    drawn = gaussian.draw(torch.randn(20000, 3, generator=torch.Generator().manual_seed(2)))
    assert torch.allclose(drawn.mean(0), gaussian.mean, atol=0.06)
    assert torch.allclose(torch.cov(drawn.T), gaussian.covariance, atol=0.15)


def test_it_is_standard_normal_before_it_saw_any_code():
    noise = torch.randn(5, 3, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(FollowedGaussian(3).draw(noise), StandardNormal().draw(noise))
    assert torch.allclose(FollowedGaussian(3).log_prob(noise), StandardNormal().log_prob(noise))


@pytest.mark.parametrize("codes", [torch.zeros(4, 3), torch.eye(3)[:2]], ids=["all alike", "on a line"])
def test_codes_that_fill_no_volume_have_a_density(codes):
    gaussian = followed(codes, 1)
    assert gaussian.log_prob(codes).isfinite().all()
    assert gaussian.draw(torch.ones(2, 3)).isfinite().all()


def test_an_autoencoder_draws_where_its_codes_lie_and_bounds_by_them():
    data = Batch(torch.randn(256, 2, generator=torch.Generator().manual_seed(0)) + 4)
    plain, fitted = (
        build(Design("vae", Vector(2), variant=variant, family_options={"latent": 3}, network_options={"width": 16}))
        for variant in ("gaussian", "fitted")
    )
    fitted.load_state_dict(plain.state_dict(), strict=False)
    with torch.no_grad(), same_randomness():
        for _ in range(50):
            fitted.train().loss(data)
        codes = fitted.eval().encode(data)
        drawn = fitted.prior(Streams(0, range(2000)))
        spread = fitted.posterior(data)[1].mul(2).exp().mean(0)
        bounds = [model.eval().bound(data, Ambient(256), samples=4).mean() for model in (plain, fitted)]
    assert torch.allclose(drawn.mean(0), codes.mean(0), atol=0.1)
    assert torch.allclose(drawn.var(0), codes.var(0) + spread, rtol=0.15)
    assert bounds[1] > bounds[0]
