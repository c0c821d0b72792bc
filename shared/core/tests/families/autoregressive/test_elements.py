"""Autoregressive models of grids and vectors: they are distributions, and what is drawn follows them."""

import itertools
import math

import pytest
import torch

from gdl_core.conditions import ClassCondition
from gdl_core.families.given import Given
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Grid, Vector
from gdl_core.testing import FAMILY_LAWS

NETWORKS = [
    Design("autoregressive", Grid(1, (8,), levels=5), "wavenet", network_options={"width": 32, "layers": 3}),
    Design("autoregressive", Grid(1, (8,), levels=5), "samplernn", network_options={"width": 32, "frames": [4, 2]}),
    Design("autoregressive", Grid(1, (3, 4), levels=4), "pixelrnn", network_options={"width": 32, "layers": 1}),
]
"""Other networks than the default."""

TINY = {"width": 8, "layers": 2}
GRIDS = {
    "pixelcnn-1": Design("autoregressive", Grid(2, (3,), levels=2), network_options=TINY),
    "pixelcnn-2": Design("autoregressive", Grid(1, (2, 2), levels=3), network_options=TINY),
    "pixelcnn-2-mixture": Design(
        "autoregressive", Grid(1, (2, 2), levels=3), family_options={"components": 2}, network_options=TINY
    ),
    "pixelcnn-2-channels": Design("autoregressive", Grid(2, (2, 2), levels=2), network_options=TINY),
    "pixelcnn-3": Design("autoregressive", Grid(1, (2, 1, 2), levels=3), network_options=TINY),
    "wavenet": Design("autoregressive", Grid(1, (5,), levels=3), "wavenet", network_options=TINY),
}


@pytest.mark.parametrize("design", NETWORKS, ids=lambda design: design.network)
@pytest.mark.parametrize("law", FAMILY_LAWS, ids=lambda law: law.__name__)
def test_the_family_keeps_the_law_with_other_networks(law, design):
    samples = torch.randint(
        design.space.levels, (9, *design.space.full_shape), generator=torch.Generator().manual_seed(0)
    )
    law(design, list(samples))


def shaken(design: Design):
    """A model whose predictions are far from uniform."""
    model = build(design, seed=2).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3 if parameter.ndim > 1 else 1)
    return model


def stirred(space):
    """A small model of real numbers in which no weight is zero."""
    model = build(Design("autoregressive", space, network_options={"width": 8, "layers": 1}), seed=2).eval()
    source = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn(parameter.shape, generator=source))
    return model


def every_picture(space: Grid) -> torch.Tensor:
    cells = torch.zeros(space.full_shape).numel()
    return torch.tensor(list(itertools.product(range(space.levels), repeat=cells))).reshape(-1, *space.full_shape)


@pytest.fixture(params=GRIDS)
def design(request):
    return GRIDS[request.param]


def test_the_probabilities_of_all_pictures_sum_to_one(design):
    with torch.no_grad():
        total = shaken(design).log_prob(Batch(every_picture(design.space))).values.double().exp().sum()
    assert total.item() == pytest.approx(1, abs=1e-5)


def test_frequencies_follow_the_likelihood(design):
    model, pictures, count = shaken(design), every_picture(design.space), 4000
    with torch.no_grad():
        expected = model.log_prob(Batch(pictures)).values.double().exp() * count
    places = design.space.levels ** torch.arange(pictures[0].numel()).flip(0)
    drawn = torch.stack(model.sample(Streams(11, range(count))).samples).flatten(1) @ places
    found = drawn.bincount(minlength=len(pictures))
    rare = expected < 5
    statistic = ((found - expected) ** 2 / expected)[~rare].sum() + (found[rare].sum() - expected[rare].sum()) ** 2 / (
        expected[rare].sum() + 1e-9
    )
    freedom = int((~rare).sum())
    assert statistic < freedom + 3.1 * (2 * freedom) ** 0.5 + 10  # somewhat above the 0.999 quantile


def test_a_drawn_picture_has_the_probability_it_is_said_to_have(design):
    model = shaken(design)
    draws = model.sample(Streams(5, range(64)))
    with torch.no_grad():
        again = model.log_prob(design.space.collate(draws.samples)).values
    assert torch.allclose(draws.log_prob, again, atol=1e-4)


def test_given_cells_are_kept_and_the_rest_after_a_given_beginning_follows_the_model(design):
    model, pictures, count = shaken(design), every_picture(design.space), 4000
    known = torch.zeros(1, *design.space.full_shape, dtype=torch.bool)
    known.view(-1)[model.network.order[:2]] = True
    given = Given(Batch(pictures[-1:]), (known,))
    drawn = torch.stack(model.sample(Streams(3, range(count)), given=given).samples)
    assert (drawn[:, known[0]] == pictures[-1][known[0]]).all()
    fitting = (pictures[:, known[0]] == pictures[-1][known[0]]).all(1)
    last = model.network.order[-1]
    with torch.no_grad():
        chances = model.log_prob(Batch(pictures[fitting])).values.exp()
    share = (chances * (pictures[fitting].flatten(1)[:, last] == 1)).sum() / chances.sum()
    error = (share * (1 - share) / count).sqrt()
    assert abs((drawn.flatten(1)[:, last] == 1).float().mean() - share) < 4 * error


