"""The spline is an increasing bijection that ends in the identity."""

import pytest
import torch

from gdl_core.families.flow.spline import Spline


@pytest.fixture
def theta():
    return torch.randn(500, Spline().parameters, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2


X = torch.linspace(-7, 7, 500, dtype=torch.float64)


def test_it_is_the_identity_where_all_parameters_are_zero():
    y, log_slope = Spline().forward(X, torch.zeros(500, Spline().parameters, dtype=torch.float64))
    assert torch.allclose(y, X) and torch.allclose(log_slope, torch.zeros_like(X), atol=1e-7)


def test_both_directions_are_exact(theta):
    spline = Spline()
    y, _ = spline.forward(X, theta)
    assert torch.allclose(spline.inverse(y, theta), X, atol=1e-9)
    x, mild = X.float(), theta.float() / 4  # single precision is amplified by how steep the inverse is
    assert torch.allclose(spline.inverse(spline.forward(x, mild)[0], mild), x, atol=1e-5)


def test_beyond_its_bound_it_is_the_identity(theta):
    y, log_slope = Spline(bound=3).forward(X, theta)
    outside = X.abs() >= 3
    assert torch.allclose(y[outside], X[outside])
    assert torch.allclose(log_slope[outside], torch.zeros(()).double(), atol=1e-7)


def test_its_slope_is_the_derivative_and_has_no_jumps(theta):
    x = X.clone().requires_grad_()
    y, log_slope = Spline().forward(x, theta)
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert torch.allclose(slope.log(), log_slope, atol=1e-9)
    _, dense = Spline().forward(torch.linspace(-6, 6, 200_000).double(), theta[:1].expand(200_000, -1))
    assert dense.diff().abs().max() < 0.02


def test_it_increases(theta):
    y, _ = Spline().forward(X, theta[:1].expand(500, -1))
    assert (y.diff() > 0).all()
