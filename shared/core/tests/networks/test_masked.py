"""Masked and dilated convolutions see all cells before each cell, and no other, in 1, 2 and 3 axes."""

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.networks.masked import PixelCNN, PixelRNN, WaveNet
from gdl_core.networks.samplernn import SampleRNN
from gdl_core.spaces import Batch, Grid

NETWORKS = {
    "pixelcnn-1": PixelCNN(Grid(2, (5,)), outputs=(2,), width=8, layers=3, kernel=3),
    "pixelcnn-2": PixelCNN(Grid(2, (3, 4)), outputs=(2,), width=8, layers=3, kernel=3),
    "pixelcnn-3": PixelCNN(Grid(2, (2, 3, 2)), outputs=(2,), width=8, layers=3, kernel=3),
    "pixelrnn-1": PixelRNN(Grid(2, (5,)), outputs=(2,), width=8, layers=2, kernel=7),
    "pixelrnn-2": PixelRNN(Grid(2, (3, 4)), outputs=(2,), width=8, layers=2, kernel=7),
    "pixelrnn-3": PixelRNN(Grid(2, (2, 3, 2)), outputs=(2,), width=8, layers=2, kernel=7),
    "wavenet": WaveNet(Grid(2, (8,)), outputs=(2,), width=8, layers=3),
    "samplernn": SampleRNN(Grid(2, (13,)), outputs=(2,), width=8, frames=(6, 2)),
}


def real(network, count=1, seed=0):
    shape = (count, network.channels, *network.shape)
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_prediction_depends_on_every_element_before_it_and_on_none_after(network):
    def predict(values: torch.Tensor) -> torch.Tensor:
        return network(Batch(values.reshape(1, network.channels, *network.shape))).pow(2).sum(-1).flatten()

    values = real(network).flatten()
    jacobian = torch.autograd.functional.jacobian(predict, values).abs()[network.order][:, network.order]
    seen = torch.ones(len(values), len(values), dtype=torch.bool).tril(-1)
    assert torch.equal(jacobian > 0, seen)


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_cached_predictions_equal_uncached_ones(network):
    values = real(network, count=3)
    with torch.no_grad():
        whole = network(Batch(values)).flatten(1, -2)
        memory = network.begin(3, {})
        last, steps = None, []
        for place in network.order:
            steps.append(network.advance(last, memory))
            last = values.flatten(1)[:, place]
    assert torch.allclose(torch.stack(steps, 1), whole[:, network.order], atol=1e-5)


def test_a_window_that_is_too_small_hides_what_is_far_and_a_cycle_starts_again():
    narrow = WaveNet(Grid(1, (12,)), outputs=(1,), width=8, layers=3, cycle=3)  # 2 + 1 + 2 + 4 cells
    values = real(narrow).requires_grad_()
    narrow(Batch(values))[0, 0, -1].sum().backward()
    assert (values.grad[0, 0] != 0).nonzero().flatten().tolist() == list(range(2, 11))
    dilations = [layer.convolution.dilation for layer in WaveNet(Grid(1, (9,)), outputs=(1,), cycle=4).stacks[0].layers]
    assert dilations == [1, 2, 4, 8, 1, 2, 4, 8, 1, 2]


def test_a_condition_changes_predictions_and_a_missing_one_stands_for_anything():
    network = PixelCNN(
        Grid(1, (3, 3)), outputs=(2,), width=8, layers=1, conditions=[ClassCondition("digit", ("0", "1"))]
    )
    values = real(network).expand(3, -1, -1, -1)
    with torch.no_grad():
        zero, one, none = network(Batch(values, conditions={"digit": torch.tensor([0, 1, -1])}))
        nothing = network(Batch(values[:1]))[0]
    assert not torch.allclose(zero, one)
    assert torch.allclose(none, nothing, atol=1e-6)


def test_what_a_network_cannot_be_is_refused():
    with pytest.raises(ValueError, match="one axis"):
        WaveNet(Grid(1, (4, 4)), outputs=(1,))
    with pytest.raises(ValueError, match="odd"):
        PixelCNN(Grid(1, (4, 4)), outputs=(1,), kernel=4)
    with pytest.raises(ValueError, match="one axis"):
        SampleRNN(Grid(1, (4, 4)), outputs=(1,))
    with pytest.raises(ValueError, match="multiple of the next"):
        SampleRNN(Grid(1, (4,)), outputs=(1,), frames=(6, 4))
