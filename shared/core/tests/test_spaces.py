import math

import pytest
import torch

from gdl_core.errors import RepresentationError
from gdl_core.spaces import Batch, Graph, GraphSample, Grid, Points, Tokens, Vector, space_from_config
from gdl_core.testing import SPACE_LAWS


def path(count: int) -> GraphSample:
    """A path of nodes with alternating types and edges."""
    nodes, edges = torch.arange(count) % 3, torch.zeros(count, count, dtype=torch.int64)
    for place in range(count - 1):
        edges[place, place + 1] = edges[place + 1, place] = 1 + place % 2
    return GraphSample(nodes, edges)


numbers = torch.Generator().manual_seed(0)
CASES = {
    "tokens": (Tokens(300, 9), [torch.arange(n) * 37 for n in (3, 1, 8)]),
    "tokens of given length": (Tokens(5, 4, variable=False), [torch.tensor([0, 1, 2, 3]), torch.tensor([4, 4, 4, 4])]),
    "vector": (Vector(3), list(torch.randn(4, 3, generator=numbers))),
    "one axis": (Grid(2, (5,)), list(torch.randn(3, 2, 5, generator=numbers))),
    "two axes": (Grid(3, (4, 6), levels=256), list(torch.randint(256, (3, 3, 4, 6), generator=numbers))),
    "three axes": (Grid(1, (3, 4, 5), levels=2), list(torch.randint(2, (3, 1, 3, 4, 5), generator=numbers))),
    "points": (Points(6, 3), [torch.randn(n, 3, generator=numbers) for n in (6, 2, 4)]),
    "points of given number": (Points(4, 2, variable=False), list(torch.randn(3, 4, 2, generator=numbers))),
    "graph": (Graph(7, 3, 3), [path(n) for n in (4, 1, 7)]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("law", SPACE_LAWS, ids=lambda law: law.__name__)
def test_a_space_keeps_the_law(law, case):
    law(*CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_the_sizes_of_samples_are_their_elements(case):
    space, samples = CASES[case]
    expected = {
        "tokens": lambda sample: len(sample) + int(getattr(space, "variable", False)),  # one more for the end
        "graph": lambda sample: len(sample.nodes) + math.comb(len(sample.nodes), 2),
    }.get(space.kind, lambda sample: sample.numel())
    assert space.sizes(space.collate(samples)).tolist() == [expected(sample) for sample in samples]


@pytest.mark.parametrize(
    ("space", "sample"),
    [
        (Tokens(5, 4), torch.tensor([5])),
        (Tokens(5, 4), torch.tensor([-1])),
        (Tokens(5, 4), torch.zeros(5, dtype=torch.int64)),
        (Tokens(5, 4, variable=False), torch.zeros(3, dtype=torch.int64)),
        (Vector(3), torch.zeros(4)),
        (Grid(1, (2, 2), levels=4), torch.full((1, 2, 2), 4)),
        (Grid(1, (2, 2)), torch.zeros(2, 2)),
        (Points(3, 2), torch.zeros(4, 2)),
        (Points(3, 2), torch.zeros(2, 3)),
        (Points(3, 2, variable=False), torch.zeros(2, 2)),
        (Graph(3, 2, 2), path(4)),
        (Graph(4, 2, 3), path(4)),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(space, sample):
    with pytest.raises(RepresentationError, match=r"holds|shape"):
        space.pack(sample)


def test_stored_symbols_take_the_fewest_bytes():
    assert [Tokens(count, 1).fields["tokens"].itemsize for count in (256, 257, 65536, 65537)] == [1, 2, 2, 4]


def test_a_number_per_sample_broadcasts_against_any_space():
    for space, samples in CASES.values():
        values = space.collate(samples).values
        spread = space.spread(torch.arange(len(samples)), values)
        assert (spread * torch.ones(values.shape)).flatten(1).unique(dim=1).shape[1] == 1


def test_rows_of_a_batch_keep_their_mask_edges_and_conditions():
    space, samples = CASES["graph"]
    batch = space.collate(samples, {"kind": torch.tensor([5, 6, 7])})
    part = batch.rows(slice(1, None))
    assert len(part) == 2
    assert torch.equal(part.mask, batch.mask[1:])
    assert torch.equal(part.edges, batch.edges[1:])
    assert part.conditions["kind"].tolist() == [6, 7]
    assert isinstance(part.to("cpu"), Batch)


def test_a_grid_has_at_most_three_axes():
    with pytest.raises(ValueError, match="one, two or three axes"):
        Grid(1, (2, 2, 2, 2))


def test_an_unknown_space_is_named_with_the_nearest():
    with pytest.raises(RepresentationError, match="did you mean 'tokens'"):
        space_from_config({"kind": "token"})


def test_levels_in_any_kind_of_integers_are_collated_as_symbols():
    small = Grid(1, (2, 2), levels=256).collate([torch.tensor([[[0, 255], [7, 1]]], dtype=torch.uint8)])
    assert torch.equal(small.values, torch.tensor([[[[0, 255], [7, 1]]]]))
    assert small.values.dtype == torch.int64
