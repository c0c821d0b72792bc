import errno
import gzip
import io
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem, RDConfig
from rdkit.Chem import AllChem

from gdl_core.errors import InputError, ResourceError, UsageError
from gdl_molecules.chemistry import canonical
from gdl_molecules.files import Writer, read

NCI = Path(RDConfig.RDDataDir) / "NCI"
ROWS = [
    {"smiles": "CCO", "name": "ethanol", "qed": 0.41, "atoms": 3},
    {"smiles": "C[C@H](N)C(=O)O", "name": 'al"a, nine', "qed": None, "atoms": 6},
    {"smiles": "[Na+].[Cl-]", "name": "salt", "qed": 1.5, "atoms": 2},
]
TABLES = [".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet"]
ALL_KINDS = [*TABLES, ".smi", ".smi.gz", ".sdf", ".sdf.gz"]


@pytest.fixture
def write(tmp_path):
    def to(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to


def everything(source, **options):
    """Read all of it: the SMILES, and what was skipped."""
    skipped = []
    records = list(read(source, skipped=skipped.append, **options))
    return records, skipped


def smiles_of(source, **options):
    records, skipped = everything(source, **options)
    assert not skipped
    return [record.object for record in records]


def fill(path, rows=ROWS, **options):
    with Writer(path, **options) as writer:
        for row in rows:
            writer.write(row)
    return path


class TestWhatIsWritten:
    @pytest.mark.parametrize("suffix", ALL_KINDS)
    def test_is_read_back(self, tmp_path, suffix):
        found, skipped = everything(fill(tmp_path / f"mine{suffix}"))
        assert not skipped
        assert [canonical(record.object) for record in found] == [canonical(row["smiles"]) for row in ROWS]

    @pytest.mark.parametrize("suffix", [*TABLES, ".sdf"])
    def test_keeps_its_properties(self, tmp_path, suffix):
        found, _ = everything(fill(tmp_path / f"mine{suffix}"))
        for record, row in zip(found, ROWS, strict=True):
            expected = {name: value for name, value in row.items() if value is not None}
            assert {"smiles": row["smiles"], **record.properties} == expected

    def test_keeps_its_names_in_a_smi_file(self, tmp_path):
        found, _ = everything(fill(tmp_path / "mine.smi"))
        assert [record.properties["name"] for record in found] == [row["name"] for row in ROWS]

    @pytest.mark.parametrize("suffix", ALL_KINDS)
    def test_is_nowhere_when_the_writing_fails(self, tmp_path, suffix):
        with pytest.raises(KeyboardInterrupt), Writer(tmp_path / f"mine{suffix}") as writer:
            writer.write(ROWS[0])
            raise KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("suffix", ALL_KINDS)
    def test_shows_itself_only_when_it_is_whole(self, tmp_path, suffix):
        path = tmp_path / f"mine{suffix}"
        with Writer(path) as writer:
            writer.write(ROWS[0])
            assert not path.exists()
        assert [left.name for left in tmp_path.iterdir()] == [path.name]

    def test_leaves_the_old_file_alone_until_it_is_whole(self, tmp_path, write):
        path = write("mine.smi", "CC\n")
        with pytest.raises(UsageError, match="exists already"):
            Writer(path)
        with pytest.raises(ZeroDivisionError), Writer(path, replace=True):
            _ = 1 / 0
        assert path.read_text() == "CC\n"
        assert smiles_of(fill(path, replace=True)) == [row["smiles"] for row in ROWS]

    @pytest.mark.parametrize("suffix", [".csv.gz", ".sdf.gz", ".smi.gz"])
    def test_is_the_same_in_every_byte_when_written_again(self, tmp_path, suffix):
        first, second = (fill(tmp_path / f"{name}{suffix}").read_bytes() for name in "ab")
        assert first == second

    def test_has_the_columns_that_were_asked_for(self, tmp_path):
        path = fill(tmp_path / "mine.csv", columns=["atoms", "smiles"])
        assert path.read_text().splitlines()[:2] == ["atoms,smiles", "3,CCO"]

    def test_has_a_header_even_when_it_has_no_row(self, tmp_path):
        assert fill(tmp_path / "mine.csv", [], columns=["smiles", "qed"]).read_text() == "smiles,qed\n"
        assert fill(tmp_path / "mine.smi", []).read_text() == ""

    @pytest.mark.parametrize("suffix", [".csv", ".parquet"])
    def test_cannot_gain_a_column_on_the_way(self, tmp_path, suffix):
        with pytest.raises(UsageError, match="no column 'logp'"):
            fill(tmp_path / f"mine{suffix}", [{"smiles": "C"}, {"smiles": "C", "logp": 1.0}])
        assert list(tmp_path.iterdir()) == []

    def test_goes_to_a_parquet_file_in_batches_whose_types_agree(self, tmp_path):
        rows = [{"smiles": "C" * (1 + index % 9), "x": index / 2, "n": index} for index in range(20_000)]
        found, _ = everything(fill(tmp_path / "mine.parquet", rows))
        assert [{"smiles": record.object, **record.properties} for record in found] == rows
        with pytest.raises(UsageError, match="changes its type"):
            fill(tmp_path / "bad.parquet", [*rows, {"smiles": "C", "x": "much", "n": 1}])

    def test_carries_coordinates_in_an_sdf(self, tmp_path):
        mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
        AllChem.EmbedMolecule(mol, randomSeed=7)
        with Writer(tmp_path / "mine.sdf") as writer:
            writer.write({"smiles": "CCO", "name": "ethanol", "energy": -1.5}, mol=mol)
        (found,) = Chem.SDMolSupplier(str(tmp_path / "mine.sdf"), removeHs=False)
        assert found.GetConformer().Is3D()
        assert found.GetNumAtoms() == 9
        assert found.GetPropsAsDict() == {"smiles": "CCO", "energy": -1.5}
        assert found.GetProp("_Name") == "ethanol"
        assert not mol.HasProp("_Name")

    def test_cannot_break_an_sdf_with_its_values(self, tmp_path):
        rows = [{"smiles": "C", "name": "two\nlines", "note": "a\n\n$$$$\nb"}, {"smiles": "CC", "note": ">  <x>"}]
        found, skipped = everything(fill(tmp_path / "mine.sdf", rows, columns=["smiles", "name", "note"]))
        assert not skipped
        assert [record.object for record in found] == ["C", "CC"]
        assert found[0].properties["note"] == "a\nb"

    def test_goes_to_stdout_as_lines_or_as_csv(self, capsys):
        fill("-", [{"smiles": "CCO"}, {"smiles": "C"}])
        assert capsys.readouterr().out == "CCO\nC\n"
        fill("-", [{"smiles": "CCO", "qed": 0.5}])
        assert capsys.readouterr().out == "smiles,qed\nCCO,0.5\n"

    def test_needs_a_name_that_says_its_kind(self, tmp_path):
        with pytest.raises(UsageError, match=r"did you mean '\.csv'"):
            Writer(tmp_path / "mine.cvs")
        with pytest.raises(UsageError, match=r"must end in \.smi"):
            Writer(tmp_path / "mine")
        with pytest.raises(UsageError, match="is a folder"):
            (tmp_path / "folder.smi").mkdir()
            Writer(tmp_path / "folder.smi")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    @pytest.mark.parametrize("suffix", ALL_KINDS)
    def test_names_a_full_disk(self, tmp_path, monkeypatch, suffix):
        original = Path.open
        monkeypatch.setattr(
            Path, "open", lambda path, mode: original(Path("/dev/full"), "wb") if mode == "xb" else original(path, mode)
        )
        with pytest.raises(ResourceError, match="no room is left on the disk"):
            fill(tmp_path / f"mine{suffix}", ROWS * 100)

    def test_names_a_folder_that_may_not_be_written_to(self, tmp_path, monkeypatch):
        def refuse(path, mode):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(ResourceError, match="may not be written to"):
            fill(tmp_path / "mine.smi")

    def test_follows_a_link_to_its_file(self, tmp_path):
        (tmp_path / "real.smi").write_text("C\n")
        (tmp_path / "link.smi").symlink_to(tmp_path / "real.smi")
        fill(tmp_path / "link.smi", replace=True)
        assert (tmp_path / "link.smi").is_symlink()
        assert len(smiles_of(tmp_path / "real.smi")) == 3


class TestSmiFiles:
    def test_name_the_line_of_each_record(self, write):
        path = write("mine.smi", "SMILES name\n\nCCO ethanol (96 %)\n# a comment\nC\n")
        records, _ = everything(path)
        assert [(record.object, record.where, record.properties) for record in records] == [
            ("CCO", f"{path}:3", {"name": "ethanol (96 %)"}),
            ("C", f"{path}:5", {}),
        ]

    def test_may_carry_extensions_behind_the_smiles(self, write):
        records, _ = everything(write("mine.smi", "C[C@H](F)Cl |&1:1| racemic\nCC |$a;b$|\n"))
        assert [record.properties for record in records] == [{"name": "racemic"}, {}]

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_may_have_any_line_end_and_a_byte_order_mark(self, write, ending, mark, packed):
        content = mark + ending.join(["CCO a", "C b", "CC"]).encode()
        path = write("mine.smi", gzip.compress(content) if packed else content)
        assert smiles_of(path) == ["CCO", "C", "CC"]

    def test_may_be_latin_1_or_utf_8(self, write):
        path = write("mine.smi", "CCO Äthanol\n".encode("latin-1") + "C Grubengas ½\n".encode())
        assert [record.properties["name"] for record in everything(path)[0]] == ["Äthanol", "Grubengas ½"]

    def test_have_no_columns(self, write):
        with pytest.raises(UsageError, match="only a table has columns"):
            read(write("mine.smi", "CCO\n"), column="smiles")

    def test_of_the_real_world_are_read_whole(self):
        records, skipped = everything(NCI / "first_5K.smi")
        assert not skipped
        assert len(records) > 4_900
        assert records[0].object == "CC1=CC(=O)C=CC1=O"

    def test_may_not_hold_endless_lines(self, write):
        records, skipped = everything(write("mine.smi", "CCO\n" + "C" * 3_000_000 + "\nCC\n"))
        assert [record.object for record in records] == ["CCO", "CC"]
        assert [skip.where.rpartition(":")[2] for skip in skipped] == ["2"]

    def test_are_streamed(self, tmp_path):
        path = tmp_path / "many.smi.gz"
        with gzip.open(path, "wb") as file:
            for _ in range(30):
                file.write(b"CCO\n" * 10_000)
        records = read(path)
        assert [next(records).object for _ in range(5)] == ["CCO"] * 5
        assert sum(1 for _ in records) == 299_995


class TestTables:
    @pytest.mark.parametrize(
        ("header", "column"),
        [
            ("id,smiles", None),
            ("id,SMILES", None),
            ("x,Canonical_SMILES", None),
            ("id,smiles (washed)", None),
            ("id,structure", "structure"),
        ],
    )
    def test_name_their_smiles_column(self, write, header, column):
        assert smiles_of(write("mine.csv", f"{header}\n7,CCO\n"), column=column) == ["CCO"]

    def test_with_one_column_need_no_name_for_it(self, write):
        assert smiles_of(write("mine.csv", "molecule\nCCO\n")) == ["CCO"]
        assert smiles_of(write("other.csv", "CCO\nCC\n")) == ["CCO", "CC"]

    @pytest.mark.parametrize("suffix", [".csv", ".parquet"])
    def test_without_a_smiles_column_say_which_they_have(self, tmp_path, suffix):
        path = fill(tmp_path / f"mine{suffix}", [{"id": 1, "structure": "CCO"}])
        with pytest.raises(UsageError, match="There is: id, structure"):
            read(path)
        with pytest.raises(UsageError, match="no column 'structur'; did you mean 'structure'"):
            read(path, column="structur")
        assert smiles_of(path, column="structure") == ["CCO"]

    def test_may_hold_quotes_line_ends_and_semicolons(self, write):
        path = write("mine.csv", '\ufeffname;smiles\r\n"a\r\nb; c";CCO\r\n;C\r\n')
        records, skipped = everything(path)
        assert not skipped
        assert [(record.object, record.where.rpartition(":")[2]) for record in records] == [("CCO", "2"), ("C", "4")]
        assert records[0].properties == {"name": "a\nb; c"}

    def test_turn_numbers_into_numbers_and_leave_names_alone(self, write):
        path = write("mine.csv", "smiles,a,b,c,d,e\nC,3,-1.5e3,007,3-ol,\n")
        assert everything(path)[0][0].properties == {"a": 3, "b": -1500.0, "c": "007", "d": "3-ol"}

    def test_skip_broken_rows_by_line_and_go_on(self, write):
        path = write("mine.csv", 'smiles,x\nC,1\n,2\nCC,3,4,5\n"C"C,1\n\nN,\nO\n')
        records, skipped = everything(path)
        assert [record.object for record in records] == ["C", "N", "O"]
        assert [(skip.where.rpartition(":")[2], skip.reason.split()[0]) for skip in skipped] == [
            ("3", "no"),
            ("4", "4"),
            ("5", "this"),
        ]

    def test_name_the_row_whose_quote_swallows_the_rest(self, write):
        records, skipped = everything(write("mine.csv", 'smiles,x\nC,1\nCC,"oops\nN,2\n'))
        assert [record.object for record in records] == ["C"]
        assert skipped[0].where.endswith(":3")
        assert "all up to line 4 is lost with it" in skipped[0].reason

    def test_with_a_number_for_a_smiles_skip_it(self, tmp_path):
        pyarrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pyarrow.table({"smiles": ["C", None, " CC "]}), tmp_path / "mine.parquet")
        records, skipped = everything(tmp_path / "mine.parquet")
        assert [record.object for record in records] == ["C", "CC"]
        assert [skip.where for skip in skipped] == [f"{tmp_path / 'mine.parquet'}:2"]


