"""Causal networks see the past alone, and read it once or step by step with the same answer."""

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.networks.causal import CausalTransformer, MaskedPerceptron
from gdl_core.spaces import Batch, Grid, Vector

KINDS = (ClassCondition("kind", ("a", "b")),)
NETWORKS = [
    lambda: MaskedPerceptron(Vector(4), outputs=(2,), conditions=KINDS, width=11),
    lambda: MaskedPerceptron(Vector(1), outputs=(2,), conditions=KINDS, width=3),
    lambda: CausalTransformer(Grid(3, (4,)), outputs=(2,), conditions=KINDS, width=16, heads=2),
]


def made(maker):
    network = maker().double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
    shape = (4,) if isinstance(network, MaskedPerceptron) and network.size == 4 else (1,)
    return network, torch.randn(2, *(shape if isinstance(network, MaskedPerceptron) else (3, 4))).double()


@pytest.mark.parametrize("maker", NETWORKS)
def test_a_place_depends_on_all_places_before_it_and_no_other(maker):
    network, x = made(maker)
    length = x.shape[-1]

    def by_place(values):
        return network(Batch(values[None])).movedim(-2, 0).reshape(length, -1).pow(2).sum(1)

    jacobian = torch.autograd.functional.jacobian(by_place, x[0]).reshape(length, -1, length).abs().sum(1)
    assert torch.equal(jacobian > 0, torch.ones(length, length).tril(-1).bool())


@pytest.mark.parametrize("maker", NETWORKS)
def test_step_by_step_the_numbers_are_the_same(maker):
    network, x = made(maker)
    asked = {"kind": torch.tensor([0, 1])}
    with torch.no_grad():
        whole = network(Batch(x, conditions=asked))
        memory = network.begin(2, asked)
        steps = [network.advance(before, memory) for before in (None, *x[..., :-1].unbind(-1))]
    assert torch.allclose(torch.stack(steps, -2), whole, atol=1e-5)


@pytest.mark.parametrize("maker", NETWORKS)
def test_the_first_place_knows_the_condition(maker):
    network, x = made(maker)
    one, other = (network(Batch(x, conditions={"kind": torch.tensor(kinds)})) for kinds in ([0, 0], [1, 1]))
    assert not torch.allclose(one[..., 0, :], other[..., 0, :])
