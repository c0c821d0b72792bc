import subprocess
import sys
from pathlib import Path

import pytest
from rdkit import Chem
from rdkit.Chem import BRICS
from rdkit.Chem.Scaffolds import MurckoScaffold

from gdl_molecules.chemistry import canonical, parse
from gdl_molecules.measures import FINGERPRINT_BYTES, identity, judge, measure, profile, scaffold

LINES = (Path(__file__).parent / "data/molecules.smi").read_text(encoding="utf-8").splitlines()[1:]
MOLECULES = [line.split()[0] for line in LINES]


@pytest.mark.parametrize("smiles", MOLECULES)
def test_every_spelling_of_a_molecule_measures_the_same(smiles):
    spelled = Chem.MolToSmiles(parse(smiles), doRandom=True)
    first, second = judge(smiles), judge(spelled)
    for name in ("smiles", "fingerprint", "scaffold", "passes"):
        assert first[name] == second[name]
    assert sorted(first["fragments"]) == sorted(second["fragments"])
    assert first["values"] == pytest.approx(second["values"])
    assert profile(smiles)[0] == identity(spelled) == canonical(smiles)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_the_fragments_are_those_of_brics(smiles):
    whole = Chem.MolToSmiles(BRICS.BreakBRICSBonds(parse(smiles)))
    assert sorted(measure(smiles)["fragments"]) == sorted(whole.split("."))


@pytest.mark.parametrize("smiles", MOLECULES)
def test_the_scaffold_is_that_of_murcko_and_stands_for_two_rings_or_more(smiles):
    mol = parse(smiles)
    core = MurckoScaffold.GetScaffoldForMol(mol)
    assert scaffold(mol) == (Chem.MolToSmiles(core) if core.GetRingInfo().NumRings() >= 2 else None)


def test_a_fingerprint_has_a_bit_for_each_of_1024_places():
    assert len(bytes.fromhex(measure("CCO")["fingerprint"])) == FINGERPRINT_BYTES == 1024 // 8
    assert measure("CCO")["fingerprint"] != measure("CCN")["fingerprint"]


@pytest.mark.parametrize("smiles", ["", "C1CC", "c1cccc1", "C" * 1001, "[Xx]"])
def test_what_is_no_molecule_has_no_measures(smiles):
    assert measure(smiles) is judge(smiles) is identity(smiles) is profile(smiles) is None


def test_workers_that_measure_start_without_torch():
    code = "import gdl_molecules.measures, gdl_molecules.conformers, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
