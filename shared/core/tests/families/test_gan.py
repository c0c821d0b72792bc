"""Penalties in closed form, a game that converges only when it is damped, and every mode of a grid of Gaussians."""

import copy
import math
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from gdl_core.errors import UsageError
from gdl_core.families.gan.augmentation import MOST, Adaptive
from gdl_core.families.gan.lipschitz import UnitStretch, bound
from gdl_core.families.gan.penalties import distance_from_unit_slope, scores_and_slopes
from gdl_core.families.gan.relaxation import gumbel, gumbel_softmax, realise, straight_through
from gdl_core.pairing import Design, build, find_family
from gdl_core.randomness import Ambient, Streams
from gdl_core.spaces import Batch, Graph, Grid, Tokens, Vector
from gdl_core.testing.families import same_randomness
from gdl_core.testing.spaces import close
from gdl_core.training.learner import Learner
from gdl_core.training.machine import machine
from gdl_core.training.options import TrainingOptions

SLOPE = torch.tensor([3.0, 4.0, 12.0])


def linear(batch: Batch) -> Tensor:
    return batch.values @ SLOPE


def test_r1_and_r2_of_a_linear_critic_are_its_squared_slope():
    numbers = torch.Generator().manual_seed(0)
    batch = Batch(torch.randn(5, 3, generator=numbers))
    scores, slopes = scores_and_slopes(linear, batch)
    assert torch.equal(scores, batch.values @ SLOPE)
    assert torch.allclose(slopes, torch.full((5,), 169.0))


def test_the_gradient_penalty_of_a_linear_critic_is_its_distance_from_slope_one():
    space, numbers = Vector(3), torch.Generator().manual_seed(0)
    real, fake = (Batch(torch.randn(5, 3, generator=numbers)) for _ in range(2))
    with same_randomness():
        penalty = distance_from_unit_slope(linear, space, real, fake)
    assert torch.allclose(penalty, torch.full((5,), 144.0))


def test_the_slope_of_a_quadratic_critic_is_taken_where_the_sample_is_and_over_all_parts():
    batch = Batch(torch.tensor([[1.0, 2.0], [0.0, 3.0]]), edges=torch.tensor([[2.0], [1.0]]))
    _, slopes = scores_and_slopes(lambda b: (b.values**2).sum(1) / 2 + (b.edges**2).sum(1) / 2, batch)
    assert torch.allclose(slopes, torch.tensor([9.0, 10.0]))


def test_a_penalty_moves_the_critic_as_its_closed_form_does():
    critic = nn.Linear(3, 1, bias=False)
    _, slopes = scores_and_slopes(lambda batch: critic(batch.values).squeeze(1), Batch(torch.ones(4, 3)))
    slopes.mean().backward()
    assert torch.allclose(critic.weight.grad, 2 * critic.weight)  # the gradient of |w|^2


