"""The running average of the weights is what its formula says."""

import pytest
import torch

from gdl_core.pairing import Design, build
from gdl_core.spaces import Tokens
from gdl_core.training.average import EVERY, START, Average

DESIGN = Design("autoregressive", Tokens(3, 4), "recurrent", network_options={"width": 4, "layers": 1})


def weight(model):
    return next(model.parameters())


@pytest.fixture
def model():
    return build(DESIGN)


def test_the_first_steps_are_forgotten(model):
    average = Average(model, 0.999)
    values = [1.0, 4.0, 2.0]
    expected = weight(average.model).mean().item()
    for step, value in enumerate(values, 1):
        with torch.no_grad():
            weight(model).fill_(value)
        average.update(step)
        decay = (1 + step) / (10 + step)
        expected = decay * expected + (1 - decay) * value
    assert weight(average.model).mean().item() == pytest.approx(expected)


def test_later_the_average_moves_seldom_but_as_far():
    fast, slow = build(DESIGN), build(DESIGN)
    averages = {model: Average(model, 0.99) for model in (fast, slow)}
    for model in averages:
        with torch.no_grad():
            weight(model).fill_(1.0)
    for step in range(START + 1, START + 1 + 5 * EVERY):
        averages[slow].update(step)
    for _ in range(5 * EVERY):
        with torch.no_grad():
            weight(averages[fast].model).lerp_(weight(fast), 1 - 0.99)
    assert torch.allclose(weight(averages[slow].model), weight(averages[fast].model), atol=1e-6)


def test_without_decay_the_average_is_the_model_as_it_stands(model):
    average = Average(model, 0.0)
    with torch.no_grad():
        weight(model).fill_(3.0)
    average.update(1)
    assert torch.equal(weight(average.model), weight(model))
    assert not any(parameter.requires_grad for parameter in average.model.parameters())
