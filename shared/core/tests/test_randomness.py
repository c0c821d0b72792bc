import pytest
import torch

from gdl_core.randomness import Streams, philox


@pytest.mark.parametrize(
    ("word", "key", "expected"),
    [
        (0, (0, 0), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        (0xFFFFFFFF, (0xFFFFFFFF, 0xFFFFFFFF), [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    ],
)
def test_philox_gives_the_published_answers(word, key, expected):
    """Known answers of Philox 4x32-10, distributed with Random123 by its authors."""
    assert [found.item() for found in philox([torch.full((1,), word)] * 4, key)] == expected


def test_a_stream_does_not_depend_on_its_neighbours_or_on_how_it_is_asked():
    many = Streams(9, range(50))
    first, rest = many.uniform(7), many.uniform(200)
    alone = Streams(9, [31])
    piecemeal = torch.cat([alone.uniform(count) for count in (1, 2, 4, 100, 100)], 1)
    assert torch.equal(torch.cat([first, rest], 1)[31:32], piecemeal)


def test_selected_streams_go_on_where_they_stood():
    whole, parted = Streams(1, range(10)), Streams(1, range(10))
    whole.uniform(3), parted.uniform(3)
    rows = torch.tensor([7, 2])
    assert torch.equal(parted.select(rows).uniform(90), whole.uniform(90)[rows])


def test_seeds_and_indices_of_any_size_give_different_streams():
    firsts = [Streams(seed, [index]).uniform(1).item() for seed in (0, 1, -1, 1 << 40) for index in (0, 1, 1 << 40)]
    assert len(set(firsts)) == len(firsts)


def test_uniform_numbers_are_uniform_within_and_across_streams():
    numbers = Streams(4, range(2000)).uniform(50)
    error = (1 / 12 / numbers.numel()) ** 0.5
    assert numbers.min() >= 0 and numbers.max() < 1
    assert numbers.mean().item() == pytest.approx(0.5, abs=4 * error)
    within = torch.corrcoef(numbers.T)
    across = torch.corrcoef(numbers[:50])
    assert (within - torch.eye(50)).abs().max() < 5 / 2000**0.5
    assert (across - torch.eye(50)).abs().max() < 5 / 50**0.5


def test_normal_numbers_are_standard_normal():
    numbers = Streams(4, range(2000)).normal(25).flatten()
    quantiles = torch.tensor([-1.2816, 0.0, 1.2816], dtype=torch.float64)
    found = (numbers[:, None] < quantiles).double().mean(0)
    assert torch.allclose(found, torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64), atol=4 * 0.5 / len(numbers) ** 0.5)
    assert numbers.std().item() == pytest.approx(1, abs=0.015)


def test_no_global_random_state_is_touched():
    before = torch.get_rng_state()
    Streams(0, range(3)).normal(4)
    assert torch.equal(torch.get_rng_state(), before)
