from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import QED, Crippen, Descriptors

from gdl_molecules.chemistry import parse
from gdl_molecules.descriptors import DESCRIPTORS, PROPERTIES, logp, qed, sa, tpsa, weight

DATA = Path(__file__).parent / "data"
MOLECULES = [
    line.split()[0]
    for name in ("molecules.smi", "smiles_only.smi")
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()[1:]
]
ASPIRIN = parse("CC(=O)Oc1ccccc1C(=O)O")


def test_aspirin_has_the_numbers_that_the_literature_gives_it():
    assert weight(ASPIRIN) == pytest.approx(180.16, abs=0.005)
    assert logp(ASPIRIN) == pytest.approx(1.310, abs=5e-4)
    assert tpsa(ASPIRIN) == pytest.approx(63.60, abs=0.005)
    assert qed(ASPIRIN) == pytest.approx(0.550, abs=5e-4)
    assert sa(ASPIRIN) == pytest.approx(1.58, abs=0.005)


def test_drugs_of_the_paper_on_drug_likeness_have_the_numbers_it_gives():
    assert qed(parse("N=C(CCSCc1csc(N=C(N)N)n1)NS(N)(=O)=O")) == pytest.approx(0.253, abs=1e-3)  # famotidine
    assert qed(parse("CNC(=NCCSCc1nc[nH]c1C)NC#N")) == pytest.approx(0.234, abs=1e-3)  # cimetidine


@pytest.mark.parametrize("smiles", [*MOLECULES, "[2H]OC", "[H][H]", "[15N]#N"])
def test_the_numbers_are_those_of_rdkit(smiles):
    mol = Chem.MolFromSmiles(smiles)
    assert qed(parse(smiles)) == pytest.approx(QED.qed(mol), abs=1e-12)
    assert logp(parse(smiles)) == pytest.approx(Crippen.MolLogP(mol), abs=1e-12)
    assert weight(parse(smiles)) == pytest.approx(Descriptors.MolWt(mol), abs=1e-12)


def test_what_is_harder_to_make_has_a_higher_score():
    taxol = (
        "CC1=C2[C@@]([C@]([C@H]([C@@H]3[C@]4([C@H](OC4)C[C@@H]([C@]3(C(=O)[C@@H]2OC(=O)C)C)O)OC(=O)C)OC(=O)c2ccccc2)"
        "(C[C@@H]1OC(=O)[C@H](O)[C@@H](NC(=O)c1ccccc1)c1ccccc1)O)(C)C"
    )
    assert sa(parse("CCO")) < sa(parse("CN1CCC[C@H]1c1cccnc1")) < sa(parse(taxol)) < 10


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_every_descriptor_is_a_number_of_every_molecule(name):
    for smiles in MOLECULES:
        assert isinstance(DESCRIPTORS[name](parse(smiles)), int | float)


def test_every_column_is_also_a_descriptor_that_can_be_filtered_by():
    assert set(PROPERTIES.values()) <= set(DESCRIPTORS.values())


def test_nothing_is_printed(capfd):
    for smiles in ("[H][H]", "[Og]", "N->[Pt](<-N)(Cl)Cl"):
        for of in PROPERTIES.values():
            of(parse(smiles))
    assert capfd.readouterr() == ("", "")
