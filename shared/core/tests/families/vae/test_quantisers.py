import pytest
import torch

from gdl_core.families.vae.quantisers import Codebook, FiniteScalars


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def settled(book: Codebook, vectors: torch.Tensor) -> Codebook:
    """Return the book as if each of these vectors had had its share of 16 for long."""
    book.vectors.copy_(vectors)
    book.counts.fill_(16.0)
    book.sums.copy_(16 * vectors)
    return book


@pytest.mark.parametrize("levels", [(2,), (3,), (8, 5, 5), (4, 2, 3, 7)])
def test_codes_and_indices_are_one_to_one(levels):
    scalars = FiniteScalars(levels)
    every = torch.arange(scalars.size)
    codes = scalars.lookup(every)
    assert len(codes.unique(dim=0)) == scalars.size
    assert codes.min() == -1 and codes.max() == 1
    inside = codes.clamp(-0.999, 0.999) * (torch.tensor(levels) - 1) / 2  # numbers whose squeezing gives the codes
    even = (torch.tensor(levels) % 2 == 0) * 0.5
    half = (torch.tensor(levels) - 1) * 1.001 / 2
    vectors = (inside / half).clamp(-0.9999, 0.9999).atanh() - (even / half).atanh()
    assert torch.equal(scalars.indices(vectors), every)
    assert torch.allclose(scalars(vectors)[0], codes, atol=1e-6)
    assert torch.equal(scalars.snap(codes), codes)


def test_numbers_of_any_size_have_a_code_of_their_levels():
    scalars = FiniteScalars((8, 5))
    vectors = 100 * numbers(500, 2)
    indices = scalars.indices(vectors)
    assert indices.min() >= 0 and indices.max() < 40
    assert torch.allclose(scalars(vectors)[0], scalars.lookup(indices), atol=1e-6)


@pytest.mark.parametrize("quantiser", [FiniteScalars((5, 4)), Codebook(16, 2).eval()])
def test_gradients_go_straight_through(quantiser):
    vectors = (0.1 * numbers(9, 2)).requires_grad_()
    quantiser(vectors)[0].sum().backward()
    assert (vectors.grad > 0).all()


@pytest.mark.parametrize("quantiser", [FiniteScalars((5, 4)), Codebook(16, 2)])
def test_snapping_moves_no_code_and_anything_else_to_one(quantiser):
    codes = quantiser.lookup(torch.arange(quantiser.size))
    assert torch.equal(quantiser.snap(codes), codes)
    snapped = quantiser.snap(codes + 1e-3)
    assert torch.equal(snapped, codes)


def test_fewer_than_two_levels_are_refused():
    with pytest.raises(ValueError, match="two levels"):
        FiniteScalars((4, 1))


def test_every_vector_goes_to_the_nearest_of_the_book():
    book, vectors = Codebook(20, 3).eval(), numbers(50, 3)
    nearest = torch.cdist(vectors, book.vectors).argmin(1)
    assert torch.equal(book.indices(vectors), nearest)
    codes, cost = book(vectors)
    assert torch.allclose(codes, book.vectors[nearest], atol=1e-6)
    assert torch.allclose(cost, 0.25 * (vectors - book.vectors[nearest]).square().sum(1))


def test_the_vectors_of_a_book_move_to_the_means_of_those_that_choose_them():
    centres = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0], [5.0, 5.0]])
    book = settled(Codebook(4, 2, decay=0.9), centres + 1)
    for step in range(60):
        book(centres.repeat(16, 1) + 0.1 * numbers(64, 2, seed=step))
    assert torch.allclose(book.vectors, centres, atol=0.05)


def test_dead_vectors_begin_anew_where_there_is_data():
    book = settled(Codebook(32, 2), torch.full((32, 2), 100.0))
    book.counts[:30] = 0.0  # nobody has chosen these for long
    data = numbers(256, 2)
    for _ in range(20):
        book(data)
    assert len(book.indices(data).unique()) > 16  # all of them would have shared one otherwise
    without = settled(Codebook(32, 2, restart=0.0), torch.full((32, 2), 100.0))
    for _ in range(20):
        without(data)
    assert len(without.indices(data).unique()) == 1


def test_half_precision_changes_no_choice():
    book, vectors = Codebook(200, 3), numbers(500, 3)
    with torch.autocast("cpu", torch.bfloat16):
        found = book.indices(vectors)
    assert torch.equal(found, book.indices(vectors))


def test_only_training_changes_a_book():
    book = Codebook(8, 2).eval()
    before = book.vectors.clone()
    book(numbers(99, 2))
    assert torch.equal(book.vectors, before)
