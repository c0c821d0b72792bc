import math

import pytest
import torch
from torch import nn

from gdl_core.errors import UsageError
from gdl_core.families.diffusion import Consistency, Ddpm, Edm, FlowMatching
from gdl_core.families.diffusion.interpolants import INTERPOLANTS
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Tokens, Vector
from gdl_core.testing.families import learn


class Exact(nn.Module):
    """The mean of Gaussian data behind the noise, seen along one interpolant; conditions shift the data by 4."""

    def __init__(self, way, mean, covariance):
        super().__init__()
        self.way, self.mean, self.covariance = way, torch.tensor(mean), torch.tensor(covariance)
        self.calls = []
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, batch, time):
        self.calls.append(dict(batch.conditions))
        moment = self.way.at(self.time(time)[:, None])
        mean = self.mean + 4.0 * (batch.conditions["class"] >= 0)[:, None] if batch.conditions else self.mean
        precision = torch.linalg.inv(
            moment.alpha[..., None] ** 2 * self.covariance + moment.sigma[..., None] ** 2 * torch.eye(len(self.mean))
        )
        gain = moment.alpha[..., None] * self.covariance @ precision
        return ((mean + (gain @ (batch.values - moment.alpha * mean)[..., None]).squeeze(-1))[..., None],)

    def time(self, place):
        """Undo `place`."""
        way = self.way
        if way.place(torch.tensor(0.5)) == 0.5:
            return place
        return way.at(torch.tensor(0.0)).alpha * 0.002 * (way.latest / 0.002) ** place


def exact(way="straight", mean=(1.0,), covariance=((0.25,),), **options):
    network = Exact(INTERPOLANTS[way], mean, covariance)
    model = Edm(Vector(len(mean)), lambda *_, **__: network, interpolant=way, parameterisation="data", **options)
    return model.eval(), network


@pytest.mark.parametrize("solver", ["ancestral", "ddim", "euler", "heun", "dpm-solver"])
@pytest.mark.parametrize("way", INTERPOLANTS)
def test_the_exact_denoiser_draws_the_gaussian_it_stands_for(way, solver):
    model, network = exact(way)
    drawn = torch.stack(model.sample(Streams(0, range(4000)), steps=60, solver=solver).samples)
    assert drawn.mean().item() == pytest.approx(1.0, abs=4 * 0.5 / math.sqrt(4000) + 0.01)
    assert drawn.std().item() == pytest.approx(0.5, rel=0.1)
    assert len(network.calls) == (119 if solver == "heun" else 60)


@pytest.mark.parametrize("way", INTERPOLANTS)
def test_the_bound_of_the_exact_denoiser_is_the_log_density(way):
    model, _ = exact(way, mean=(0.0, 1.0), covariance=((1.0, 0.3), (0.3, 0.5)))
    x = torch.tensor([[0.3, 0.8], [-1.0, 2.0], [0.0, 0.0]])
    covariance = torch.tensor([[1.0, 0.3], [0.3, 0.5]])
    expected = torch.distributions.MultivariateNormal(torch.tensor([0.0, 1.0]), covariance).log_prob(x)
    found = model.log_prob(Batch(x), draws=500)
    assert found.kind == "lower_bound"
    assert torch.allclose(found.values, expected, atol=0.15)


def test_the_bound_equals_its_closed_form():
    """A guess that is always 0 errs by the data; with no deviation no noise is taken off either."""

    class Zero(Edm):
        def guess(self, parts, moment, conditions, *, guidance=1.0):
            return tuple(torch.zeros_like(part) for part in parts)

    model = Zero(Vector(1), lambda *_, **__: nn.Linear(1, 1), deviation=1e-6)
    low, high = 0.002, 80.0
    integral = 0.4**2 / 2 * (low**-2 - high**-2)
    expected = 0.4**2 / (2 * high**2) + integral + 0.5 * math.log(2 * math.pi * math.e * low**2)
    found = -model.log_prob(Batch(torch.tensor([[0.4]])), draws=2000).values.item()
    assert found == pytest.approx(expected, rel=3e-3)


def test_the_bound_of_a_sample_does_not_depend_on_its_neighbours():
    model = build(Design("diffusion", Grid(1, (4,), levels=4), variant="edm", network_options={"width": 16})).eval()
    batch = Batch(torch.tensor([[[0, 1, 2, 3]], [[3, 3, 0, 0]], [[1, 1, 1, 1]]]))
    with torch.no_grad():
        together, alone = model.log_prob(batch).values, model.log_prob(batch.rows([2])).values
    assert torch.allclose(together[2:], alone, rtol=1e-4)


