import numpy as np
import pytest
import torch

from gdl_molecules.metrics.chemnet import FEATURES, gaussian

fcd = pytest.importorskip("fcd")

DRUGS = [
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1CCC[C@H]1c1cccnc1",
    "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CC(=O)Nc1ccc(O)cc1",
    "CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21",
]


def test_the_distance_is_that_of_the_package_fcd():
    expected = fcd.get_fcd(DRUGS[:4], DRUGS[2:], device="cpu")
    assert gaussian(DRUGS[:4]).distance(gaussian(DRUGS[2:])) == pytest.approx(expected, abs=1e-3)


def test_a_set_is_at_no_distance_from_itself_in_another_order():
    here, there = gaussian(DRUGS), gaussian(DRUGS[::-1])
    assert here.mean.shape == (FEATURES,) and here.covariance.shape == (FEATURES, FEATURES)
    assert here.distance(there) == pytest.approx(0, abs=1e-4)


def test_mean_and_covariance_are_those_of_the_features(monkeypatch):
    monkeypatch.setattr("gdl_molecules.metrics.chemnet._CHUNK", 2)
    monkeypatch.setattr("gdl_molecules.metrics.chemnet.cores", lambda: 4)
    many = DRUGS * 5
    features = fcd.get_predictions(fcd.load_ref_model(), many, device="cpu", n_jobs=0)
    found = gaussian(many)
    assert np.allclose(found.mean, features.mean(0), atol=1e-6)
    assert np.allclose(found.covariance, np.cov(features.T), atol=1e-6)


def test_the_global_random_state_and_the_number_of_threads_are_left_alone():
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    gaussian(DRUGS)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


def test_one_molecule_has_no_covariance():
    assert gaussian(DRUGS[:1]) is None


def test_a_molecule_too_long_for_the_network_is_cut():
    assert np.isfinite(gaussian(["C" * 800, "CCO"]).covariance).all()
