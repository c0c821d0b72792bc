import pytest
import torch

from gdl_core.networks.patches import Patches


@pytest.mark.parametrize("shape", [(6,), (7,), (1,), (5, 4), (2, 9), (3, 4, 5)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_what_is_cut_can_be_put_together(shape, size):
    patches, values = Patches(shape, size), torch.randn(2, 3, *shape, generator=torch.Generator().manual_seed(0))
    rows = patches.cut(values)
    assert rows.shape[1] == len(patches.places)
    assert torch.equal(patches.join(rows, channels=3), values)


def test_a_patch_holds_the_cells_at_its_place():
    patches, values = Patches((4, 6), 2), torch.arange(24.0).view(1, 1, 4, 6)
    row, column = patches.places[4].tolist()
    assert patches.cut(values)[0, 4].view(2, 2).equal(values[0, 0, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2])
