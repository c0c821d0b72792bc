import itertools

import pytest
import torch

from gdl_core.families.vae.matching import EXACT_UP_TO, assignment, match, rough_assignment


def costs(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def paid(cost: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    return cost.gather(1, rows[:, None])[:, 0].sum(1)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_assignment_is_the_cheapest_of_all(count, ties):
    cost = costs(40, count, count).round() if ties else costs(40, count, count)
    every = torch.tensor(list(itertools.permutations(range(count))))
    cheapest = torch.stack([paid(cost, order.expand(40, -1)) for order in every]).amin(0)
    assert torch.allclose(paid(cost, assignment(cost)), cheapest)


@pytest.mark.parametrize("search", [assignment, rough_assignment])
def test_every_row_has_one_column(search):
    rows = search(costs(7, 12, 12))
    assert torch.equal(rows.sort(1).values, torch.arange(12).expand(7, -1))


@pytest.mark.parametrize("search", [assignment, rough_assignment])
def test_rows_in_another_order_are_matched_alike(search):
    cost, order = costs(3, 9, 9), torch.randperm(9, generator=torch.Generator().manual_seed(1))
    assert torch.equal(order[search(cost[:, order])], search(cost))


def test_a_sample_is_matched_alike_alone_and_among_others():
    cost = costs(6, 10, 10)
    assert torch.equal(assignment(cost)[2:3], assignment(cost[2:3]))


def test_a_large_set_is_matched_far_better_than_by_chance():
    count = 2 * EXACT_UP_TO
    points, places = costs(2, 1, count, 3)
    cost = torch.cdist(points, places) ** 2
    best = paid(cost, assignment(cost))
    assert (best <= paid(cost, match(cost)) + 1e-9).all()
    assert (paid(cost, match(cost)) < 2 * best).all()
    assert (cost.mean((1, 2)) * count > 5 * best).all()


def test_costs_that_are_no_numbers_are_survived():
    rows = match(torch.full((1, 3, 3), torch.nan))
    assert rows.sort(1).values.tolist() == [[0, 1, 2]]
