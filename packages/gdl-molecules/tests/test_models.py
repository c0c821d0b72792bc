"""The shipped models do what their cards say, in small."""

from statistics import mean

import pytest

from gdl_core.pipeline import Pipeline
from gdl_core.pipeline.latent import interpolate, reconstruct
from gdl_core.representation import Record
from gdl_molecules.chemistry import parse
from gdl_molecules.descriptors import logp, weight
from gdl_molecules.domain import DOMAIN

HELD_OUT = (
    "N#CC1(C#N)CN2CC21",
    "CC12CCC34CN(C13)C24",
    "Cc1cc(O)cnc1F",
    "CCC(C)C1C=CCO1",
    "N#CC#CC(N)C#N",
    "CC1OCc2[nH]ccc21",
    "CNC(=O)NC(C)=N",
    "Nc1ccc(OC=O)o1",
    "C#Cc1cnc(OC)[nH]1",
    "N#CCN1CCC1",
    "O=C1CCC2CCOC12",
    "OCC1=CC(=NO)CC1",
    "C#CC12CC3CCN1C32",
    "CCCn1cc(N)cn1",
    "OCC12CCC(C1)C2O",
    "NC(=O)C12CC3C1CC32",
    "COC12C(C)C3OC1C32",
    "CN=C1OC2CC1(C)C2",
    "COc1cnoc1C",
    "CC12C3OC1C1C3C12C",
)
"""Molecules of QM9 that `smiles-vae` was not trained on."""


def test_smiles_vae_gives_molecules_back_that_it_has_not_seen():
    pipeline = Pipeline.from_pretrained("smiles-vae", DOMAIN)
    records = [Record(smiles, str(place)) for place, smiles in enumerate(HELD_OUT)]
    assert reconstruct(pipeline, records).share >= 0.8


def test_a_walk_of_smiles_vae_begins_and_ends_where_it_should():
    pipeline = Pipeline.from_pretrained("smiles-vae", DOMAIN)
    walk = interpolate(pipeline, "CCOC1CC1", "N#CC1CCO1", steps=5)
    assert (walk[0], walk[-1]) == ("CCOC1CC1", "N#CC1CCO1")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:weight=")
def test_moses_properties_writes_what_is_asked():
    pipeline = Pipeline.from_pretrained("moses-properties", DOMAIN)

    def found(measure, **asked):
        drawn = pipeline.sample(40, seed=0, raw=True, conditions=asked)
        return mean(measure(parse(one)) for one, valid in zip(drawn.smiles, drawn.valid, strict=True) if valid)

    assert found(logp, logp=0) + 2 < found(logp, logp=4)
    assert found(weight, weight=250) + 50 < found(weight, weight=350)


def test_masked_graph_draws_molecules_of_nine_atoms_that_are_nearly_all_valid():
    drawn = Pipeline.from_pretrained("masked-graph", DOMAIN).sample(60, seed=0, raw=True)
    assert sum(drawn.valid) >= 54
    assert max(parse(one).GetNumAtoms() for one, valid in zip(drawn.smiles, drawn.valid, strict=True) if valid) == 9
