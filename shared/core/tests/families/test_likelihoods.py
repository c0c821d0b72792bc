import pytest
import torch

from gdl_core.families.likelihoods import DiscretisedLogistics, Logistics, mixture

numbers = torch.Generator().manual_seed(0)
OUTPUTS = torch.randn(7, 12, generator=numbers) * 3


def test_the_levels_of_a_discretised_mixture_share_all_of_it():
    for levels in (2, 3, 17, 256):
        total = DiscretisedLogistics(levels, 4).logits(OUTPUTS).double().exp().sum(-1)
        assert torch.allclose(total, torch.ones(7, dtype=torch.float64), atol=1e-5)


def test_a_level_has_what_the_distribution_function_gives_it():
    weights, means, scales = mixture(OUTPUTS.double())
    edges = ((torch.arange(4) + 0.5) / 2 - 1).double()  # between five levels from -1 to 1
    below = (weights.exp()[:, None] * ((edges[:, None] - means[:, None]) / scales[:, None]).sigmoid()).sum(-1)
    below = torch.cat([torch.zeros(7, 1), below, torch.ones(7, 1)], 1)
    found = DiscretisedLogistics(5, 4).logits(OUTPUTS).exp()
    assert torch.allclose(found.double(), below.diff(dim=1), atol=1e-5)


def test_gradients_stay_finite_however_narrow_or_far_a_component_is():
    outputs = torch.tensor([[0.0, 0.0, 50.0, -50.0, -40.0, 40.0]]).repeat(4, 1).requires_grad_()
    law = DiscretisedLogistics(256, 2)
    law.log_prob(outputs, torch.tensor([0, 3, 128, 255])).sum().backward()
    assert outputs.grad.isfinite().all()


@pytest.mark.parametrize("bound", [None, -1.0, 0.5, 30.0])
def test_draws_above_a_bound_follow_the_density_above_it(bound):
    law, count = Logistics(4), 20_000
    outputs = OUTPUTS[:1].expand(count, -1)
    above = None if bound is None else torch.full((count,), bound)
    drawn = law.draw(outputs, torch.rand(count, 2, generator=numbers, dtype=torch.float64), above)
    for middle in drawn.quantile(torch.tensor([0.1, 0.5, 0.9])):
        share = law.log_survival(OUTPUTS[0], middle)
        if bound is not None:
            share = share - law.log_survival(OUTPUTS[0], torch.tensor(bound))
            assert drawn.min() >= bound
        assert share.exp().item() == pytest.approx((drawn > middle).float().mean().item(), abs=0.015)
