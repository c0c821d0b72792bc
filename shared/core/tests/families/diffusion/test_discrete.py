"""Masked and uniform diffusion against the probabilities of all sequences of three symbols and length four."""

import math

import pytest
import torch
from torch import nn

from gdl_core.families.diffusion import Marginal, Masked, Staged, Uniform
from gdl_core.families.diffusion.masked import take_turns
from gdl_core.families.given import Given
from gdl_core.families.truncation import draw_each
from gdl_core.pairing import Design, build
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Graph, GraphSample, Grid, Tokens

SPACE = Tokens(3, 4, variable=False)
SEQUENCES = torch.cartesian_prod(*[torch.arange(3)] * 4)
TABLE = (1.5 * torch.randn(81, generator=torch.Generator().manual_seed(0), dtype=torch.float64)).softmax(0)


class Table(nn.Module):
    """The exact distribution of each element, given what can be seen of the others."""

    def __init__(self, uniform=False):
        super().__init__()
        self.uniform = uniform
        self.calls = 0
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, batch, time):
        self.calls += 1
        symbols = torch.nn.functional.one_hot(SEQUENCES, 3).double()
        agreement = torch.einsum("blk,slk->bsl", batch.values.double(), symbols)
        if self.uniform:
            left = (1 - time.double())[:, None, None]
            evidence = (left * agreement + (1 - left) / 3).prod(-1)
        else:  # what is hidden, all zeros, agrees with everything
            evidence = ((agreement == 1) | (batch.values.sum(-1) == 0)[:, None]).all(-1).double()
        chances = evidence * TABLE
        found = torch.einsum("bs,slk->blk", chances / chances.sum(1, keepdim=True), symbols)
        return (found.clamp_min(1e-300).log(),)


def exact(family):
    return family(SPACE, lambda *_, **__: Table(uniform=family is Uniform)).eval()


def frequencies(samples):
    place = torch.stack(samples) @ torch.tensor([27, 9, 3, 1])
    return torch.bincount(place, minlength=81) / len(samples)


def test_the_masked_bound_of_the_exact_denoiser_is_the_log_probability():
    found = exact(Masked).log_prob(Batch(SEQUENCES))
    assert found.kind == "lower_bound"
    assert torch.allclose(found.values.double(), TABLE.log(), atol=1e-5)


def test_the_masked_loss_is_the_negative_log_probability_in_the_mean():
    model = exact(Masked)
    for row in (3, 40):
        loss = model.loss(Batch(SEQUENCES[[row]].expand(20_000, -1)))
        assert loss.mean().item() == pytest.approx(-TABLE[row].log().item(), abs=5 * loss.std().item() / 20_000**0.5)


def test_with_fewer_steps_the_masked_bound_is_lower_in_the_mean():
    model = exact(Masked)
    mean = [(TABLE * model.log_prob(Batch(SEQUENCES), steps=steps).values).sum().item() for steps in (1, 2, 4)]
    assert mean[0] < mean[1] < mean[2]


@pytest.mark.parametrize(("family", "steps"), [(Masked, 4), (Uniform, 30)])
def test_the_exact_denoiser_draws_the_table(family, steps):
    model = exact(family)
    drawn = model.sample(Streams(0, range(4000)), steps=steps)
    assert model.network.calls == steps
    noise = (TABLE * (1 - TABLE) / 4000).sqrt().sum()
    assert (frequencies(drawn.samples) - TABLE).abs().sum() < 1.5 * noise


def test_masked_steps_beyond_the_elements_cost_nothing():
    model = exact(Masked)
    model.sample(Streams(0, range(2)), steps=99)
    assert model.network.calls == 4


def test_a_masked_model_draws_the_rest_given_a_part():
    given = Given(Batch(torch.tensor([[2, 0, 0, 1]])), (torch.tensor([[True, False, False, True]]),))
    found = frequencies(exact(Masked).sample(Streams(1, range(6000)), given=given).samples)
    fits = (SEQUENCES[:, 0] == 2) & (SEQUENCES[:, 3] == 1)
    assert found[~fits].sum() == 0
    expected = TABLE * fits / TABLE[fits].sum()
    assert (found - expected).abs().sum() < 0.04


def test_a_uniform_model_keeps_a_given_part():
    given = Given(Batch(torch.tensor([[2, 0, 0, 1]])), (torch.tensor([[True, False, False, True]]),))
    samples = torch.stack(exact(Uniform).sample(Streams(1, range(50)), given=given, steps=8).samples)
    assert (samples[:, 0] == 2).all() and (samples[:, 3] == 1).all()


def test_the_uniform_bound_of_the_exact_denoiser_is_near_the_log_probability_and_below_it(monkeypatch):
    repeats, rows = 400, torch.tensor([4, 20, 60])
    monkeypatch.setattr("gdl_core.families.diffusion.uniform.streams_of", lambda filled: Ambient(len(filled)))
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # every sample has noise of its own
        bound = exact(Uniform).log_prob(Batch(SEQUENCES[rows].repeat(repeats, 1)), steps=40).values
    bound = bound.reshape(repeats, len(rows))
    error = bound.std(0) / repeats**0.5
    assert (bound.mean(0) < TABLE[rows].log() + 4 * error).all()
    assert (bound.mean(0) > TABLE[rows].log() - 4 * error - 0.2).all()
    assert (error < 0.3).all()


def test_a_rare_symbol_is_drawn_as_often_as_it_should():
    """One in ten million, of which float32 would lose many."""
    logits = torch.tensor([math.log(1e-7), 0.0]).expand(3, 2)
    assert draw_each(logits, torch.tensor([0.9e-7, 1.2e-7, 1 - 1e-12], dtype=torch.float64)).tolist() == [0, 1, 1]


