"""Couplings over edges and nodes are a bijection, and their bounds are bounds."""

import math

import pytest
import torch
from flows import shaken

from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Graph, GraphSample
from gdl_core.testing.spaces import equal

SPACE = Graph(max_nodes=3, node_types=2, edge_types=3)


@pytest.mark.parametrize("space", [SPACE, Graph(2, 2, 2), Graph(4, 1, 2)], ids=["triangle", "pair", "square"])
def test_the_map_is_a_bijection_that_knows_its_jacobian(space):
    model = shaken("realnvp", space, edge_steps=4, node_steps=4)
    x = torch.randn(2, model.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    z, log_det = model.bijection(x, {})
    assert not torch.allclose(z, x, atol=1e-2)
    assert torch.allclose(model.bijection.inverse(z, {}), x, atol=1e-10)
    for row, found in zip(x, log_det, strict=True):
        jacobian = torch.autograd.functional.jacobian(lambda one: model.bijection(one[None], {})[0][0], row)
        assert float(found.detach()) == pytest.approx(float(torch.linalg.slogdet(jacobian)[1]), abs=1e-6)


def test_decoding_undoes_encoding():
    model = shaken("realnvp", SPACE, size=0.05).float()
    chain = GraphSample(torch.tensor([0, 1, 1]), torch.tensor([[0, 2, 0], [2, 0, 1], [0, 1, 0]]))
    single = GraphSample(torch.tensor([1]), torch.tensor([[0]]))
    with torch.no_grad():
        codes = model.encode(SPACE.collate([chain, single]))
    assert all(map(equal, model.decode(codes, Streams(0, range(2))).samples, [chain, single]))


def test_bounds_of_all_graphs_sum_to_less_than_one():
    space = Graph(max_nodes=2, node_types=1, edge_types=2)
    model = build(Design("flow", space, variant="realnvp", network_options={"width": 8}), seed=1).eval()
    pair = torch.tensor([[0, 1], [1, 0]])
    graphs = [GraphSample(torch.zeros(0).long(), torch.zeros(0, 0).long())]
    graphs += [GraphSample(torch.tensor([0]), torch.tensor([[0]]))]
    graphs += [GraphSample(torch.tensor([0, 0]), pair * kind) for kind in (0, 1)]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)
        logs = -model.loss(space.collate(graphs * 1000)).view(1000, 4)  # each with noise of its own
        assert model.log_prob(space.collate(graphs)).kind == "lower_bound"
    assert logs.mean(0).exp().sum() < 1
    assert (logs.logsumexp(0) - math.log(1000)).exp().sum() < 1.05  # the density within their cells
