"""Texts are written as their file's name says, and are the same when they are read again."""

import gzip

import pytest

from gdl_core.errors import UsageError
from gdl_text import Texts, read

TEXTS = Texts(["To be,\nor not", "naïve\n", "a, \"b\"\t'c'"], log_prob=[-1.0, -2.5, -3.0])


@pytest.mark.parametrize(
    "name", ["a.txt", "a.md", "a.txt.gz", "a.jsonl", "a.jsonl.gz", "a.csv", "a.tsv", "a.parquet", "a"]
)
def test_what_is_written_is_read_again(tmp_path, name):
    if name == "a.parquet":
        pytest.importorskip("pyarrow")
    TEXTS.save(tmp_path / name)
    found = list(read(tmp_path / name))
    assert [record.object for record in found] == list(TEXTS)
    if name.startswith(("a.j", "a.c", "a.p")):
        assert [float(record.properties["log_prob"]) for record in found] == [-1.0, -2.5, -3.0]


def test_bytes_that_are_no_text_stay_in_text_files_and_are_marked_in_tables(tmp_path):
    texts = Texts(["caf\udce9"])
    assert texts.save(tmp_path / "a.txt").read_bytes() == b"caf\xe9\n"
    assert texts.save(tmp_path / "a.jsonl").read_text() == '{"text": "caf\ufffd"}\n'


def test_what_cannot_be_written_is_named_and_nothing_is_replaced_unasked(tmp_path):
    skipped = []
    Texts(["one", None, "two\n<|endoftext|>\nthree"]).save(tmp_path / "a.txt", skipped=skipped.append)
    assert [one.where for one in skipped] == ["sample 2", "sample 3"]
    with pytest.raises(UsageError, match="exists already"):
        TEXTS.save(tmp_path / "a.txt")
    TEXTS.save(tmp_path / "a.txt", force=True)
    assert gzip.decompress(TEXTS.save(tmp_path / "b.txt.gz").read_bytes()) == (tmp_path / "a.txt").read_bytes()


def test_texts_are_written_to_stdout_with_signs_for_what_cannot_be_printed(capsys):
    Texts(["one", "caf\udce9"]).save("-")
    assert capsys.readouterr().out == "one\n<|endoftext|>\ncaf\ufffd\n"
