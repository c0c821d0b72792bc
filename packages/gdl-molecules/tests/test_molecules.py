import csv
import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from gdl_core.errors import ResourceError, UsageError
from gdl_molecules.chemistry import canonical, parse
from gdl_molecules.files import read
from gdl_molecules.molecules import COLUMNS, Molecules

RAW = ["CC(=O)Oc1ccccc1C(=O)O", "C1CC", "OCC", "CN1CCC[C@H]1c1cccnc1"]
DRAWN = Molecules(RAW, log_prob=[-20.123456, -3.0, -4.5, -25.0])


@given(st.lists(st.sampled_from(RAW)), st.data())
def test_molecules_are_a_sequence_like_any_other(texts, data):
    molecules = Molecules(texts)
    part = data.draw(st.slices(len(texts)))
    assert list(molecules[part].smiles) == texts[part]
    assert molecules[part] == Molecules(texts[part])
    assert len(molecules) == len(texts) == len(list(molecules))


def test_each_is_an_rdkit_molecule_or_none():
    assert [mol and mol.GetNumAtoms() for mol in DRAWN] == [13, None, 3, 12]
    assert DRAWN[0] is DRAWN[0] and DRAWN[-1] is DRAWN[3]
    with pytest.raises(IndexError):
        DRAWN[4]


def test_molecules_can_be_made_of_rdkit_molecules():
    assert Molecules([parse("OCC")]).smiles == ("CCO",)


def test_a_part_keeps_its_log_probabilities():
    assert DRAWN[1:3].log_prob == (-3.0, -4.5)
    assert Molecules(RAW)[1:3].log_prob is None
    assert Molecules(RAW) != DRAWN


def test_canonical_valid_and_properties_stand_in_the_same_order():
    assert DRAWN.canonical == [canonical(RAW[0]), None, "CCO", canonical(RAW[3])]
    assert DRAWN.valid == [True, False, True, True]
    weights = DRAWN.properties()["weight"]
    assert math.isnan(weights[1])
    assert weights[2] == pytest.approx(46.07, abs=0.01)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet", ".csv.gz"])
def test_a_table_holds_every_column_of_every_molecule(tmp_path, suffix):
    path = DRAWN.save(tmp_path / f"drawn{suffix}")
    records = list(read(path, column="smiles"))
    assert [record.object for record in records] == RAW
    first = records[0].properties
    assert list(first) == list(COLUMNS[1:])
    assert first["canonical"] == canonical(RAW[0])
    assert first["log_prob"] == -20.1235
    assert first["QED"] == pytest.approx(0.5501)
    assert first["TPSA"] == pytest.approx(63.6)


def test_a_raw_draw_that_is_no_molecule_has_a_row_with_empty_cells(tmp_path):
    with DRAWN.save(tmp_path / "drawn.csv").open() as file:
        row = list(csv.DictReader(file))[1]
    assert (row["smiles"], row["valid"], row["log_prob"], row["canonical"], row["QED"]) == (
        "C1CC",
        "False",
        "-3.0",
        "",
        "",
    )


def test_columns_are_written_as_asked_for(tmp_path):
    path = DRAWN.save(tmp_path / "drawn.csv", columns=["weight", "smiles"])
    assert path.read_text().splitlines()[:3] == ["weight,smiles", f"180.159,{RAW[0]}", ",C1CC"]
    assert (
        Molecules(["C"]).save(tmp_path / "c.csv", columns=["smiles", "valid"]).read_text() == "smiles,valid\nC,True\n"
    )


def test_a_table_can_go_to_stdout(capsys):
    DRAWN.save("-", columns=["smiles", "valid"])
    assert capsys.readouterr().out.splitlines()[:2] == ["smiles,valid", f"{RAW[0]},True"]


def test_a_list_of_smiles_holds_the_draws_as_they_came_with_their_numbers(tmp_path):
    left_out = []
    path = Molecules(["OCC", "", "C1CC"]).save(tmp_path / "drawn.smi", skipped=left_out.append)
    assert path.read_text() == "OCC\t1\nC1CC\t3\n"
    assert [what.where for what in left_out] == ["molecule 2"]


