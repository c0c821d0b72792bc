"""The likelihood of graphs is exact, and what is drawn follows it."""

import itertools

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, GraphSample

SPACE = Graph(max_nodes=3, node_types=2, edge_types=2)
SMALL = {"width": 16, "layers": 1, "heads": 2}


def every_graph() -> list[GraphSample]:
    graphs = []
    for size in range(SPACE.max_nodes + 1):
        pairs = list(itertools.combinations(range(size), 2))
        for nodes in itertools.product(range(SPACE.node_types), repeat=size):
            for kinds in itertools.product(range(SPACE.edge_types), repeat=len(pairs)):
                edges = torch.zeros(size, size, dtype=torch.int64)
                for (one, other), kind in zip(pairs, kinds, strict=True):
                    edges[one, other] = edges[other, one] = kind
                graphs.append(GraphSample(torch.tensor(nodes, dtype=torch.int64), edges))
    return graphs


def key(graph: GraphSample) -> tuple:
    return (*graph.nodes.tolist(), *graph.edges.flatten().tolist())


@pytest.fixture(scope="module", params=["transformer", "recurrent", "perceptron"])
def model(request):
    options = SMALL if request.param == "transformer" else {"width": 16, "layers": 1 + (request.param == "perceptron")}
    design = Design("autoregressive", SPACE, request.param, network_options=options)
    built = build(design, seed=2).eval()
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.mul_(4 if parameter.ndim > 1 else 1)
    return built


@pytest.fixture(scope="module")
def chances(model):
    with torch.no_grad():
        return model.log_prob(SPACE.collate(every_graph())).values.double().exp()


def test_the_probabilities_of_all_graphs_sum_to_one(chances):
    assert len(chances) == 1 + 2 + 4 * 2 + 8 * 8
    assert chances.sum().item() == pytest.approx(1, abs=1e-5)


def test_frequencies_follow_the_likelihood(model, chances):
    count = 4000
    drawn = [key(graph) for graph in model.sample(Streams(11, range(count))).samples]
    found = torch.tensor([drawn.count(key(graph)) for graph in every_graph()])
    expected = chances * count
    common = expected >= 5
    statistic = ((found - expected) ** 2 / expected)[common].sum()
    rest, rare = found[~common].sum(), expected[~common].sum()
    statistic += (rest - rare) ** 2 / rare
    freedom = int(common.sum())
    assert statistic < freedom + 3.1 * (2 * freedom) ** 0.5 + 10  # somewhat above the 0.999 quantile


def test_a_drawn_graph_has_the_probability_it_is_said_to_have(model):
    draws = model.sample(Streams(5, range(64)))
    with torch.no_grad():
        again = model.log_prob(SPACE.collate(draws.samples)).values
    assert torch.allclose(draws.log_prob, again, atol=1e-4)


def test_given_nodes_and_edges_are_kept_and_a_given_beginning_is_one_that_the_rest_is_drawn_for(model, chances):
    edges = torch.zeros(1, 3, 3, dtype=torch.int64)
    edges[0, 0, 1] = edges[0, 1, 0] = 1
    known_edges = edges > 0
    beginning = Given(Batch(torch.tensor([[2, 1, 0]]), edges=edges), (torch.tensor([[True, True, False]]), known_edges))
    graphs, count = every_graph(), 3000
    drawn = model.sample(Streams(3, range(count)), given=beginning).samples
    assert all(g.nodes[:2].tolist() == [1, 0] and g.edges[0, 1] == 1 for g in drawn)
    fits = torch.tensor([g.nodes[:2].tolist() == [1, 0] and int(g.edges[0, 1]) == 1 for g in graphs])
    three = torch.tensor([len(graph.nodes) == 3 for graph in graphs])
    share = chances[fits & three].sum() / chances[fits].sum()
    found = sum(len(graph.nodes) == 3 for graph in drawn) / count
    assert abs(found - share) < 4 * (share * (1 - share) / count).sqrt()


def test_a_graph_has_the_same_likelihood_beside_larger_ones(model):
    graphs = every_graph()[::7]
    with torch.no_grad():
        together = model.log_prob(SPACE.collate(graphs)).values
        alone = torch.cat([model.log_prob(SPACE.collate([graph])).values for graph in graphs])
    assert torch.allclose(together, alone, atol=1e-5)


def test_guidance_zero_draws_without_conditions():
    design = Design("autoregressive", SPACE, network_options=SMALL, conditions=(ClassCondition("a", ("x", "y")),))
    model, asked = build(design, seed=1).eval(), {"a": torch.ones(20, dtype=torch.int64)}
    free = model.sample(Streams(0, range(20)))
    for conditions, weight, same in ((asked, 0.0, True), (asked, 40.0, False)):
        drawn = model.sample(Streams(0, range(20)), conditions=conditions, guidance=weight)
        assert (list(map(key, drawn.samples)) == list(map(key, free.samples))) == same
    with torch.no_grad():
        batch = SPACE.collate(drawn.samples, asked)
        assert torch.allclose(model.log_prob(batch).values, drawn.log_prob, atol=1e-4)
