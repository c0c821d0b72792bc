"""Every flow is a bijection and knows its log-determinant."""

import pytest
import torch
from flows import shaken

from gdl_core.families.flow.layers import ActNorm, ChannelMix, Squeeze
from gdl_core.spaces import Grid, Points, Vector

VECTORS = [
    (variant, Vector(size))
    for variant in ("spline", "realnvp", "nice", "masked-autoregressive", "spline-autoregressive")
    for size in (1, 2, 5)
]
GRIDS = [
    (variant, space)
    for variant in ("glow", "realnvp", "spline", "transformer")
    for space in (Grid(1, (6,)), Grid(1, (5,)), Grid(3, (2, 3)), Grid(1, (2, 4, 2)))
]
CASES = [*VECTORS, *GRIDS, ("spline-autoregressive", Grid(1, (2, 3))), ("spline", Points(3, 3, variable=False))]


def name(case: tuple) -> str:
    variant, space = case
    return f"{variant}-{space.kind}-{'x'.join(map(str, space.parts[0].shape))}"


def points(space, dtype=torch.float64, count=3):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(count, *space.real_shapes[0], generator=generator, dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_inverse_undoes_the_map(case):
    variant, space = case
    model = shaken(variant, space)
    with torch.no_grad():
        for dtype, error in ((torch.float64, 1e-10), (torch.float32, 1e-5)):
            bijection, x = model.bijection.to(dtype), points(space, dtype)
            z, _ = bijection(x, {})
            assert z.shape == x.shape and not torch.allclose(z, x, atol=1e-2)
            assert torch.allclose(bijection.inverse(z, {}), x, atol=error, rtol=error)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_log_determinant_is_that_of_the_jacobian(case):
    variant, space = case
    bijection, x = shaken(variant, space).bijection, points(space, count=1)
    _, log_det = bijection(x, {})
    for row, found in zip(x, log_det, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda one: bijection(one[None], {})[0][0], row, vectorize=True)
        exact = torch.linalg.slogdet(jacobian.reshape(row.numel(), -1))[1]
        assert float(found.detach()) == pytest.approx(float(exact), abs=1e-4)


def test_the_first_batch_leaves_a_new_normalisation_with_mean_0_and_variance_1():
    norm = ActNorm((3, 1)).train()
    x = torch.randn(50, 3, 7) * torch.tensor([[0.1], [2.0], [30.0]]) + 5
    z, _ = norm(x, {})
    assert torch.allclose(z.mean((0, 2)), torch.zeros(3), atol=1e-4)
    assert torch.allclose(z.var((0, 2), correction=0), torch.ones(3), atol=1e-3)


def test_a_normalisation_begins_once_and_only_in_training():
    norm, x = ActNorm((2,)), torch.randn(9, 2) * 4
    assert torch.equal(norm.eval()(x, {})[0], x)
    first, _ = norm.train()(x, {})
    norm(x + 7, {})
    again = ActNorm((2,)).train()
    again.load_state_dict(norm.state_dict())
    assert torch.equal(again(x, {})[0], first)


def test_one_sample_of_one_cell_has_no_variance_to_begin_with():
    norm = ActNorm((2,)).train()
    z, log_det = norm(torch.tensor([[3.0, 4.0]]), {})
    assert z.tolist() == [[0, 0]] and log_det.tolist() == [0]


def test_mixing_channels_begins_as_a_rotation():
    x = torch.randn(4, 5, 3)
    z, log_det = ChannelMix(5)(x, {})
    assert torch.allclose(z.norm(dim=1), x.norm(dim=1), atol=1e-5)
    assert torch.allclose(log_det, torch.zeros(4), atol=1e-5)


def test_a_squeeze_keeps_the_cells_of_a_block_together():
    cells = torch.arange(16).reshape(1, 1, 4, 4)
    blocks, _ = Squeeze((2, 2))(cells, {})
    assert blocks[0, :, 0, 0].tolist() == [0, 1, 4, 5]
    assert blocks[0, :, 1, 1].tolist() == [10, 11, 14, 15]
