"""The two networks between a grid and a map of codes."""

import pytest
import torch

from gdl_core.networks.maps import MapDecoder, MapEncoder
from gdl_core.spaces import Batch, Grid

SMALL = {"width": 8, "heads": 2}


@pytest.mark.parametrize(
    ("space", "halvings", "shape"),
    [
        (Grid(1, (28, 28)), 2, (7, 7)),
        (Grid(3, (32, 30)), 2, (8, 8)),
        (Grid(1, (8, 8, 8)), 2, (2, 2, 2)),
        (Grid(2, (9,)), 3, (2,)),
        (Grid(1, (1, 5)), 1, (1, 3)),
    ],
    ids=str,
)
def test_a_grid_of_any_size_goes_to_its_map_and_back(space, halvings, shape):
    encoder = MapEncoder(space, outputs=(3,), halvings=halvings, **SMALL)
    decoder = MapDecoder(space, inputs=3, outputs=(2,), halvings=halvings, **SMALL)
    codes = encoder(Batch(torch.zeros(2, *space.full_shape)))
    assert encoder.map_shape == decoder.map_shape == shape
    assert codes.shape == (2, 3, *shape)
    assert decoder(codes, {})[0].shape == (2, *space.full_shape, 2)


def test_no_weight_belongs_to_a_place():
    small, large = (MapEncoder(Grid(1, shape), outputs=(3,), **SMALL) for shape in ((8, 8), (20, 28)))
    assert {n: w.shape for n, w in small.state_dict().items()} == {n: w.shape for n, w in large.state_dict().items()}


def test_a_map_as_fine_as_the_grid_is_refused():
    with pytest.raises(ValueError, match="1 halving"):
        MapEncoder(Grid(1, (8, 8)), outputs=(3,), halvings=0)