class TestSdf:
    def test_of_the_real_world_agrees_with_rdkits_own_reader(self):
        records, skipped = everything(NCI / "first_200.props.sdf")
        theirs = list(Chem.SDMolSupplier(str(NCI / "first_200.props.sdf")))
        assert not skipped
        assert [record.object for record in records] == [Chem.MolToSmiles(mol) for mol in theirs]
        assert [str(record.properties["ISM"]) for record in records] == [mol.GetProp("ISM") for mol in theirs]
        assert records[0].properties["AMW"] == 122.12344

    def test_skips_a_broken_record_in_the_middle_by_name(self, tmp_path):
        path = fill(tmp_path / "mine.sdf", [{"smiles": "C"}, {"smiles": "FC(F)F"}, {"smiles": "CC"}, {"smiles": "CCC"}])
        blocks = path.read_text().split("$$$$\n")
        blocks[1] = blocks[1].replace(" F ", " Xx").replace("Xx ", "Xx")
        blocks[2] = blocks[2].split("M  END")[0]
        path.write_text("$$$$\n".join(blocks))
        records, skipped = everything(path)
        assert [record.object for record in records] == ["C", "CCC"]
        lengths = [block.count("\n") + 1 for block in blocks]
        assert [skip.where for skip in skipped] == [f"{path}:{lengths[0] + 1}", f"{path}:{lengths[0] + lengths[1] + 1}"]
        assert "breaks off" in skipped[1].reason

    def test_names_impossible_chemistry(self, write):
        block = Chem.MolToMolBlock(Chem.MolFromSmiles("FC(F)(F)F")).replace("F  ", "C  ").replace("C   0", "N   0", 1)
        records, skipped = everything(write("mine.sdf", block.replace("  1  2  1  0", "  1  2  3  0") + "$$$$\n"))
        assert not records
        assert "more than it can hold" in skipped[0].reason

    def test_needs_no_end_mark_behind_the_last(self, write):
        assert smiles_of(write("mine.sdf", Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")))) == ["CCO"]


class TestWhatIsNoFileOfMolecules:
    @pytest.mark.parametrize("name", ["a.smi", "a.csv", "a.tsv", "a.sdf", "a.parquet", "a.smi.gz"])
    def test_is_named_when_it_is_empty(self, write, name):
        with pytest.raises(InputError, match="is empty"):
            read(write(name, gzip.compress(b"") if name.endswith("gz") else b""))

    @pytest.mark.parametrize("content", ["\n\n", "smiles\n", "# nothing\n"])
    def test_is_named_when_it_holds_no_molecule(self, write, content):
        with pytest.raises(InputError, match="holds no"):
            read(write("mine.smi", content))

    @pytest.mark.parametrize("name", ["a.smi", "a.csv", "a.sdf", "a.smi.gz"])
    @pytest.mark.parametrize("content", [bytes(range(256)) * 9, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"PK\x03\x04"])
    def test_is_named_when_it_is_binary(self, write, name, content):
        with pytest.raises(InputError, match="is a binary file"):
            read(write(name, content))

    def test_is_named_when_it_is_utf_16(self, write):
        with pytest.raises(InputError, match="UTF-16"):
            read(write("mine.smi", "CCO\n".encode("utf-16")))

    def test_is_named_when_it_is_missing_with_its_neighbour(self, write):
        path = write("mine.smi", "C\n")
        with pytest.raises(InputError, match=r"did you mean 'mine\.smi'"):
            read(path.with_name("mnie.smi"))
        with pytest.raises(InputError, match="there is no folder"):
            read(path.parent / "nowhere" / "mine.smi")
        with pytest.raises(InputError, match="is a folder"):
            read(path.parent)

    def test_is_named_when_its_kind_is_unknown(self, write):
        with pytest.raises(UsageError, match=r"did you mean '\.smi'"):
            read(write("mine.sm", "C\n"))

    def test_is_named_when_its_archive_breaks_off(self, write):
        packed = gzip.compress(os.urandom(30_000).hex(" ", 20).replace(" ", "\n").encode())
        records = read(write("mine.smi.gz", packed[: len(packed) // 2]))
        with pytest.raises(InputError, match="damaged or cut short behind line"):
            list(records)
        with pytest.raises(InputError, match="damaged or cut short"):
            list(read(write("worse.smi.gz", packed[:12])))

    def test_is_named_when_it_is_no_parquet(self, write):
        with pytest.raises(InputError, match="no Parquet file"):
            read(write("mine.parquet", b"PAR1 and no more"))

    @given(st.binary(max_size=300), st.sampled_from([".smi", ".csv", ".tsv", ".sdf", ".parquet", ".csv.gz"]))
    @settings(deadline=None)
    def test_never_raises_anything_unexpected(self, tmp_path_factory, content, suffix):
        path = tmp_path_factory.mktemp("any") / f"mine{suffix}"
        path.write_bytes(content)
        try:
            for record in read(path, skipped=lambda skip: None):
                assert record.object == record.object.strip() != ""
        except (InputError, UsageError) as error:
            assert str(path) in str(error)


class TestStdin:
    @pytest.mark.parametrize(
        ("content", "column", "found"),
        [
            ("CCO a\nC b\n", None, ["CCO", "C"]),
            ("smiles\nCCO\n", None, ["CCO"]),
            ("id,smiles\n1,CCO\n", None, ["CCO"]),
            ("id\tSMILES\r\n1\tCCO\r\n", None, ["CCO"]),
            ("id,structure\n1,CCO\n", "structure", ["CCO"]),
            (Chem.MolToMolBlock(Chem.MolFromSmiles("CCO")) + "$$$$\n", None, ["CCO"]),
        ],
    )
    @pytest.mark.parametrize("packed", [False, True])
    def test_is_read_by_what_it_holds(self, monkeypatch, content, column, found, packed):
        raw = content.encode()
        stream = io.BytesIO(gzip.compress(raw) if packed else raw)
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=stream))
        records, _ = everything("-", column=column)
        assert [record.object for record in records] == found
        assert records[0].where.startswith("stdin:")
        del records
        assert not stream.closed

    def test_may_be_empty(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"")))
        with pytest.raises(InputError, match="stdin is empty"):
            read("-")

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
    def test_may_be_any_pipe(self, tmp_path):
        read_end, write_end = os.pipe()
        os.write(write_end, b"CCO\nCC\n")
        os.close(write_end)
        try:
            assert smiles_of(f"/dev/fd/{read_end}") == ["CCO", "CC"]
        finally:
            os.close(read_end)
