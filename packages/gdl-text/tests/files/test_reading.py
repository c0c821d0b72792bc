"""Texts are read from whatever holds them, documents stay apart, and what is bad is named."""

import csv
import gzip
import json

import pytest

from gdl_core.errors import InputError, UsageError
from gdl_text.files import documents, opening, read


def texts(source, **options):
    return [record.object for record in read(source, **options)]


def test_a_text_file_is_one_document_without_its_last_line_end(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfTo be,\r\nor not\r\n")
    assert texts(tmp_path / "a.txt") == ["To be,\nor not"]


def test_a_line_of_endoftext_divides_documents_and_each_is_named_by_its_line(tmp_path):
    (tmp_path / "a.md").write_text("one\ntwo\n<|endoftext|>\n\n<|endoftext|>\nthree <|endoftext|> four\n<|endoftext|>")
    found = [(record.object, record.where.rpartition(":")[2]) for record in read(tmp_path / "a.md")]
    assert found == [("one\ntwo", "1"), ("three <|endoftext|> four", "6")]


def test_a_long_document_comes_in_parts_that_together_are_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "PART", 64)
    whole = "".join(f"line {number}\n" for number in range(100)) + "x" * 300
    (tmp_path / "a.txt").write_text(whole)
    found = list(read(tmp_path / "a.txt"))
    assert "".join(record.object for record in found) == whole
    assert max(len(record.object) for record in found) < 5 * 64
    assert [record.where for record in found][:2] == [f"{tmp_path}/a.txt:1", f"{tmp_path}/a.txt:11"]


def test_a_gzipped_file_is_unpacked_whatever_its_name(tmp_path):
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"packed\n"))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"text": "row"}\n'))
    assert texts(tmp_path / "a.txt") == ["packed"] and texts(tmp_path / "b.jsonl.gz") == ["row"]


def test_utf_16_with_its_mark_is_read(tmp_path):
    (tmp_path / "a.txt").write_bytes("naïve\n".encode("utf-16"))
    assert texts(tmp_path / "a.txt") == ["naïve"]


def test_tables_give_a_text_in_each_row_and_the_other_cells_as_properties(tmp_path):
    rows = [{"title": "Sonnet 1", "body": "From fairest\ncreatures"}, {"title": "Sonnet 2", "body": "When forty"}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with (tmp_path / "a.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, ["title", "body"])
        table.writeheader()
        table.writerows(rows)
    for name in ("a.jsonl", "a.csv"):
        found = list(read(tmp_path / name))
        assert [record.object for record in found] == [row["body"] for row in rows]
        assert found[1].properties == {"title": "Sonnet 2"}
    assert texts(tmp_path / "a.csv", column="title") == ["Sonnet 1", "Sonnet 2"]


def test_a_column_of_a_parquet_file_is_read(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pyarrow.table({"story": ["once", None, "upon"], "n": [1, 2, 3]}), tmp_path / "a.parquet")
    skipped = []
    found = list(read(tmp_path / "a.parquet", skipped=skipped.append))
    assert [(record.object, record.properties) for record in found] == [("once", {"n": 1}), ("upon", {"n": 3})]
    assert [str(one) for one in skipped] == [f"{tmp_path}/a.parquet:2: no text in the column 'story'"]


def test_a_folder_gives_its_texts_with_their_subfolder_and_names_bad_files(tmp_path):
    for name, data in {
        "austen/emma.txt": b"Emma Woodhouse", "code/main.py": b"print()", "code/__pycache__/x.py": b"no",
        ".git/config.txt": b"no", "picture.png": b"\x89PNG", "bad.txt": b"caf\xe9", "nul.txt": b"\0" * 9,
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    skipped = []
    found = list(read(tmp_path, skipped=skipped.append))
    assert [(record.object, record.properties) for record in found] == [
        ("Emma Woodhouse", {"folder": "austen"}), ("print()", {"folder": "code"}),
    ]  # fmt: skip
    assert [one.where.rpartition("/")[2] for one in skipped] == ["bad.txt", "nul.txt"]


def test_bad_rows_are_skipped_by_name_and_the_stream_goes_on(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\nnot json\n[1]\n{"text": 7}\n{"text": "\\ud83d"}\n"two"\n')
    skipped = []
    assert texts(tmp_path / "a.jsonl", skipped=skipped.append) == ["one", "two"]
    assert [one.where.rpartition(":")[2] for one in skipped] == ["2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "holds no text"),
        (b" \n\n ", "holds no text"),
        (b"\0" * 1000, "NUL bytes"),
        (b"one\ncaf\xe9 au lait", r"no UTF-8: it holds the byte 0xe9 behind 'one\\ncaf'.*iconv"),
        (gzip.compress(b"text " * 1000, mtime=0)[:-9], "damaged or cut short"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_name(tmp_path, data, complaint):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(InputError, match=complaint):
        texts(tmp_path / "a.txt")


def test_one_character_is_a_text(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert texts(tmp_path / "a.txt") == ["x"]


def test_a_gzip_bomb_is_refused_before_it_fills_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "_BOMB_FROM", 1 << 20)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"a" * (1 << 24)))
    with pytest.raises(InputError, match="200 times its size"):
        texts(tmp_path / "a.txt.gz")


def test_a_file_or_column_that_is_not_there_is_named(tmp_path):
    (tmp_path / "tale.txt").write_text("x")
    (tmp_path / "a.csv").write_text("one,two\n1,2\n")
    with pytest.raises(InputError, match=r"did you mean 'tale.txt'"):
        read(tmp_path / "tail.txt")
    with pytest.raises(UsageError, match="which column holds the texts"):
        read(tmp_path / "a.csv")
    with pytest.raises(UsageError, match="no column 'three'"):
        read(tmp_path / "a.csv", column="three")
    with pytest.raises(UsageError, match="leave the column out"):
        read(tmp_path / "tale.txt", column="text")
