"""An energy that is learned by score matching."""

import pytest
import torch
from torch import Tensor, nn

from gdl_core.families.energy import ScoreMatching
from gdl_core.spaces import Batch, Space, Tokens, Vector


class Bowl(nn.Module):
    """A tilt that is a bowl of a steepness, on a level."""

    def __init__(self, steepness: float, level: float) -> None:
        super().__init__()
        self.steepness, self.level = nn.Parameter(torch.tensor(steepness)), nn.Parameter(torch.tensor(level))

    def forward(self, batch: Batch) -> Tensor:
        return self.level + self.steepness * batch.values.square().mean(1, keepdim=True) / 2


def model_of(space: Space, network: nn.Module, **options: float) -> ScoreMatching:
    return ScoreMatching(space, lambda role, **sizes: network, **options)


def loss_and_slopes(steepness: float, level: float) -> tuple[float, float, float]:
    """Return the loss of a bowl on normal data of deviation 0.5, blurred by 0.5, and its derivatives."""
    bowl = Bowl(steepness, level)
    model = model_of(Vector(2), bowl, blur=0.5)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        loss = model.loss(Batch(0.5 * torch.randn(50_000, 2))).mean()
    loss.backward()
    return loss.item(), bowl.steepness.grad.item(), bowl.level.grad.item()


def test_the_loss_is_least_where_the_energy_is_that_of_blurred_data_with_mean_zero():
    """Blurred data have variance 1/2; the normal density 5/4; half of the variance is lost to the blur."""
    steepness = 2 - 4 / 5
    loss, *slopes = loss_and_slopes(steepness, -0.5)
    assert loss == pytest.approx(2 * 0.25 / 2, rel=0.03)
    assert slopes == pytest.approx([0.0, 0.0], abs=0.01)
    assert loss_and_slopes(steepness / 2, -0.4)[1] < -0.05
    assert loss_and_slopes(steepness, 0.5)[2] > 0.5


def test_symbols_are_blurred_more_than_numbers():
    assert model_of(Tokens(5, 4), Bowl(0.0, 0.0)).blur > model_of(Vector(2), Bowl(0.0, 0.0)).blur
