import itertools
import math

import pytest
import torch

from gdl_core.families.vae.observations import observe
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Graph, GraphSample, Grid, Points, Space, Tokens, Vector
from gdl_core.testing.spaces import equal

numbers = torch.Generator().manual_seed(0)
SPACES: dict[str, Space] = {
    "vector": Vector(3),
    "tokens": Tokens(3, 4),
    "fixed tokens": Tokens(3, 4, variable=False),
    "real grid": Grid(2, (3,)),
    "binary grid": Grid(1, (2, 2), levels=2),
    "grid": Grid(1, (2, 2, 2), levels=5),
    "points": Points(4, 2),
    "fixed points": Points(4, 2, variable=False),
    "graph": Graph(4, 3, 3),
}


def outputs_for(space: Space, batch: int = 1, scale: float = 1.0) -> list[torch.Tensor]:
    """Return what a decoder might make, alike for both directions of an edge."""
    found = []
    for part, count in zip(space.parts, observe(space).outputs, strict=True):
        made = scale * torch.randn(batch, *part.shape, count, generator=numbers)
        found.append(made + made.transpose(1, 2) if len(found) else made)
    return found


@pytest.mark.parametrize("name", SPACES)
def test_draws_are_samples_of_the_space_and_belong_to_their_stream(name):
    space = SPACES[name]
    observation, outputs = observe(space), outputs_for(space, 8, 2.0)
    many = space.trim(observation.draw(outputs, Streams(3, range(8))))
    alone = space.trim(observation.draw([output[5:6] for output in outputs], Streams(3, [5])))[0]
    assert equal(many[5], alone)
    for sample in many:
        space.pack(sample)


@pytest.mark.parametrize("name", SPACES)
def test_the_centre_is_drawn_at_temperature_nought_and_nothing_is_more_probable(name):
    space = SPACES[name]
    observation, outputs = observe(space), outputs_for(space)
    drawn = observation.draw([output.expand(64, *output.shape[1:]) for output in outputs], Streams(0, range(64)))
    best = observation.log_prob(outputs, observation.centre(outputs))
    if name == "vector":  # else a sample may leave elements out, and is judged by the rest, or the centre is a median
        assert (observation.log_prob([o.expand(64, *o.shape[1:]) for o in outputs], drawn) <= best + 1e-4).all()
    at_nought = observation.draw(outputs, Streams(0, [0]), 0)
    assert equal(*(space.trim(filled)[0] for filled in (observation.centre(outputs), at_nought)))


@pytest.mark.parametrize("space", [Tokens(2, 3), Tokens(2, 3, variable=False), Grid(1, (3,), levels=2)], ids=str)
def test_the_probabilities_of_all_samples_of_a_small_space_sum_to_one(space):
    lengths = range(4) if getattr(space, "variable", False) else [3]
    shape = (1, 3) if isinstance(space, Grid) else (-1,)
    every = [
        torch.tensor(symbols, dtype=torch.int64).reshape(shape)
        for length in lengths
        for symbols in itertools.product(range(2), repeat=length)
    ]
    filled = space.fill(space.collate(every))
    outputs = [output.expand(len(every), *output.shape[1:]) for output in outputs_for(space)]
    assert observe(space).log_prob(outputs, filled).exp().sum().item() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("name", ["points", "fixed points"])
def test_a_set_has_the_best_of_all_arrangements_in_any_order(name):
    space = SPACES[name]
    observation, outputs = observe(space), outputs_for(space)
    points = torch.randn(4 if name == "fixed points" else 3, 2, generator=numbers)
    orders = list(itertools.permutations(range(4)))
    filled = space.fill(space.collate([points])).values[0]
    arranged = Batch(torch.stack([filled[list(order)] for order in orders]))
    repeated = [output.expand(len(orders), *output.shape[1:]) for output in outputs]
    every = space.total(observation.heard_log_probs(repeated, arranged))  # as if each were in its order
    found = observation.log_prob(repeated, arranged)
    assert torch.allclose(found, every.max().expand_as(found), atol=1e-5)
    assert found[0] <= every.logsumexp(0)  # the set's own probability: a sum over all arrangements


def test_the_numbers_of_a_point_that_is_not_there_say_nothing():
    space = SPACES["points"]
    filled = space.fill(space.collate([torch.zeros(2, 2)]))
    other = torch.where(filled.values[..., -1:] < 0, filled.values.new_tensor([7.0, -3.0, -1.0]), filled.values)
    outputs = outputs_for(space)
    assert torch.equal(*(observe(space).log_prob(outputs, batch) for batch in (filled, Batch(other))))


def graph(types: list[int], edges: dict[tuple[int, int], int]) -> GraphSample:
    matrix = torch.zeros(len(types), len(types), dtype=torch.int64)
    for (one, other), kind in edges.items():
        matrix[one, other] = matrix[other, one] = kind
    return GraphSample(torch.tensor(types), matrix)


def test_a_graph_whose_nodes_all_differ_has_one_likelihood_in_any_order():
    space = Graph(4, 4, 3)
    one = graph([0, 1, 2, 3], {(0, 1): 1, (1, 2): 2, (2, 3): 1})
    orders = [torch.tensor(order) for order in itertools.permutations(range(4))]
    filled = space.fill(space.collate([GraphSample(one.nodes[o], one.edges[o][:, o]) for o in orders]))
    sure = [torch.full((1, 4, 5), -4.0), torch.zeros(1, 4, 4, 3)]
    sure[0][0, [0, 1, 2, 3], [3, 1, 4, 2]] = 4.0  # the decoder has an order of its own
    found = observe(space).log_prob([output.expand(24, *output.shape[1:]) for output in sure], filled)
    assert torch.allclose(found, found[:1].expand(24), atol=1e-5)
    assert found[0].item() == pytest.approx(-6 * math.log(3), abs=0.01)  # six pairs of nodes, undecided edges


def test_the_bound_of_a_graph_lies_below_its_probability_and_near_the_best_arrangement():
    space = Graph(4, 2, 2)
    sample = graph([0, 1, 0], {(0, 1): 1})
    filled = space.fill(space.collate([sample]))
    observation = observe(space)
    orders = [torch.tensor(order) for order in itertools.permutations(range(4))]
    arranged = Batch(
        torch.stack([filled.values[0][o] for o in orders]),
        edges=torch.stack([filled.edges[0][o][:, o] for o in orders]),
    )
    gaps = []
    for _ in range(20):
        outputs = outputs_for(space)
        repeated = [output.expand(24, *output.shape[1:]) for output in outputs]
        every = space.total(observation.heard_log_probs(repeated, arranged))
        found = observation.log_prob(outputs, filled)
        assert found <= every.max() + 1e-5
        gaps.append(float(every.max() - found))
    assert sum(gap < 1e-4 for gap in gaps) >= 8  # often the very best arrangement
