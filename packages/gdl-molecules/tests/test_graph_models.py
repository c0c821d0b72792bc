"""The shipped models of molecules as graphs do what their cards say, in small."""

import pytest

from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.latent import interpolate, reconstruct
from gdl_core.representation import Record
from gdl_molecules.domain import DOMAIN

HELD_OUT = ("N#CC1(C#N)CN2CC21", "CC12CCC34CN(C13)C24", "Cc1cc(O)cnc1F", "CC(=O)[O-]", "C", "C[NH3+]", "N#CC#CC(N)C#N")


@pytest.fixture(scope="module")
def graph_af():
    return Pipeline.from_pretrained("graph-af", DOMAIN)


def test_graph_af_draws_molecules_that_are_valid_and_not_the_same(graph_af):
    drawn = graph_af.sample(200, seed=0, raw=True)
    good = [smiles for smiles, valid in zip(drawn.smiles, drawn.valid, strict=True) if valid]
    assert len(good) > 0.9 * 200
    assert len(set(good)) > 0.95 * len(good)


def test_graph_af_gives_every_molecule_back_exactly(graph_af):
    assert reconstruct(graph_af, [Record(one, one) for one in HELD_OUT]).found == list(HELD_OUT)


def test_a_walk_of_graph_af_begins_and_ends_where_it_should(graph_af):
    walk = interpolate(graph_af, "CCOC1CC1", "N#CC1CCO1", steps=5)
    assert (walk[0], walk[-1]) == ("CCOC1CC1", "N#CC1CCO1")


def test_molgan_has_not_collapsed_and_its_critic_knows_what_is_valid():
    pipeline = Pipeline.from_pretrained("molgan", DOMAIN)
    shares = {}
    for candidates in (1, 4):
        drawn = pipeline.sample(300, seed=0, raw=True, candidates=candidates)
        good = [smiles for smiles, valid in zip(drawn.smiles, drawn.valid, strict=True) if valid]
        assert len(set(good)) > 0.9 * len(good)
        shares[candidates] = len(good) / 300
    assert shares[4] > shares[1] + 0.05 and shares[4] > 0.85


def test_graph_ebm_walks_down_to_molecules_that_are_valid_and_not_the_same():
    drawn = Pipeline.from_pretrained("graph-ebm", DOMAIN).sample(100, seed=0, raw=True)
    good = [smiles for smiles, valid in zip(drawn.smiles, drawn.valid, strict=True) if valid]
    assert len(good) > 0.65 * 100
    assert len(set(good)) > 0.9 * len(good)
