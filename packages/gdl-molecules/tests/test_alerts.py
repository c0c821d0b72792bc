import csv
from importlib.resources import files
from pathlib import Path

import pytest
from rdkit import RDConfig
from rdkit.Chem import AddHs, MolFromSmarts

from gdl_molecules.alerts import ALERTS, Patterns, brenk, moses, nibr, pains
from gdl_molecules.chemistry import parse

RHODANINE = "O=C1CSC(=S)N1Cc1ccccc1"
DRUGS = [
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1CCC[C@H]1c1cccnc1",
    "Cn1cnc2c1c(=O)n(C)c(=O)n2C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
]


@pytest.mark.parametrize(
    ("find", "smiles", "name"),
    [
        (pains, "Oc1ccccc1O", "catechol_A(92)"),
        (pains, RHODANINE, "rhod_sat_A(33)"),
        (pains, "Oc1ccc(O)cc1", None),
        (brenk, "C1CO1", "Three-membered_heterocycle"),
        (brenk, "CCI", "alkyl_halide"),
        (nibr, "O=C1C=CC(=O)C=C1", "quinone_1_4"),
        (nibr, "CCO", None),
        (moses, RHODANINE, "rhod_sat_A(33)"),
        (moses, "Oc1ccc(O)cc1", None),
        (moses, "CC=CC(=O)NC", "MCF3"),
        (moses, "C1CCCCCCC1", "a ring of 8 or more atoms"),
        (moses, "C1CCCCCC1", None),
        (moses, "C[N+](C)(C)C", "a charge"),
        (moses, "OB(O)c1ccccc1", "the element B"),
    ],
)
def test_a_set_names_what_it_finds(find, smiles, name):
    assert find(parse(smiles)) == name


@pytest.mark.parametrize("name", ALERTS)
def test_some_drugs_pass_each_set(name):
    assert any(ALERTS[name](parse(smiles)) is None for smiles in DRUGS)


def test_one_pattern_to_exclude_is_enough_for_nibr_and_annotations_are_not():
    path = Path(RDConfig.RDContribDir, "NIBRSubstructureFilters/SubstructureFilter_HitTriaging_wPubChemExamples.csv")
    with path.open(encoding="utf-8", newline="") as file:
        excluded = [row["EX1"] for row in csv.DictReader(file) if row["SEVERITY_SCORE"] == "2" and row["EX1"]][::10]
    assert len(excluded) > 20
    assert all(nibr(parse(smiles)) for smiles in excluded)


def test_all_patterns_of_moses_are_there():
    with (files("gdl_molecules.alerts") / "moses.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22 + 480
    assert all(MolFromSmarts(row["smarts"]) is not None for row in rows)


def test_the_fingerprint_rules_no_pattern_out_that_is_there():
    with (files("gdl_molecules.alerts") / "moses.csv").open(encoding="utf-8") as file:
        named = [(row["name"], row["smarts"]) for row in csv.DictReader(file)]
    patterns = Patterns(named)
    with Path(RDConfig.RDDataDir, "Pains/test_data/wehi_mols.csv").open(encoding="utf-8", newline="") as file:
        suspects = [AddHs(parse(row[0])) for row in csv.reader(file)][:60]
    queries = [(name, MolFromSmarts(smarts)) for name, smarts in named]
    expected = [next((name for name, query in queries if mol.HasSubstructMatch(query)), None) for mol in suspects]
    assert [patterns.first(mol) for mol in suspects] == expected
    assert any(expected)
