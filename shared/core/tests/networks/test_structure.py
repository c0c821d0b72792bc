"""Walks tell rings apart, and do not depend on how nodes are numbered."""

import pytest
import torch
import torch.nn.functional as F

from gdl_core.networks.structure import walks


def ring(nodes):
    there = torch.zeros(nodes, nodes, dtype=torch.int64)
    there[torch.arange(nodes), (torch.arange(nodes) + 1) % nodes] = 1
    return F.one_hot(there | there.T, 3).float()[None]


@pytest.mark.parametrize("size", [3, 5, 7])
def test_an_odd_walk_leads_home_through_a_ring_of_at_most_its_length_alone(size):
    home = walks(ring(size), 8).diagonal(dim1=1, dim2=2)[0, :, 0]
    odd = [length for length, share in enumerate(home.tolist(), 2) if length % 2 and share > 0]
    assert odd == [length for length in (3, 5, 7) if length >= size]


def test_both_ways_of_a_walk_weigh_the_same():
    edges = torch.randn(2, 6, 6, 3, generator=torch.Generator().manual_seed(0))
    found = walks((edges + edges.transpose(1, 2)) / 2, 4)
    assert torch.allclose(found, found.transpose(1, 2), atol=1e-6)
    assert found.abs().max() <= 1 + 1e-6


def test_nodes_without_edges_meet_nobody():
    assert not walks(F.one_hot(torch.zeros(1, 4, 4, dtype=torch.int64), 2).float(), 5).any()
    assert walks(torch.zeros(1, 4, 4, 2), 1).shape == (1, 4, 4, 0)
