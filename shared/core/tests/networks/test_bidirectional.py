import itertools

import pytest
import torch

from gdl_core.networks.attention import Rotary
from gdl_core.networks.bidirectional import AxialRotary, Heads

numbers = torch.Generator().manual_seed(0)


def test_on_one_axis_places_turn_as_in_a_sequence():
    x = torch.randn(2, 3, 7, 8, generator=numbers)
    assert torch.allclose(AxialRotary(8, torch.arange(7)[:, None])(x), Rotary(8, 7)(x))


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_what_two_places_make_of_each_other_depends_on_their_distance_alone(axes):
    places = torch.tensor(list(itertools.product(range(4), repeat=axes)))
    q, k = (torch.randn(12, generator=numbers).expand(1, 1, len(places), -1) for _ in range(2))
    rotary = AxialRotary(12, places)
    products = (rotary(q) @ rotary(k).transpose(-1, -2))[0, 0]
    by_distance: dict[tuple[int, ...], list[float]] = {}
    for i, j in itertools.product(range(len(places)), repeat=2):
        by_distance.setdefault(tuple((places[i] - places[j]).tolist()), []).append(products[i, j].item())
    assert all(max(same) - min(same) < 1e-4 for same in by_distance.values())
    assert len({round(same[0], 3) for same in by_distance.values()}) > len(by_distance) / 2


def test_heads_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiple"):
        Heads(16, 3)
    with pytest.raises(ValueError, match="even"):
        AxialRotary(3, torch.arange(4)[:, None])
