"""The density of sets of points is exact, and what is drawn follows it."""

import pytest
import torch

from gdl_core.families.autoregressive.sorted_points import in_order
from gdl_core.pairing import Design, build
from gdl_core.randomness import Streams
from gdl_core.spaces import Batch, Points

SMALL = {"width": 16, "layers": 1, "heads": 2}
numbers = torch.Generator().manual_seed(0)


def model_of(space: Points, seed: int = 2):
    return build(Design("autoregressive", space, network_options=SMALL), seed=seed).eval()


def test_the_density_of_all_sets_of_up_to_two_points_integrates_to_one():
    model, step = model_of(Points(2, 1)), 0.1
    line = torch.arange(-15, 15, step)
    with torch.no_grad():
        none = model.log_prob(Batch(torch.zeros(1, 0, 1), torch.ones(1, 0, dtype=torch.bool)))
        one = model.log_prob(Batch(line[:, None, None], torch.ones(len(line), 1, dtype=torch.bool)))
        pairs = torch.combinations(line)[..., None]  # each set once
        two = model.log_prob(Batch(pairs, torch.ones(pairs.shape[:2], dtype=torch.bool)))
        same = model.log_prob(Batch(line[:, None, None].expand(-1, 2, 1)))  # the border: half of each square
    masses = [part.values.double().exp().sum().item() for part in (none, one, two, same)]
    assert min(masses) > 0
    total = masses[0] + masses[1] * step + masses[2] * step**2 + masses[3] * step**2 / 2
    assert total == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("space", [Points(5, 2), Points(5, 2, variable=False), Points(4, 3)], ids=str)
def test_a_drawn_set_is_sorted_and_has_the_density_it_is_said_to_have(space):
    model = model_of(space)
    draws = model.sample(Streams(5, range(64)))
    assert all((sample[1:, 0] >= sample[:-1, 0]).all() for sample in draws.samples)
    with torch.no_grad():
        again = model.log_prob(space.collate(draws.samples))
    assert torch.allclose(draws.log_prob, again.values, atol=1e-3)
    sizes = {len(sample) for sample in draws.samples}
    assert sizes == {5} if not space.variable else len(sizes) > 2


def test_sizes_come_as_often_as_the_likelihood_says():
    model, count, step = model_of(Points(2, 1)), 4000, 0.05
    line = torch.arange(-15, 15, step)
    with torch.no_grad():
        none = model.log_prob(Batch(torch.zeros(1, 0, 1), torch.ones(1, 0, dtype=torch.bool))).values.exp().item()
        one = (model.log_prob(Batch(line[:, None, None])).values.exp().sum() * step).item()
    drawn = [len(sample) for sample in model.sample(Streams(1, range(count))).samples]
    for size, chance in ((0, none), (1, one), (2, 1 - none - one)):
        assert drawn.count(size) / count == pytest.approx(chance, abs=4 * (chance * (1 - chance) / count) ** 0.5)


def test_the_order_of_points_changes_nothing():
    model, points = model_of(Points(6, 2)), torch.randn(3, 6, 2, generator=numbers)
    with torch.no_grad():
        one, other = (model.log_prob(Batch(points[:, order])).values for order in (range(6), [3, 1, 0, 5, 4, 2]))
    assert torch.equal(one, other)


def test_points_are_sorted_before_padding():
    batch = in_order(Points(3, 1).collate([torch.tensor([[3.0], [-1.0]]), torch.tensor([[2.0], [1.0], [0.0]])]))
    assert batch.values[..., 0].tolist() == [[-1, 3, 0], [0, 1, 2]]
    assert batch.mask.sum(1).tolist() == [2, 3]


@pytest.mark.parametrize("space", [Points(4, 2), Points(4, 2, variable=False)], ids=str)
def test_cached_predictions_equal_uncached_ones_and_see_only_the_past(space):
    network = model_of(space).network
    values = torch.randn(3, *space.parts[0].shape, generator=numbers)
    with torch.no_grad():
        whole = network(Batch(values)).flatten(1, 2)[:, network.order]
        memory = network.begin(3, {})
        last, steps = None, []
        for place in network.order:
            steps.append(network.advance(last, memory))
            last = values.flatten(1)[:, place]
    assert torch.allclose(torch.stack(steps, 1), whole, atol=1e-5)

    def predict(flat: torch.Tensor) -> torch.Tensor:
        return network(Batch(flat.reshape(1, *space.parts[0].shape))).pow(2).sum(-1).flatten()

    jacobian = torch.autograd.functional.jacobian(predict, values[0].flatten()).abs()
    size = len(network.order)
    seen = torch.ones(size, size, dtype=torch.bool).tril(-1)
    assert torch.equal(jacobian[network.order][:, network.order] > 0, seen)