def test_both_directions_of_an_edge_are_uncovered_together():
    space = Graph(4, 2, 2)
    (nodes, edges), steps = take_turns(space.uniform(Streams(0, range(5))), 99)
    assert steps == 4 + 4 + 6  # nodes, each with itself, and pairs
    assert torch.equal(edges, edges.transpose(1, 2))
    for one in zip(nodes, edges, strict=True):
        assert torch.cat([part.flatten() for part in one]).unique().tolist() == list(range(steps))


STATES = torch.cartesian_prod(*[torch.arange(2)] * 3)  # two nodes that are there or not, and their edge
CHANCES = torch.tensor([5.0, 1.0, 2.0, 3.0, 4.0, 2.0, 6.0, 1.0], dtype=torch.float64) / 24


class Couple(nn.Module):
    """The exact distribution of two nodes and their edge, given what can be seen of them."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, batch, time):
        hidden = batch.values.sum(-1) == 0, batch.edges[:, 0, 1].sum(-1) == 0
        assert hidden[0][hidden[1]].all(), "a node was uncovered before the edges"
        seen = torch.cat([batch.values, batch.edges[:, :1, 1]], 1)
        symbols = torch.nn.functional.one_hot(STATES, 2).double()
        agreement = torch.einsum("blk,slk->bsl", seen.double(), symbols)
        evidence = ((agreement == 1) | (seen.sum(-1) == 0)[:, None]).all(-1).double() * CHANCES
        found = torch.einsum("bs,slk->blk", evidence / evidence.sum(1, keepdim=True), symbols).log()
        return found[:, :2], found[:, 2, None, None].expand(-1, 2, 2, -1)


def couples(times, monkeypatch):
    """Every state so many times. `fill` would take an edge from a node that is not there; here it stays."""
    states = STATES.repeat(times, 1)
    edges = torch.zeros(len(states), 2, 2, dtype=torch.int64)
    edges[:, 0, 1] = edges[:, 1, 0] = states[:, 2]
    monkeypatch.setattr(Graph, "fill", lambda self, batch: batch)
    return Batch(states[:, :2], None, edges)


def test_of_a_graph_in_stages_edges_are_uncovered_before_nodes_and_the_bound_is_the_log_probability(monkeypatch):
    model = Staged(Graph(2, 1, 2), lambda *_, **__: Couple()).eval()
    assert model.stages == [(0, 0.4), (0.4, 1)]
    assert torch.allclose(model.log_prob(couples(1, monkeypatch)).values.double(), CHANCES.log(), atol=1e-5)
    losses = model.loss(couples(3000, monkeypatch)).double().reshape(3000, 8)
    assert ((losses.mean(0) + CHANCES.log()).abs() < 5 * losses.std(0) / 3000**0.5).all()


def test_a_graph_in_stages_is_drawn_as_often_as_it_should():
    model = Staged(Graph(2, 1, 2), lambda *_, **__: Couple()).eval()
    drawn = [len(nodes) for nodes, _ in model.sample(Streams(0, range(4000))).samples]
    found = torch.bincount(torch.tensor(drawn), minlength=3) / 4000
    expected = torch.zeros(3, dtype=torch.float64).index_add(0, STATES[:, :2].sum(1), CHANCES)
    assert (found - expected).abs().max() < 0.03


@pytest.mark.parametrize("variant", ["masked", "uniform", "marginal", "staged"])
def test_drawn_edges_are_the_same_both_ways(variant):
    model = build(Design("diffusion", Graph(5, 2, 3), variant=variant, network_options={"width": 16, "layers": 1}))
    for nodes, edges in model.sample(Streams(0, range(8)), steps=5).samples:
        assert torch.equal(edges, edges.T) and (edges.diagonal() == 0).all()
        assert len(nodes) == len(edges)


def test_marginals_are_counted_in_training():
    space = Graph(2, 1, 2)
    model = build(Design("diffusion", space, variant="marginal", network_options={"width": 16, "layers": 1}))
    assert isinstance(model, Marginal)
    batch = space.collate([GraphSample(torch.zeros(1, dtype=torch.int64), torch.zeros(1, 1, dtype=torch.int64))] * 99)
    model.eval().loss(batch)
    assert model.resting[0].tolist() == [0.5, 0.5]
    model.train().loss(batch)
    assert model.resting[0].tolist() == [0.5, 0.5]  # a node and a lack of one in each
    assert model.resting[1][0] > 0.99


def test_levels_can_be_diffused_as_symbols():
    space = Grid(1, (4,), levels=3)
    model = build(Design("diffusion", space, variant="uniform", network_options={"width": 16}))
    for sample in model.sample(Streams(0, range(3)), steps=4).samples:
        space.pack(sample)
    assert not Uniform.fits(Grid(1, (4,)))


def test_guidance_sharpens_what_conditions_say():
    class Asked(nn.Module):
        def forward(self, batch, time):
            logits = torch.zeros(*batch.values.shape)
            logits[..., 0] = 1.0 * (batch.conditions["class"] >= 0)[:, None]
            return (logits,)

    model = Masked(SPACE, lambda *_, **__: Asked())
    asked = {"class": torch.zeros(3000, dtype=torch.int64)}
    for weight in (0.0, 1.0, 3.0):
        drawn = torch.stack(model.sample(Streams(0, range(3000)), conditions=asked, guidance=weight).samples)
        expected = math.exp(weight) / (math.exp(weight) + 2)
        assert (drawn == 0).float().mean().item() == pytest.approx(expected, abs=0.02)
