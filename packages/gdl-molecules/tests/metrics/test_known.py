from pathlib import Path

import numpy as np
import pytest

from gdl_core.errors import InputError, UsageError
from gdl_core.representation import Record
from gdl_molecules.metrics import Known, Reference

DRUGS = ["CC(=O)Oc1ccccc1C(=O)O", "CN1CCC[C@H]1c1cccnc1", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"]


def test_a_molecule_is_known_in_every_spelling_it_came_in():
    known = Known.of(["OCC", "C(C)O", "c1ccccc1", "C1=CC=CC=C1"])
    assert len(known) == 2
    assert known.contain(["CCO", "CCN", "c1ccccc1"]).tolist() == [True, False, True]
    assert "CCO" in known and "CCN" not in known and "OCC" not in known


def test_nothing_is_known_to_an_empty_set():
    assert "C" not in Known.of([])
    assert Known.of([]).contain(["C"]).tolist() == [False]


def test_what_is_no_molecule_is_named_by_its_place():
    left_out = []
    Known.of(["C", "C1C", Record("", "mine.smi:7")], skipped=left_out.append)
    assert [what.where for what in left_out] == ["molecule 2", "mine.smi:7"]
    assert "never closed" in left_out[0].reason


def test_canonical_smiles_are_taken_as_they_are():
    assert Known.of_canonical(DRUGS).contain(DRUGS).all()


def test_known_molecules_survive_saving(tmp_path):
    known = Known.of(DRUGS)
    loaded = Known.load(known.save(tmp_path / "known.npz"))
    assert np.array_equal(loaded.hashes, known.hashes)
    with pytest.raises(UsageError, match="exists already"):
        known.save(tmp_path / "known.npz")
    known.save(tmp_path / "known.npz", force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["known.npz"]


def test_a_saved_reference_is_also_a_set_of_known_molecules(tmp_path):
    path = Reference.measure(DRUGS, fcd=False).save(tmp_path / "reference.npz")
    assert len(Known.load(path)) == len(DRUGS)


def test_a_name_that_does_not_say_what_it_is_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"\.npz"):
        Known.of(DRUGS).save(tmp_path / "known.csv")


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + b"\0" * 40])
def test_a_file_that_is_something_else_is_named(tmp_path, content):
    path = Path(tmp_path / "known.npz")
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"known\.npz cannot be read"):
        Known.load(path)
