import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit.DataStructs import BulkTanimotoSimilarity, CreateFromBinaryText

from gdl_molecules.metrics import similarity
from gdl_molecules.metrics.similarity import internal_diversity, nearest_similarity


def fingerprints(count, *, share=0.05, seed=0):
    return np.packbits(np.random.default_rng(seed).random((count, 1024)) < share, axis=1)


def rdkit_similarity(left, right):
    others = [CreateFromBinaryText(row.tobytes()) for row in right]
    return np.array([BulkTanimotoSimilarity(CreateFromBinaryText(row.tobytes()), others) for row in left])


@pytest.mark.parametrize("share", [0.02, 0.5])  # half of 1,024 bits is more than bfloat16 counts to
def test_the_nearest_is_the_one_that_rdkit_finds(share):
    samples, reference = fingerprints(70, share=share), fingerprints(90, share=share, seed=1)
    expected = rdkit_similarity(samples, reference).max(1)
    assert nearest_similarity(samples, reference) == pytest.approx(expected, abs=1e-12)


def test_blocks_change_nothing(monkeypatch):
    samples, reference = fingerprints(300), fingerprints(500, seed=1)
    whole = nearest_similarity(samples, reference), internal_diversity(samples)
    monkeypatch.setattr(similarity, "_ROWS", 64)
    assert nearest_similarity(samples, reference) == pytest.approx(whole[0], abs=1e-15)
    assert internal_diversity(samples) == pytest.approx(whole[1], abs=1e-7)


def test_both_number_types_count_exactly(monkeypatch):
    samples, reference = fingerprints(100), fingerprints(100, seed=1)
    found = []
    for kind in (torch.float32, torch.bfloat16):
        monkeypatch.setattr(similarity, "_exact_type", lambda *given, kind=kind: kind)
        found.append(nearest_similarity(samples, reference))
    assert np.array_equal(*found)


def test_a_set_is_nearest_to_itself():
    samples = fingerprints(50)
    assert (nearest_similarity(samples, samples[::-1]) == 1).all()


def test_internal_diversity_is_one_less_the_mean_over_all_pairs():
    samples = fingerprints(150)
    pairs = rdkit_similarity(samples, samples)
    expected = 1 - pairs.mean(), 1 - np.sqrt((pairs**2).mean(1)).mean()
    assert internal_diversity(samples) == pytest.approx(expected, abs=1e-6)


def test_copies_of_one_molecule_have_no_diversity():
    assert internal_diversity(np.repeat(fingerprints(1), 9, axis=0)) == pytest.approx((0, 0))


def test_two_empty_fingerprints_are_alike():
    nothing = np.zeros((2, 128), np.uint8)
    assert nearest_similarity(nothing, nothing).tolist() == [1, 1]
    assert internal_diversity(nothing) == (0, 0)


@given(st.permutations(range(12)))
@settings(deadline=None, max_examples=20)
def test_the_order_changes_nothing(order):
    samples = fingerprints(12)
    assert nearest_similarity(samples[order], fingerprints(9, seed=1)) == pytest.approx(
        nearest_similarity(samples, fingerprints(9, seed=1))[order]
    )
    assert internal_diversity(samples[order]) == pytest.approx(internal_diversity(samples))
