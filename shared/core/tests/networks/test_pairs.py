"""Pairs of nodes as one axis say what all ordered pairs say."""

import torch

from gdl_core.networks.pairs import Pairs

PAIRS = Pairs(5)
SQUARE = torch.randn(2, 5, 5, 3, generator=torch.Generator().manual_seed(0))
SYMMETRIC = SQUARE + SQUARE.transpose(1, 2)


def test_a_symmetric_square_comes_back():
    assert PAIRS.of(SYMMETRIC).shape == (2, 15, 3)
    assert torch.equal(PAIRS.square(PAIRS.of(SYMMETRIC)), SYMMETRIC)


def test_of_two_orders_the_mean_is_taken():
    assert torch.allclose(PAIRS.square(PAIRS.of(SQUARE)), SYMMETRIC / 2)


def test_products_and_sums_are_those_over_the_square():
    nodes = SQUARE[:, 0]
    assert torch.allclose(PAIRS.square(PAIRS.product(nodes)), nodes[:, :, None] * nodes[:, None])
    assert torch.allclose(PAIRS.gather(PAIRS.of(SYMMETRIC)), SYMMETRIC.sum(2), atol=1e-5)
