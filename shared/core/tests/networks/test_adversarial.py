"""Generators and critics of grids and graphs, and the augmentation of grids."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gdl_core.conditions import ClassCondition
from gdl_core.networks.augmentation import GridAugmentation
from gdl_core.networks.dcgan import DcganDiscriminator, DcganGenerator
from gdl_core.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from gdl_core.networks.projection import ProjectionHead
from gdl_core.networks.relational import RelationalDiscriminator
from gdl_core.networks.residual import ResidualDiscriminator, ResidualGenerator
from gdl_core.networks.style import StyledConvolution, StyleGenerator
from gdl_core.spaces import Batch, Graph, Grid

numbers = torch.Generator().manual_seed(0)


@pytest.mark.parametrize("shape", [(9,), (7, 16), (5, 4, 9)])
@pytest.mark.parametrize("generator", [DcganGenerator, ResidualGenerator, StyleGenerator, ProgressiveGenerator])
def test_a_generator_makes_grids_of_any_shape_and_a_critic_reads_them(generator, shape):
    space = Grid(2, shape)
    (cells,) = generator(space, inputs=5, outputs=(3,), width=4)(torch.randn(2, 5, generator=numbers), {})
    assert cells.shape == (2, 2, *shape, 3)
    for critic in (DcganDiscriminator, ResidualDiscriminator, ProgressiveDiscriminator):
        assert critic(space, outputs=(1,), width=4)(Batch(cells[..., 0])).shape == (2, 1)


def test_a_styled_convolution_equals_one_whose_weights_are_scaled_and_normalised_for_each_sample():
    layer = StyledConvolution(3, 4, 2, style=5)
    x, style = torch.randn(2, 3, 6, 6, generator=numbers), torch.randn(2, 5, generator=numbers)
    for row, scale, out in zip(x, layer.style(style), layer(x, style), strict=True):
        weight = layer.convolution.weight * scale[None, :, None, None]
        weight = weight / weight.flatten(1).norm(dim=1)[:, None, None, None]
        assert torch.allclose(out, F.conv2d(row[None], weight, padding=1)[0], atol=1e-5)


def test_a_relational_critic_does_not_see_the_order_of_nodes():
    space = Graph(5, 3, 3)
    nodes, edges = torch.randint(4, (2, 5), generator=numbers), torch.randint(3, (2, 5, 5), generator=numbers)
    edges = edges.triu(1) + edges.triu(1).transpose(1, 2)
    critic, order = RelationalDiscriminator(space, outputs=(1,), width=8), torch.tensor([3, 0, 4, 1, 2])
    scores = [
        critic(space.relax(Batch(*one)))
        for one in ((nodes, None, edges), (nodes[:, order], None, edges[:, order][:, :, order]))
    ]
    assert torch.allclose(*scores, atol=1e-6)


def test_what_a_class_adds_to_a_score_is_linear_in_the_features():
    head = ProjectionHead(6, 1, [ClassCondition("kind", ("a", "b"))])
    features, kinds = torch.randn(2, 6, generator=numbers), {"kind": torch.tensor([0, 1])}
    added = head(features, kinds) - head.shared(features)
    assert torch.allclose(head(3 * features, kinds) - head.shared(3 * features), 3 * added, atol=1e-5)
    assert not torch.allclose(head(features, {"kind": torch.tensor([1, 0])}), head(features, kinds))


@pytest.mark.parametrize("shape", [(8,), (8, 8), (8, 8, 8)])
def test_flips_and_shifts_move_cells_and_cuts_take_half_of_each_axis_at_most(shape):
    batch = Batch(torch.randn(16, 2, *shape, generator=numbers))
    with torch.random.fork_rng(devices=[]):
        moved = GridAugmentation(Grid(2, shape), operations=["flip", "shift"])(batch, torch.ones(()))
        cut = GridAugmentation(Grid(2, shape), operations=["cut_out"])(batch, torch.ones(()))
        same = GridAugmentation(Grid(2, shape))(batch, torch.zeros(()))
    assert torch.equal(moved.values.flatten(2).sort(2).values, batch.values.flatten(2).sort(2).values)
    assert not torch.equal(moved.values, batch.values)
    share = (cut.values == 0).flatten(1).float().mean(1)
    assert (share > 0).all() and (share <= 0.5 ** len(shape) + 1e-6).all()
    assert torch.equal(same.values, batch.values)


def blurred(cells: Tensor, size: int) -> Tensor:
    """Give each block of cells, `size` long on each axis, its mean."""
    pool = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[cells.ndim - 3]
    return F.interpolate(pool(cells, size), scale_factor=size)


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_a_network_that_has_not_grown_makes_and_sees_coarse_grids(axes):
    space = Grid(1, (16, 16, 16)[:axes])
    generator = ProgressiveGenerator(space, inputs=5, outputs=(1,), width=4)
    critic = ProgressiveDiscriminator(space, outputs=(1,), width=4)
    codes, data = torch.randn(2, 5, generator=numbers), torch.randn(2, 1, *space.shape, generator=numbers)
    for scale, size in ((0, 4), (1, 2), (2, 1)):
        generator.grow(scale)
        critic.grow(scale)
        cells = generator(codes, {})[0][..., 0]
        assert torch.allclose(cells, blurred(cells, size), atol=1e-6)
        assert size == 1 or not torch.allclose(cells, blurred(cells, 2 * size), atol=1e-3)
        assert torch.allclose(critic(Batch(data)), critic(Batch(blurred(data, size))), atol=1e-5)
        assert not torch.allclose(critic(Batch(data)), critic(Batch(blurred(data, 2 * size))), atol=1e-5)


def test_a_new_scale_enters_without_a_jump():
    space, codes = Grid(1, (16,)), torch.randn(2, 5, generator=numbers)
    generator = ProgressiveGenerator(space, inputs=5, outputs=(1,), width=4)
    critic = ProgressiveDiscriminator(space, outputs=(1,), width=4)

    def answers(scale: float) -> Tensor:
        for network in (generator, critic):
            network.grow(scale)
        cells = generator(codes, {})[0][..., 0]
        return torch.cat([cells.flatten(), critic(Batch(cells)).flatten()])

    for whole in (0.0, 1.0):
        assert torch.allclose(answers(whole), answers(whole + 1e-6), atol=1e-4)
        assert torch.allclose(answers(whole + 1), answers(whole + 1 - 1e-6), atol=1e-4)
        assert not torch.allclose(answers(whole), answers(whole + 0.5), atol=1e-3)
