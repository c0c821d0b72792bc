import pytest
import torch

from gdl_core.families.autoregressive.crowd import Crowd, closed_up


class History:
    """A memory of all that was read, and a network that predicts the sum of it."""

    def __init__(self, read):
        self.read = read  # rows, length

    def select(self, rows):
        return History(self.read[rows])

    close_up = select

    def advance(self, symbols, memory):
        memory.read = torch.cat([memory.read, symbols], 1)
        self.rows = len(symbols)
        return memory.read.sum(1)[:, None, None]


def test_each_sample_goes_on_from_what_it_has_drawn_and_those_alike_are_computed_once():
    choices = torch.randint(3, (8, 200), generator=torch.Generator().manual_seed(0))
    network, crowd = History(None), Crowd(History(torch.zeros(1, 0, dtype=torch.int64)), torch.zeros(200).long())
    rows = []
    for step, choice in enumerate(choices):
        assert torch.equal(crowd.advance(network.advance, choice)[:, 0], choices[: step + 1].sum(0))
        rows.append(network.rows)
    assert rows[:4] == [3, 9, 27, len(choices[:4].unique(dim=1).T)]
    assert rows[-1] == 200  # too few are alike


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_closing_up_keeps_those_that_stay_and_moves_no_more_than_there_are_gaps(share):
    stay = torch.rand(50, generator=torch.Generator().manual_seed(0)) < share
    rows = closed_up(stay)
    assert torch.equal(rows.sort().values, stay.nonzero().squeeze(1))
    moved = rows != torch.arange(len(rows))
    assert moved.sum() <= (~stay).sum()
    assert torch.equal(moved, ~stay[: len(rows)])