def test_guidance_zero_is_the_model_without_conditions_and_one_the_model_with_them():
    space = Grid(1, (2, 2), levels=2)
    design = Design("autoregressive", space, network_options=TINY, conditions=(ClassCondition("a", ("x", "y")),))
    model, asked = shaken(design), {"a": torch.ones(200, dtype=torch.int64)}

    def drawn(conditions=None, **options):
        return torch.stack(model.sample(Streams(1, range(200)), conditions=conditions, **options).samples)

    assert torch.equal(drawn(asked, guidance=0.0), drawn())
    assert torch.equal(drawn(asked, guidance=1.0), drawn(asked))
    assert not torch.equal(drawn(asked), drawn())
    pictures = every_picture(space)
    with torch.no_grad():
        first = [
            model.log_prob(Batch(pictures, conditions={"a": torch.full((16,), a)})).elements[:, 0, 0, 0].exp()
            for a in (-1, 1)
        ]
    odds = [(chance[15] / chance[0]).log() for chance in first]
    more = model.sample(Streams(1, range(4000)), conditions={"a": torch.ones(4000, dtype=torch.int64)}, guidance=2.0)
    share = torch.stack(more.samples)[:, 0, 0, 0].float().mean()
    expected = (odds[0] + 2 * (odds[1] - odds[0])).sigmoid()
    assert abs(share - expected) < 4 * (expected * (1 - expected) / 4000).sqrt()
    with torch.no_grad():
        own = model.log_prob(Batch(torch.stack(more.samples), conditions={"a": torch.ones(4000, dtype=torch.int64)}))
    assert torch.allclose(own.values, more.log_prob, atol=1e-4)


def test_the_most_probable_level_alone_is_drawn_at_temperature_zero(design):
    model = shaken(design)
    one, *others = model.sample(Streams(0, range(9)), temperature=0).samples
    assert all(torch.equal(one, other) for other in others)


@pytest.mark.parametrize("space", [Vector(1), Vector(2), Grid(1, (2,)), Grid(2, (1, 1))], ids=str)
def test_a_density_integrates_to_one(space):
    model = stirred(space)
    (size,), axis = (part.shape for part in space.parts), torch.arange(-12, 12, 0.1)
    dimensions = math.prod(size)
    points = torch.cartesian_prod(*[axis] * dimensions).reshape(-1, *size)
    with torch.no_grad():
        total = model.log_prob(Batch(points)).values.double().exp().sum() * 0.1**dimensions
    assert total.item() == pytest.approx(1, abs=1e-3)


def test_real_numbers_are_drawn_from_their_density():
    model = stirred(Vector(2))
    axis, count = torch.arange(-12, 12, 0.1), 4000
    points = torch.cartesian_prod(axis, axis)
    with torch.no_grad():
        density = model.log_prob(Batch(points)).values.double().exp() * 0.1**2
    draws = model.sample(Streams(2, range(count)))
    found = torch.stack(draws.samples)
    for function in (lambda x: x[:, 0].sigmoid(), lambda x: x[:, 1].sigmoid(), lambda x: (x[:, 0] * x[:, 1]).tanh()):
        expected = (density * function(points)).sum()
        assert abs(function(found).mean() - expected) < 4 * function(found).std() / count**0.5 + 1e-3
    with torch.no_grad():
        assert torch.allclose(model.log_prob(Batch(found)).values, draws.log_prob, atol=1e-3)


def test_a_dimension_is_predicted_from_those_before_it_with_cache_and_without():
    network = stirred(Vector(4)).network
    values = torch.randn(3, 4, generator=torch.Generator().manual_seed(0))
    jacobian = torch.autograd.functional.jacobian(lambda x: network(Batch(x[None]))[0].pow(2).sum(-1), values[0])
    assert torch.equal(jacobian != 0, torch.ones(4, 4, dtype=torch.bool).tril(-1))
    with torch.no_grad():
        memory = network.begin(3, {})
        steps = [network.advance(last, memory) for last in (None, *values.T[:3])]
        assert torch.allclose(torch.stack(steps, 1), network(Batch(values)), atol=1e-5)


def test_a_given_dimension_is_kept_and_the_next_is_drawn_for_it():
    model, count = stirred(Vector(2)), 4000
    given = Given(Batch(torch.tensor([[2.5, 0.0]])), (torch.tensor([[True, False]]),))
    drawn = torch.stack(model.sample(Streams(0, range(count)), given=given).samples)
    assert (drawn[:, 0] == 2.5).all()
    line = torch.arange(-12, 12, 0.05)
    with torch.no_grad():
        density = model.log_prob(Batch(torch.stack([torch.full_like(line, 2.5), line], 1))).elements[:, 1].exp() * 0.05
    expected = (density * line.sigmoid()).sum()
    assert abs(drawn[:, 1].sigmoid().mean() - expected) < 4 * drawn[:, 1].sigmoid().std() / count**0.5 + 1e-3
