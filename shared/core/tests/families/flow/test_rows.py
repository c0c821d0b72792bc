"""Every graph owns as much of the noise as it is probable."""

import pytest
import torch

from gdl_core.families import Encodes
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Graph, GraphSample
from gdl_core.testing.spaces import equal

SPACE = Graph(max_nodes=3, node_types=2, edge_types=2)
PAIR = GraphSample(torch.tensor([0, 1]), torch.tensor([[0, 1], [1, 0]]))
SINGLE = GraphSample(torch.tensor([1]), torch.tensor([[0]]))
CHAIN = GraphSample(torch.tensor([0, 1, 1]), torch.tensor([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))


@pytest.fixture(scope="module")
def model():
    design = Design("flow", SPACE, "perceptron", variant="rows", network_options={"width": 32, "layers": 2})
    built = build(design, seed=2).eval()
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.mul_(3)
    return built


def test_decoding_undoes_encoding(model):
    graphs = [PAIR, CHAIN, SINGLE, PAIR]
    assert isinstance(model, Encodes)
    with torch.no_grad():
        codes = model.encode(SPACE.collate(graphs))
    assert codes.shape == (4, 6)
    assert all(map(equal, model.decode(codes, Streams(0, range(4))).samples, graphs))


def test_a_graph_s_code_does_not_depend_on_its_neighbours(model):
    with torch.no_grad():
        together, alone = model.encode(SPACE.collate([SINGLE, CHAIN]))[0], model.encode(SPACE.collate([SINGLE]))[0]
    assert torch.allclose(together, alone, atol=1e-6)


def test_a_sample_is_what_its_noise_decodes_to(model):
    drawn = model.sample(Streams(5, range(64))).samples
    noise = Streams(5, range(64)).normal(6)
    assert all(map(equal, model.decode(noise, Streams(0, range(64))).samples, drawn))


def test_a_graph_owns_as_much_noise_as_it_is_probable(model):
    """A grid of noise on three numbers, all that a single node needs (itself, and that there is no second one)."""
    even = (torch.arange(40, dtype=torch.float64) + 0.5) / 40
    noise = torch.special.ndtri(torch.cartesian_prod(even, even))
    codes = torch.cat([noise, torch.zeros(1600, 4)], 1)
    found = model.decode(codes, Streams(0, range(1600))).samples
    share = sum(equal(graph, SINGLE) for graph in found) / 1600
    with torch.no_grad():
        expected = model.log_prob(SPACE.collate([SINGLE])).values.exp().item()
    assert share == pytest.approx(expected, abs=2 / 40)
    assert expected > 0.05


def test_noise_that_has_no_say_changes_nothing(model):
    with torch.no_grad():
        code = model.encode(SPACE.collate([SINGLE])).repeat(8, 1)
    code[:, 2:] = torch.randn(8, 4, dtype=torch.float64)
    assert all(equal(graph, SINGLE) for graph in model.decode(code, Streams(0, range(8))).samples)
