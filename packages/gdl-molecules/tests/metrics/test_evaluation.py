import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdl_core.errors import InputError
from gdl_molecules.metrics import Known, Reference, Samples, chemnet, evaluate, properties

LINES = (Path(__file__).parents[1] / "data/molecules.smi").read_text(encoding="utf-8").splitlines()[1:]
MOLECULES = [line.split()[0] for line in LINES]
SIMPLE = ["CCO", "CCN", "c1ccccc1", "CC(=O)Oc1ccccc1C(=O)O", "O=C(c1ccccc1)N1CCCC1", "Oc1ccc(-c2ccncc2)cc1"]
REFERENCE = Reference.measure(SIMPLE, fcd=False)


def plain(result):
    return {name: value for name, value in result.items() if name != "notes" and value is not None}


def test_a_set_against_itself_is_perfect():
    result = evaluate(SIMPLE, REFERENCE, train=SIMPLE, fcd=False)
    assert (result["valid"], result["unique@1000"], result["snn"], result["in_reference"]) == (1, 1, 1, 1)
    assert result["fragments"] == pytest.approx(1) and result["scaffolds"] == pytest.approx(1)
    assert result["novelty"] == 0 and result["in_train"] == 1
    assert [result[name] for name in ("logP", "SA", "QED", "weight")] == pytest.approx([0, 0, 0, 0])


def test_the_frechet_distance_of_a_set_to_itself_is_zero():
    pytest.importorskip("fcd")
    result = evaluate(SIMPLE, SIMPLE)
    assert result["fcd"] == pytest.approx(0, abs=1e-4)
    assert any("falls as samples are added" in note for note in result["notes"])


@given(st.permutations(MOLECULES[:8]))
@settings(deadline=None, max_examples=5)
def test_the_order_of_the_samples_changes_nothing(samples):
    assert plain(evaluate(samples, REFERENCE, fcd=False)) == pytest.approx(
        plain(evaluate(MOLECULES[:8], REFERENCE, fcd=False))
    )


def test_shares_are_counted_as_moses_counts_them():
    samples = ["CCO", "OCC", "CCC", "C1C", "", "CC#N", None, "c1ccccc1"]
    result = evaluate(samples, REFERENCE, train=["CCC", "N"], fcd=False)
    assert result["valid"] == 5 / 8
    assert result["unique@1000"] == 4 / 5
    assert result["novelty"] == 3 / 4  # ethanol, acetonitrile and benzene of four
    assert result["in_train"] == 1 / 5
    assert result["in_reference"] == 3 / 5  # ethanol twice, and benzene


def test_unique_looks_at_the_first_thousand_valid_ones():
    result = evaluate(["C1C", *["CCO"] * 999, "CCN", "CCC"], REFERENCE, fcd=False)
    assert result["unique@1000"] == 2 / 1000
    assert result["unique@10000"] == 3 / 1001
    assert result["notes"][0] == "unique@10000 is taken over 1,001 valid samples: there are no more"


def test_the_filters_are_those_of_moses():
    result = evaluate(["CCO", "C1CO1", "CC[O-]", "OB(O)c1ccccc1"], REFERENCE, fcd=False)
    assert result["filters"] == 1 / 4


def test_distances_are_those_of_the_properties():
    result = evaluate(["CCO", "CCO"], ["CCN"], fcd=False)
    weight = properties(["CCO", "CCN"])["weight"]
    assert result["weight"] == pytest.approx(weight[0] - weight[1])


def test_samples_without_a_molecule_have_no_measures_but_a_share():
    result = evaluate(["C1C", ""], REFERENCE, train=["C"], fcd=False)
    assert result["valid"] == 0
    assert {value for name, value in result.items() if name not in ("samples", "reference", "valid", "notes")} == {None}
    assert result["notes"] == ["none of the samples is a valid molecule, so there is nothing to compare"]


def test_no_samples_are_refused():
    with pytest.raises(InputError, match="no samples"):
        evaluate([], REFERENCE)


def test_samples_measured_once_can_be_compared_with_several_references():
    samples = Samples.measure(MOLECULES, fcd=False)
    known = Known.of(SIMPLE)
    for reference in (SIMPLE, MOLECULES):
        assert evaluate(samples, reference, train=known, fcd=False) == evaluate(
            MOLECULES, Reference.measure(reference, fcd=False), train=SIMPLE, fcd=False
        )


def test_a_saved_reference_gives_the_same_result(tmp_path):
    loaded = Reference.load(REFERENCE.save(tmp_path / "reference.npz"))
    assert evaluate(MOLECULES, loaded, fcd=False) == evaluate(MOLECULES, REFERENCE, fcd=False)


def test_a_result_is_a_json_document():
    result = evaluate(MOLECULES, REFERENCE, fcd=False)
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_without_the_package_the_distance_is_missing_and_the_way_to_it_is_told(monkeypatch):
    monkeypatch.setattr(chemnet, "available", lambda: False)
    result = evaluate(["CCO", "CCN"], SIMPLE)
    assert result["fcd"] is None
    assert 'fcd was not measured: the package fcd is not installed; pip install "gdl-molecules[fcd]"' in result["notes"]


def test_a_reference_without_rings_is_said_to_be_one():
    result = evaluate(SIMPLE, ["CCO"], fcd=False)
    assert result["scaffolds"] is None
    assert "scaffolds were not compared: no molecule of the reference has two rings" in result["notes"]


def test_what_is_no_molecule_in_the_reference_is_named():
    left_out = []
    evaluate(["C"], ["C", "C1C"], train=["C", "c"], fcd=False, skipped=left_out.append)
    assert [what.where for what in left_out] == ["molecule 2", "molecule 2"]


def test_properties_are_those_of_the_valid_ones():
    found = properties(["CCO", "C1C", "c1ccccc1"])
    assert list(found) == ["QED", "SA", "logP", "weight", "TPSA"]
    assert np.round(found["weight"], 2).tolist() == [46.07, 78.11]
    assert found["TPSA"] == [20.23, 0.0]
