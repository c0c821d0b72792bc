import pytest
from rdkit.Chem import MolFromSmiles
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator
from rdkit.DataStructs import TanimotoSimilarity

from gdl_core.errors import InputError, RepresentationError
from gdl_molecules.metrics.neighbours import neighbours

KNOWN = ["CCO", "c1ccccc1C", "CC(=O)Oc1ccccc1C(=O)O", "CN1CCC[C@H]1c1cccnc1", "C"]
ASKED = ["OCC", "c1ccccc1CC", "O=C(O)c1ccccc1O", "N1CCCC1"]


def test_the_nearest_is_that_of_rdkit():
    morgan = GetMorganGenerator(radius=2, fpSize=1024)
    others = [morgan.GetFingerprint(MolFromSmiles(smiles)) for smiles in KNOWN]
    for smiles, (place, alike) in zip(ASKED, neighbours(ASKED, KNOWN), strict=True):
        own = morgan.GetFingerprint(MolFromSmiles(smiles))
        similarities = [TanimotoSimilarity(own, other) for other in others]
        assert alike == max(similarities) == similarities[place]


def test_a_known_molecule_is_its_own_neighbour_in_whatever_spelling():
    assert neighbours(["C(C)O"], KNOWN) == [(0, 1.0)]


def test_there_must_be_something_to_compare_with():
    with pytest.raises(InputError, match="no molecule to compare with"):
        neighbours(["C"], [])
    with pytest.raises(RepresentationError, match="never closed"):
        neighbours(["C1C"], KNOWN)
