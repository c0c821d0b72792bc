"""Networks that work on patches of cells keep the laws of those that work on cells, at even and odd sizes."""

import pytest
import torch

from gdl_core.networks.convolution import ConvolutionDecoder, ConvolutionEncoder
from gdl_core.networks.dcgan import DcganDiscriminator, DcganGenerator
from gdl_core.networks.residual import ResidualDiscriminator, ResidualGenerator
from gdl_core.networks.strides import Grow, Shrink
from gdl_core.networks.unet import UNet
from gdl_core.spaces import Grid
from gdl_core.testing import NETWORK_LAWS

NETWORKS = [
    (ConvolutionEncoder, "encoder"),
    (ConvolutionDecoder, "decoder"),
    (DcganDiscriminator, "encoder"),
    (DcganGenerator, "decoder"),
    (ResidualDiscriminator, "encoder"),
    (ResidualGenerator, "decoder"),
    (UNet, "denoiser"),
]


@pytest.mark.parametrize(("network", "role"), NETWORKS, ids=lambda case: getattr(case, "__name__", case))
@pytest.mark.parametrize(("shape", "patch"), [((9, 6), 2), ((3, 5, 9), 4)])
@pytest.mark.parametrize("law", NETWORK_LAWS, ids=lambda law: law.__name__)
def test_a_network_of_patches_keeps_the_law(law, shape, patch, network, role):
    law(network, role, Grid(2, shape), {"width": 8, "patch": patch})


def test_a_patch_of_an_odd_number_of_cells_is_refused():
    with pytest.raises(ValueError, match="3 does not fit"):
        UNet(Grid(1, (9,)), outputs=(1,), patch=3)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("size", [12, 13])
def test_what_is_shrunk_and_grown_stays_where_it_was(size, factor):
    shrink, grow = Shrink(1, 1, 1, factor=factor), Grow((size,), 1, 1, factor=factor)
    with torch.no_grad():
        for layer in (shrink.layer, grow.layer):
            layer.weight.fill_(0.25)
            layer.bias.zero_()
        grown = grow(shrink(torch.eye(size)[:, None]))[:, 0]
    places = torch.arange(size)
    near = (places[:, None] - places).abs() <= 2 * factor - 1  # one coarse cell and its neighbours
    assert (grown[~near] == 0).all()
    assert (grown.diagonal() > 0).all()
