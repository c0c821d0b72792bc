import itertools

import pytest
import torch

from gdl_core.conditions import SequenceCondition
from gdl_core.networks.convolution import SMALLEST, ConvolutionDecoder, ConvolutionEncoder, halvings
from gdl_core.spaces import Batch, Grid

WORDS = SequenceCondition("words", size=4, length=3)


@pytest.mark.parametrize("shape", [(1,), (5,), (28, 28), (128, 12), (3, 4, 17), (1000,)])
def test_axes_are_halved_each_on_its_own_until_none_is_long(shape):
    shapes = halvings(shape)
    assert shapes[0] == shape and max(shapes[-1]) <= SMALLEST
    for fine, coarse in itertools.pairwise(shapes):
        assert all(b == (-(-a // 2) if a > SMALLEST else a) for a, b in zip(fine, coarse, strict=True))


@pytest.mark.parametrize("shape", [(9,), (8, 6), (5, 4, 6)])
def test_cells_read_a_sequence_in_its_order_and_not_only_its_mean(shape):
    space, options = Grid(2, shape), {"conditions": [WORDS], "outputs": (2,), "width": 16}
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        words, values, codes = torch.randn(1, 3, 4), torch.randn(1, 2, *shape), torch.randn(1, 5)
        encoder, decoder = ConvolutionEncoder(space, **options), ConvolutionDecoder(space, inputs=5, **options)
    for answer in (
        lambda asked: encoder(Batch(values, conditions={"words": asked})),
        lambda asked: decoder(codes, {"words": asked})[0],
    ):
        assert not torch.allclose(answer(words), answer(words.flip(1)), atol=1e-4)
