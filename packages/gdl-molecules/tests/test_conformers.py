import pytest
from rdkit import Chem
from rdkit.Chem import MolFromMolBlock, MolToSmiles, rdMolTransforms

from gdl_molecules.chemistry import canonical
from gdl_molecules.conformers import embed


@pytest.mark.parametrize("smiles", ["CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)O", "C/C=C/C(=O)O", "OB(O)c1ccccc1"])
def test_a_shape_in_space_is_still_the_same_molecule(smiles):
    mol = MolFromMolBlock(embed(smiles)["block"])
    Chem.AssignStereochemistryFrom3D(mol)
    assert MolToSmiles(mol) == canonical(smiles)
    assert mol.GetConformer().Is3D()


@pytest.mark.slow
def test_a_peptide_of_a_hundred_atoms_is_arranged():
    peptide = "N[C@@H](C)C(=O)" * 20 + "O"
    assert MolToSmiles(MolFromMolBlock(embed(peptide)["block"])) == canonical(peptide)


def test_the_bonds_of_ethane_are_as_long_as_measured():
    mol = MolFromMolBlock(embed("CC")["block"], removeHs=False)
    assert mol.GetNumAtoms() == 8
    assert rdMolTransforms.GetBondLength(mol.GetConformer(), 0, 1) == pytest.approx(1.53, abs=0.02)  # angstrom


def test_the_same_molecule_gets_the_same_shape():
    assert embed("CN1CCC[C@H]1c1cccnc1") == embed("CN1CCC[C@H]1c1cccnc1")


@pytest.mark.parametrize(
    ("smiles", "reason"),
    [
        ("C1#CC1", "no arrangement in space was found"),
        ("C1CC", "'C1CC': ring 1, opened at position 2, is never closed"),
        ("C" * 301, "more than 300 heavy atoms would take too long to arrange in space"),
        ("*CC", "MMFF94 does not know all of its atoms, so its shape is as ETKDG placed it"),
    ],
)
def test_what_goes_wrong_is_said(smiles, reason):
    assert embed(smiles)["reason"] == reason


def test_nothing_is_printed(capfd):
    embed("*CC")
    assert capfd.readouterr() == ("", "")
