"""A generator finds every mode of a grid of Gaussians."""

import copy
import itertools

import pytest
import torch
from torch import Tensor, nn

from gdl_core.families import Family
from gdl_core.pairing import find_family
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Vector
from gdl_core.testing.families import same_randomness

APART, DEVIATION = 2.0, 0.2
CENTRES = torch.tensor(list(itertools.product(range(-2, 3), repeat=2))) * APART
SCALE = 2 * 2**0.5
"""Of the data, whose components so have a deviation of one."""


def plain(inputs: int, outputs: int, layers: int) -> nn.Sequential:
    steps = [layer for _ in range(layers) for layer in (nn.Linear(64, 64), nn.LeakyReLU(0.2))]
    return nn.Sequential(nn.Linear(inputs, 64), nn.LeakyReLU(0.2), *steps, nn.Linear(64, outputs))


class Maker(nn.Module):
    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.layers = plain(inputs, 2, 2)

    def forward(self, codes: Tensor, conditions: object) -> tuple[Tensor]:
        return (self.layers(codes)[..., None],)


class Waves(nn.Module):
    """Sees a place as itself and as random waves over it (Tancik et al. 2020, arXiv:2006.10739)."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("frequencies", 3 * torch.randn(2, 16))
        self.layers = plain(2 + 32, 1, 1)

    def forward(self, batch: Batch) -> Tensor:
        angles = batch.values @ self.frequencies
        return self.layers(torch.cat([batch.values, angles.sin(), angles.cos()], 1))


def networks(role: str, *, inputs: int = 0, outputs: tuple[int, ...] = ()) -> nn.Module:
    return Maker(inputs) if role == "generator" else Waves()


def learn(model: Family, *, steps: int, rate: float) -> Family:
    """Train on fresh data; return the model with the average of its latest weights."""
    average, phases = copy.deepcopy(model), model.phases()
    optimizers = [torch.optim.Adam(phase.parameters, lr=rate, betas=phase.betas) for phase in phases]
    for step in range(steps):
        data = CENTRES[torch.randint(25, (128,))] + DEVIATION * torch.randn(128, 2)
        for phase, optimizer in zip(phases, optimizers, strict=True):
            optimizer.param_groups[0]["lr"] = rate * min(1.0, 2 - 2 * step / steps)
            loss = phase.loss(Batch(data / SCALE)).mean()
            for parameter, gradient in zip(phase.parameters, torch.autograd.grad(loss, phase.parameters), strict=True):
                parameter.grad = gradient
            optimizer.step()
        weights = list(average.parameters()), list(model.parameters())
        with torch.no_grad():
            torch._foreach_lerp_(*weights, 1 - min(0.99, (1 + step) / (10 + step)))
    return average


def modes_found(model: Family, count: int = 2500) -> tuple[int, float]:
    """Return how many modes have a tenth of their share within three deviations, and the share of all that has."""
    samples = torch.stack(model.sample(Streams(0, range(count))).samples) * SCALE
    distance, nearest = torch.cdist(samples, CENTRES).min(1)
    close = distance < 3 * DEVIATION
    found = nearest[close].bincount(minlength=25) >= count / 25 / 10
    return int(found.sum()), float(close.float().mean())


@pytest.mark.slow
def test_all_25_modes_of_a_grid_of_gaussians_are_found():
    family = find_family("gan", Vector(2), "relativistic")
    with same_randomness():
        model = family(Vector(2), networks, latent=2, penalty=0.02, betas=(0.5, 0.99))
        model = learn(model, steps=1200, rate=5e-3)
    found, close = modes_found(model)
    assert found == 25
    assert close > 0.4  # of a uniform cover 0.28 would be