class Point(nn.Module):
    """A generator that always makes the same number."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.tensor(1.0))

    def forward(self, codes: Tensor, conditions: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        return (self.place.expand(len(codes), 1, 1),)


class Line(nn.Module):
    """A critic that is a straight line through zero."""

    def __init__(self) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(1.0))

    def forward(self, batch: Batch) -> Tensor:
        return batch.values * self.slope


def dirac(variant: str, **options: float) -> nn.Module:
    """The Dirac-GAN of Mescheder et al. (2018): data at zero, a generator that is a point, a critic that is a line."""
    networks = {"generator": Point, "discriminator": Line}
    family = find_family("gan", Vector(1), variant)
    return family(Vector(1), lambda role, **_: networks[role](), latent=1, **options)


def distances_of_play(model: nn.Module, *, steps: int = 150, rate: float = 0.4) -> list[float]:
    """Take turns by plain gradient steps; return how far generator and critic are from their equilibrium at zero."""
    data, found = Batch(torch.zeros(1, 1)), []
    for _ in range(steps):
        for phase in model.phases():
            gradients = torch.autograd.grad(phase.loss(data).mean(), phase.parameters)
            with torch.no_grad():
                for parameter, gradient in zip(phase.parameters, gradients, strict=True):
                    parameter -= rate * gradient
        found.append(math.hypot(*(parameter.item() for parameter in model.parameters())))
    return found


@pytest.mark.parametrize("variant", ["standard", "relativistic"])
def test_the_dirac_game_converges_with_penalties_and_all_but_stands_without(variant):
    damped = distances_of_play(dirac(variant, penalty=1.0))
    assert damped[-1] < 1e-3
    free = distances_of_play(dirac(variant, penalty=0.0))
    assert free[-1] > 0.3  # it spirals inwards ever more slowly, not by a share each turn


def test_the_dirac_game_of_wasserstein_circles_for_ever_without_a_penalty():
    distances = distances_of_play(dirac("wasserstein", penalty=0.0, every=1))
    assert min(distances) > 1 and max(distances) < 2


@pytest.mark.parametrize("name", ["critic", "generator"])
@pytest.mark.parametrize("variant", ["relativistic", "standard", "wasserstein", "hinge"])
def test_the_side_whose_turn_it_is_not_gets_no_gradient_and_stands_still(variant, name):
    model = build(Design("gan", Vector(2), variant=variant, network_options={"width": 8, "layers": 1}))
    batch = Batch(torch.randn(4, 2, generator=torch.Generator().manual_seed(0)))
    options = TrainingOptions(steps=1, device="cpu", precision="float32")
    with machine(options) as where, same_randomness():
        learner = Learner(model.train(), options, where)
        phase = next(phase for phase in learner.phases if phase.name == name)
        own = {id(parameter) for parameter in phase.parameters}
        before = {key: value.clone() for key, value in model.named_parameters()}
        learner._compute_gradient(phase, [batch], 4.0)
        for parameter in model.parameters():
            assert (parameter.grad is not None) == (id(parameter) in own)
        learner._move(phase, 1e-2)
    moved = {id(value) for key, value in model.named_parameters() if not torch.equal(value, before[key])}
    assert moved and moved <= own


def test_a_bounded_layer_stretches_nothing():
    layer = nn.Linear(6, 5, bias=False)
    nn.init.normal_(layer.weight, std=3.0)
    bound(layer)
    for _ in range(50):
        layer(torch.zeros(1, 6))
    assert torch.linalg.matrix_norm(layer.weight, 2).item() == pytest.approx(1, abs=1e-3)
    x, y = torch.randn(2, 200, 6, generator=torch.Generator().manual_seed(0)).unbind(0)
    assert ((layer(x) - layer(y)).norm(dim=1) <= (x - y).norm(dim=1) * 1.001).all()


def test_a_layer_that_stretches_nothing_is_left_alone_even_if_it_is_zero():
    for weight in (torch.zeros(3, 4), torch.eye(3, 4) / 2):
        assert torch.equal(UnitStretch(weight)(weight), weight)


def test_a_copy_of_a_bounded_critic_scores_the_same():
    model = build(Design("gan", Vector(2), variant="hinge", network_options={"width": 8}))
    with torch.no_grad():
        for parameter in model.critic.parameters():
            parameter.mul_(3)
    batch = Batch(torch.ones(3, 2))
    for _ in range(5):
        model.judge(batch)
    model.eval()
    assert torch.equal(copy.deepcopy(model).judge(batch), model.judge(batch))


def test_straight_through_symbols_are_one_hot_and_gradients_flow():
    logits = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    symbols = straight_through(logits, torch.zeros_like(logits), 1.0)
    assert torch.equal(symbols.detach().unique(), torch.tensor([0.0, 1.0]))
    assert torch.equal(symbols.sum(-1), torch.ones(2, 5))
    wish = torch.arange(4.0)
    (symbols * wish).sum().backward()
    shares = logits.detach().softmax(-1)
    assert torch.allclose(logits.grad, shares * (wish - (shares * wish).sum(-1, keepdim=True)))  # a softmax's gradient


def test_gumbel_softmax_draws_each_symbol_as_often_as_its_logit_says():
    shares = torch.tensor([0.1, 0.2, 0.7])
    normals = torch.randn(20_000, 3, generator=torch.Generator().manual_seed(0))
    drawn = gumbel_softmax(shares.log().expand(20_000, -1), normals, 0.5).argmax(-1)
    assert torch.allclose(drawn.bincount() / 20_000, shares, atol=4 * 0.5 / math.sqrt(20_000))
    assert gumbel(normals).mean().item() == pytest.approx(0.5772, abs=0.03)  # Euler's constant


def test_a_generator_makes_what_the_space_holds():
    with same_randomness():
        levels = realise(Grid(1, (3,), levels=4), (torch.full((2, 1, 3, 1), 9.0),), Ambient(2), {})
        edges = realise(
            Graph(3, 2, 2), (torch.zeros(2, 3, 3), torch.zeros(2, 3, 3, 2)), Ambient(2), {}, gumbel_softmax
        ).edges
    assert (levels.values.abs() <= 1).all()
    assert torch.equal(edges, edges.transpose(1, 2))  # an edge is the same from both its ends


def test_the_probability_of_augmentation_rises_while_the_critic_is_ahead_and_falls_else():
    adaptive = Adaptive(nn.Identity(), target=0.6, horizon=100)
    adaptive.adapt(torch.ones(20))
    assert adaptive.probability.item() == pytest.approx(0.2)
    adaptive.adapt(torch.tensor([1.0, -1.0]).repeat(5))
    assert adaptive.probability.item() == pytest.approx(0.1)
    for _ in range(20):
        adaptive.adapt(-torch.ones(20))
    assert adaptive.probability.item() == 0
    for _ in range(20):
        adaptive.adapt(torch.ones(20))
    assert adaptive.probability.item() == pytest.approx(MOST)


class ByHeart(nn.Module):
    """A critic that knows some samples and takes all others for generated."""

    def __init__(self, known: Tensor) -> None:
        super().__init__()
        self.known = known.flatten(1)

    def forward(self, batch: Batch) -> Tensor:
        return (torch.cdist(batch.values.flatten(1), self.known).amin(1, keepdim=True) < 1e-3).float()


class Guessing(nn.Module):
    def forward(self, batch: Batch) -> Tensor:
        return torch.rand(len(batch), 1)


@pytest.mark.parametrize(("known", "probability"), [(True, 0.32), (False, 0.0)])
def test_a_critic_that_knows_the_data_by_heart_raises_the_augmentation_and_a_guessing_one_does_not(known, probability):
    options = {"augmentation": 0.6, "augmentation_horizon": 100, "penalty": 0.0}
    model = build(Design("gan", Grid(1, (8, 8)), family_options=options, network_options={"width": 4}))
    data = Batch(torch.randn(32, 1, 8, 8, generator=torch.Generator().manual_seed(0)))
    model.critic = ByHeart(data.values) if known else Guessing()
    with same_randomness(), torch.no_grad():
        model.critic_loss(data)
    assert model.augmentation.probability.item() == pytest.approx(probability)


def test_a_model_without_augmentation_for_its_space_says_where_there_is_one():
    with pytest.raises(ValueError, match="augmentation on grid"):
        build(Design("gan", Tokens(3, 4), family_options={"augmentation": 0.6}))


def test_codes_of_no_spread_all_give_the_same_sample():
    model = build(Design("gan", Vector(2))).eval()
    samples = torch.stack(model.sample(Streams(0, range(4)), spread=0.0).samples)
    assert torch.allclose(samples, samples[:1].expand(4, -1))


@pytest.mark.parametrize("space", [Vector(3), Tokens(4, 5), Graph(4, 3, 2)], ids=lambda space: space.kind)
def test_the_best_of_some_candidates_has_the_highest_score_and_depends_on_its_stream_alone(space):
    model = build(Design("gan", space, network_options={"width": 16}), seed=1).eval()
    streams = Streams(0, range(20))
    with torch.no_grad():
        one, best = (model.critic(model._chosen(Streams(0, range(20)), {}, 1.0, count)).mean() for count in (1, 4))
    assert best > one
    many, some = model.sample(streams, candidates=4).samples, model.sample(Streams(0, [7, 3]), candidates=4).samples
    assert all(close(a, b) for a, b in zip(some, (many[7], many[3]), strict=True))


def test_no_candidates_are_too_few():
    with pytest.raises(UsageError, match="0 candidates"):
        build(Design("gan", Vector(2))).sample(Streams(0, range(2)), candidates=0)