@pytest.mark.parametrize("space", [Grid(1, (3,), levels=4), Tokens(3, 3, variable=False)], ids=["levels", "one-hot"])
def test_a_denoiser_that_knows_the_answer_is_sure_of_it(space):
    batch = Batch(torch.tensor([[[0, 1, 3]]]) if isinstance(space, Grid) else torch.tensor([[0, 1, 2]]))

    class Knowing(Edm):
        def guess(self, parts, moment, conditions, *, guidance=1.0):
            return space.relax(batch).parts

    model = Knowing(space, lambda *_, **__: nn.Linear(1, 1), deviation=1e-6)
    assert model.log_prob(batch).values.item() == pytest.approx(0, abs=2e-3)


def test_guidance_0_is_unconditional_and_1_conditional_by_one_call_each():
    asked = {"class": torch.zeros(2000, dtype=torch.int64)}
    means = []
    for weight, calls in ((0.0, 10), (1.0, 10), (2.0, 20)):
        model, network = exact()
        drawn = model.sample(Streams(0, range(2000)), conditions=asked, guidance=weight, solver="ddim", steps=10)
        means.append(torch.stack(drawn.samples).mean().item())
        assert len(network.calls) == calls
    assert means == pytest.approx([1.0, 5.0, 9.0], abs=0.1)


def test_conditions_are_forgotten_in_training_only():
    model, network = exact("exploding", condition_dropout=1.0)
    batch = Batch(torch.zeros(4, 1), conditions={"class": torch.zeros(4, dtype=torch.int64)})
    model.loss(batch)
    model.train().loss(batch)
    assert [call["class"].tolist() for call in network.calls] == [[0] * 4, [-1] * 4]


@pytest.mark.parametrize("way", INTERPOLANTS)
def test_the_rest_is_drawn_nearly_as_it_depends_on_a_given_part(way):
    model, _ = exact(way, mean=(0.0, 0.0), covariance=((1.0, 0.9), (0.9, 1.0)))
    given = Given(Batch(torch.tensor([[1.5, 0.0]])), (torch.tensor([[True, False]]),))
    drawn = torch.stack(model.sample(Streams(0, range(1000)), given=given, steps=30).samples)
    assert (drawn[:, 0] == 1.5).all()
    assert drawn[:, 1].mean().item() == pytest.approx(0.9 * 1.5, abs=0.1)
    assert drawn[:, 1].std().item() == pytest.approx(math.sqrt(1 - 0.81), abs=0.1)


@pytest.mark.parametrize("solver", ["ancestral", "ddim", "euler", "heun", "dpm-solver", "restart"])
def test_a_given_part_stays_exactly_whatever_the_solver(solver):
    model, _ = exact(mean=(0.0, 0.0), covariance=((1.0, 0.9), (0.9, 1.0)))
    given = Given(Batch(torch.tensor([[1.23456, 0.0]])), (torch.tensor([[True, False]]),))
    drawn = torch.stack(model.sample(Streams(0, range(9)), given=given, solver=solver, steps=5).samples)
    assert (drawn[:, 0] == torch.tensor(1.23456)).all()


@pytest.mark.parametrize("family", [Edm, Ddpm, FlowMatching])
def test_the_loss_is_the_squared_error_of_the_network(family):
    """A network that answers 0 has the mean square of its target: 1 where the data have the deviation."""

    class Silent(nn.Module):
        def forward(self, batch, time):
            return (torch.zeros_like(batch.values)[..., None],)

    model = family(Vector(3), lambda *_, **__: Silent())
    data = Batch(torch.randn(20_000, 3, generator=torch.Generator().manual_seed(0)))
    expected = {Edm: 3.0, Ddpm: 3.0, FlowMatching: 6.0}[family]  # the flow is noise - data
    assert model.loss(data).mean().item() == pytest.approx(expected, rel=0.03)


def test_a_name_that_is_none_is_an_error():
    with pytest.raises(UsageError, match="no solver 'hein'"):
        build(Design("diffusion", Vector(1), variant="edm")).sample(Streams(0, [0]), solver="hein")


@pytest.mark.slow
def test_a_consistency_model_learns_two_points_and_draws_them_in_one_or_two_steps():
    options = {"width": 32, "layers": 2}
    model = build(Design("diffusion", Vector(1), variant="consistency", network_options=options))
    assert isinstance(model, Consistency)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        learn(model, Batch(torch.tensor([[-1.0], [1.0]]).repeat(32, 1)), steps=500)
    for steps, furthest in ((1, 0.4), (2, 0.25)):
        drawn = torch.stack(model.eval().sample(Streams(0, range(1000)), steps=steps).samples)
        assert (drawn.abs() - 1).abs().mean() < furthest
        assert (drawn > 0).float().mean().item() == pytest.approx(0.5, abs=0.2)
    assert int(model.updates) == 500


def test_levels_of_a_consistency_model_are_neighbours():
    model = build(Design("diffusion", Vector(1), variant="consistency"))
    low, high = model._levels(torch.linspace(0, 0.9999, 1000))
    levels = model.way.times(11)[:-1].float()
    assert set(high.tolist()) <= set(levels.tolist())
    assert (low < high).all() and len(set(low.tolist())) == len(set(high.tolist())) == 10
    assert model.times(1).tolist() == [80.0, 0.0]
