from pathlib import Path

import numpy as np
import pytest

from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_molecules.metrics import Known, Reference, chemnet

LINES = (Path(__file__).parents[1] / "data/molecules.smi").read_text(encoding="utf-8").splitlines()[1:]
MOLECULES = [line.split()[0] for line in LINES]
REFERENCE = Reference.measure(MOLECULES, fcd=False)


def arrays(path):
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def assert_equal(left, right):
    for (name, one), (other_name, other) in zip(left._arrays(), right._arrays(), strict=True):
        assert name == other_name
        assert np.array_equal(one, other)


def test_a_reference_survives_saving(tmp_path):
    loaded = Reference.load(REFERENCE.save(tmp_path / "reference.npz"))
    assert len(loaded) == len(MOLECULES)
    assert loaded.fragments == REFERENCE.fragments and loaded.scaffolds == REFERENCE.scaffolds
    assert_equal(loaded, REFERENCE)


def test_what_chemnet_sees_is_saved_too(tmp_path):
    pytest.importorskip("fcd")
    reference = Reference.measure(MOLECULES[:8])
    loaded = Reference.load(reference.save(tmp_path / "reference.npz"))
    assert loaded.gaussian.distance(reference.gaussian) == pytest.approx(0, abs=1e-4)


def test_what_is_no_molecule_is_left_out_and_named():
    left_out = []
    reference = Reference.measure(["CCO", Record("C1C", "ref.csv:3")], fcd=False, skipped=left_out.append)
    assert len(reference) == 1
    assert [what.where for what in left_out] == ["ref.csv:3"]


def test_a_reference_without_any_molecule_is_refused():
    with pytest.raises(InputError, match="no valid molecule"):
        Reference.measure(["C1C"], fcd=False)


def test_a_pickle_is_never_opened(tmp_path):
    path = tmp_path / "reference.npz"
    np.savez(path, kind=np.array("gdl-molecules reference 1"), stats=np.array({"FCD": 1}, dtype=object))
    with pytest.raises(InputError, match="cannot be read"):
        Reference.load(path)


def test_another_kind_of_file_is_named(tmp_path):
    path = Known.of(["C"]).save(tmp_path / "known.npz")
    with pytest.raises(InputError, match="holds gdl-molecules known 1"):
        Reference.load(path)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("fingerprints", lambda array: array[:-1]),
        ("fingerprints", lambda array: array.astype(np.int64)),
        ("QED", lambda array: array * np.nan),
        ("fragments_counts", lambda array: array[1:]),
        ("hashes", lambda array: array.astype(np.float32)),
        ("logP", None),
    ],
)
def test_a_damaged_file_is_named(tmp_path, name, change):
    parts = arrays(REFERENCE.save(tmp_path / "reference.npz"))
    parts[name] = change(parts[name]) if change else None
    np.savez(tmp_path / "damaged.npz", **{key: part for key, part in parts.items() if part is not None})
    with pytest.raises(InputError, match=r"damaged\.npz is damaged"):
        Reference.load(tmp_path / "damaged.npz")


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_bit_that_flipped_is_noticed(tmp_path, place):
    path = REFERENCE.save(tmp_path / "reference.npz")
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError):
        Reference.load(path)


def test_without_the_package_the_rest_is_measured(monkeypatch):
    monkeypatch.setattr(chemnet, "available", lambda: False)
    assert Reference.measure(["CCO", "CCN"]).gaussian is None
