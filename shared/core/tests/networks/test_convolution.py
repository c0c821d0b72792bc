import itertools

import pytest

from gdl_core.networks.convolution import SMALLEST, halvings


@pytest.mark.parametrize("shape", [(1,), (5,), (28, 28), (128, 12), (3, 4, 17), (1000,)])
def test_axes_are_halved_each_on_its_own_until_none_is_long(shape):
    shapes = halvings(shape)
    assert shapes[0] == shape and max(shapes[-1]) <= SMALLEST
    for fine, coarse in itertools.pairwise(shapes):
        assert all(b == (-(-a // 2) if a > SMALLEST else a) for a, b in zip(fine, coarse, strict=True))