def test_an_sdf_holds_the_valid_ones_and_names_the_others(tmp_path):
    left_out = []
    path = DRAWN.save(tmp_path / "drawn.sdf", skipped=left_out.append)
    mols = list(Chem.SDMolSupplier(str(path)))
    assert [Chem.MolToSmiles(mol) for mol in mols] == [text for text in DRAWN.canonical if text]
    assert [mol.GetProp("_Name") for mol in mols] == ["1", "3", "4"]
    assert float(mols[0].GetProp("QED")) == pytest.approx(0.5501)
    assert [str(what) for what in left_out] == ["molecule 2: ring 1, opened at position 2, is never closed"]


def test_an_sdf_in_space_has_hydrogens_and_depth_and_failures_are_named(tmp_path):
    left_out = []
    molecules = Molecules(["CCO", "C1#CC1", "C1CC"])
    path = molecules.save(tmp_path / "space.sdf", three_d=True, skipped=left_out.append)
    ethanol, strained = Chem.SDMolSupplier(str(path), removeHs=False)
    assert ethanol.GetNumAtoms() == 9 and ethanol.GetConformer().Is3D()
    assert not strained.GetConformer().Is3D()
    assert [what.where for what in left_out] == ["molecule 2 (C1#CC1)", "molecule 3"]


def test_who_does_not_ask_is_warned_of_what_was_left_out(tmp_path):
    with pytest.warns(UserWarning, match="molecule 2: ring 1"):
        DRAWN.save(tmp_path / "drawn.sdf")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DRAWN.save(tmp_path / "drawn.csv")


def test_no_molecules_are_a_file_with_a_header(tmp_path):
    assert Molecules([]).save(tmp_path / "none.csv").read_text().startswith("smiles,canonical,valid,QED")
    assert Molecules([]).save(tmp_path / "none.sdf").read_text() == ""


@pytest.mark.parametrize("name", ["a.csv", "a.svg"])
def test_an_existing_file_is_refused_without_force(tmp_path, name):
    write = DRAWN.save if name.endswith("csv") else DRAWN.draw
    write(tmp_path / name)
    with pytest.raises(UsageError, match="exists already"):
        write(tmp_path / name)
    write(tmp_path / name, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "options", "hint"),
    [
        ("a.xls", {}, "the name must end in"),
        ("a.csv", {"columns": ["qeb"]}, "there is no column 'qeb'"),
        ("a.csv", {"columns": ["Smiles"]}, "did you mean 'smiles'"),
        ("a.csv", {"three_d": True}, "only an .sdf file"),
    ],
)
def test_what_cannot_be_saved_is_refused_before_anything_is_written(tmp_path, name, options, hint):
    with pytest.raises(UsageError, match=hint):
        DRAWN.save(tmp_path / name, **options)
    assert not list(tmp_path.iterdir())


def test_a_column_of_log_probabilities_needs_some(tmp_path):
    with pytest.raises(UsageError, match="no column 'log_prob'"):
        Molecules(["C"]).save(tmp_path / "a.csv", columns=["log_prob"])
    with pytest.raises(UsageError, match="2 log-probabilities for 1 molecules"):
        Molecules(["C"], log_prob=[1, 2])


def test_a_picture_is_svg_or_png_as_its_name_says(tmp_path):
    assert DRAWN.draw(tmp_path / "a.svg").read_text().startswith("<svg")
    assert DRAWN.draw(tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
    assert DRAWN.draw().startswith("<svg")
    with pytest.raises(UsageError, match=r"\.svg or a \.png"):
        DRAWN.draw(tmp_path / "a.gif")


def test_a_folder_that_is_no_place_for_a_picture_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ResourceError, match="cannot write"):
        DRAWN.draw(tmp_path / "file/a.svg")


def test_a_notebook_shows_how_many_there_are_and_the_first_of_them():
    html = Molecules(["C"] * 1500)._repr_html_()
    assert html.startswith("<div><p>1,500 molecules, the first 12:</p><svg")
    assert "1 molecule</p>" in Molecules(["C"])._repr_html_()
    assert "script" not in Molecules(["<script>"])._repr_html_()


def test_the_representation_is_short_however_many_and_long_they_are():
    assert repr(Molecules(["C" * 500] * 1000)) == f"Molecules(1,000: {', '.join(['C' * 57 + '...'] * 3)}, ...)"
