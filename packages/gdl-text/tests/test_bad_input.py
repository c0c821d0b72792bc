"""Bad files are refused by name, end with the documented code, and leave nothing behind."""

import gzip
import json

import pytest

from gdl_core.errors import InputError, UsageError
from gdl_text.representations import BytePairs
from gdl_text.representations.bpe import LETTERS

TRAIN = ("--steps", 1, "--device", "cpu", "--representation-option", "max_length=8", "--recipe", "char-rnn")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "holds no text"),
        (b"\0" * 5000, "NUL bytes"),
        (b"caf\xe9", "is no UTF-8"),
        (gzip.compress(b"words " * 99, mtime=0)[:-6], "damaged or cut short"),
    ],
)
def test_what_is_no_text_ends_with_code_4_and_leaves_nothing(gdl, tmp_path, data, complaint):
    (tmp_path / "bad.txt").write_bytes(data)
    ended = gdl("train", tmp_path / "bad.txt", "--out", tmp_path / "run", *TRAIN)
    assert ended.code == 4 and complaint in ended.err and "bad.txt" in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.txt"]


def test_one_character_can_be_prepared(gdl, tmp_path):
    (tmp_path / "one.txt").write_text("x")
    ended = gdl("prepare", tmp_path / "one.txt", "--out", tmp_path / "set", "--representation", "characters")
    assert ended.code == 0
    assert json.loads((tmp_path / "set" / "dataset.json").read_text())["count"] == 1


def test_one_bad_file_of_a_folder_never_stops_the_others(gdl, tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "good.txt").write_text("good words")
    (tmp_path / "texts" / "bad.txt").write_bytes(b"\xff\xfe\xff")
    ended = gdl("prepare", tmp_path / "texts", "--out", tmp_path / "set", "--representation", "bytes")
    assert ended.code == 3 and "skipped" in ended.err and "bad.txt" in ended.err
    assert (tmp_path / "set" / "tokens.npy").exists()


def test_a_tokenizer_that_gives_not_every_byte_back_is_refused(tmp_path):
    words = {"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}, "version": "1.0", "added_tokens": []}
    (tmp_path / "tokenizer.json").write_text(json.dumps(words))
    with pytest.raises(UsageError, match="does not give every byte back"):
        BytePairs(tokenizer=tmp_path)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(InputError, match=r"is no tokenizer\.json"):
        BytePairs(tokenizer=tmp_path)
    with pytest.raises(UsageError, match="there is no tokenizer"):
        BytePairs(tokenizer=tmp_path / "none")


def test_the_two_files_of_gpt_2_are_read_and_learn_nothing_more(tmp_path):
    vocabulary = {letter: number for number, letter in enumerate(sorted(LETTERS))} | {"th": 256, "the": 257}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary))
    (tmp_path / "merges.txt").write_text("#version: 0.2\nt h\nth e\n")
    pairs = BytePairs(tokenizer=tmp_path).fit(["other words"])
    assert [pairs.pieces[number] for number in pairs.encode("then")] == [b"the", b"n"]
    assert pairs.decode(pairs.encode("naïve \udcff")) == "naïve \udcff"
