"""Records become a data set: whole, in order, with every refusal named."""

import json
import os
import subprocess
import sys
import time
from pathlib import PurePosixPath

import numpy as np
import pytest

from gdl_core.data import Dataset, Measured, prepare
from gdl_core.data.encode import encode_all, encoders
from gdl_core.errors import InputError, ResourceError, UsageError
from gdl_core.representation import Record


def records(words, **columns):
    """Make records with the line they stood on; a column is a function of the word."""
    for line, word in enumerate(words, start=1):
        yield Record(word, f"words:{line}", {name: value(word) for name, value in columns.items()})


def spelled(dataset, letters, rows=None):
    batch = dataset.batch(np.arange(len(dataset)) if rows is None else rows)
    return [letters.Letters().decode(sample) for sample in dataset.space.separate(batch)]


def test_every_word_comes_back_in_order(tmp_path, letters, words):
    prepare(records(words), letters.Letters(), tmp_path / "set", domain="words")
    dataset = Dataset.open(tmp_path / "set")
    assert spelled(dataset, letters) == words
    assert spelled(dataset, letters, [5, 0, 5]) == [words[5], words[0], words[5]]
    assert dataset.sizes.tolist() == [len(word) + 1 for word in words]
    assert dataset.domain == "words"
    assert dataset.representation_config == {"name": "letters", "config": {"max_length": 30}}


def test_bad_records_are_left_out_and_named_in_order(tmp_path, letters, words):
    given = [*words[:3], "No", *words[3:5], "x" * 31, "schön"]
    skipped = []
    dataset = prepare(records(given), letters.Letters(), tmp_path / "set", domain="words", skipped=skipped.append)
    assert spelled(dataset, letters) == words[:5]
    assert [skip.where for skip in skipped] == ["words:4", "words:7", "words:8"]
    assert "31 tokens" in skipped[1].reason
    assert dataset.description["skipped"] == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_an_object_that_is_cut_gives_several_samples_with_its_columns(tmp_path, letters, workers, monkeypatch):
    monkeypatch.setattr(sys.modules["gdl_core.data.prepare"], "CHUNK", 2)
    given = ["abcdefgh", "No", "ijk", "lmnop", "q", "rs", "tuvw", "xyz", "abc"]
    skipped = []
    dataset = prepare(
        records(given, length=len), letters.Syllables(), tmp_path / "set", domain="words", workers=workers,
        numbers=["length"], measured=Measured("gdl_test_letters:measure", ["size"]), skipped=skipped.append,
    )  # fmt: skip
    expected = [
        (word[start : start + 3], len(word)) for word in given if word != "No" for start in range(0, len(word), 3)
    ]
    assert spelled(dataset, letters) == [syllable for syllable, _ in expected]
    for name in ("length", "size"):
        assert dataset.columns[name].values.tolist() == [length for _, length in expected]
    assert [skip.where for skip in skipped] == ["words:2"]


@pytest.mark.slow
def test_workers_write_the_very_files_that_one_process_writes(tmp_path, letters, words):
    many = (words * 200)[:20_000]
    many[12_345] = "BAD"
    told = {1: [], 2: []}
    heard = []
    for count in (1, 2):
        prepare(
            records(many, length=len), letters.Letters(), tmp_path / str(count), domain="words", workers=count,
            numbers=["length"], measured=Measured("gdl_test_letters:measure", ["size", "none"]),
            skipped=told[count].append, progress=heard.append,
        )  # fmt: skip
    assert told[1] == told[2]
    assert [skip.where for skip in told[1]] == ["words:12346"]
    assert heard[-1] == 20_000
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes()


@pytest.mark.slow
def test_a_worker_that_dies_is_reported_and_leaves_no_folder(tmp_path, letters):
    with pytest.raises(ResourceError, match="ended early"), encoders(letters.Letters(), 1) as encode:
        for _ in encode([["DIE"]]):
            pass


@pytest.mark.slow
def test_a_mistake_in_a_representation_is_no_bad_record(letters):
    with pytest.raises(ZeroDivisionError):
        encode_all(letters.Letters(), ["fine", "CRASH"])
    with pytest.raises(RuntimeError, match="a mistake in the representation"), encoders(letters.Letters(), 1) as encode:
        list(encode([["fine", "CRASH"]]))


@pytest.mark.slow
def test_objects_that_are_no_json_are_encoded_in_order_by_the_caller(letters):
    class Spelled(letters.Letters):
        def encode(self, word):
            return super().encode(word if isinstance(word, str) else word.name)

    chunks = [["one", "two"], [PurePosixPath("/a/three"), "Four"], ["five"]]
    with encoders(Spelled(), 2) as encode:
        found = list(encode(chunks))
    assert [encoded.lengths["tokens"].tolist() for encoded in found] == [[3, 3], [5], [4]]
    assert [[position for position, _ in encoded.refused] for encoded in found] == [[], [1], []]


@pytest.mark.slow
def test_a_script_without_a_guard_uses_workers_and_runs_once(tmp_path, letters):
    script = tmp_path / "script.py"
    script.write_text(
        "print('started')\n"
        "from gdl_core.data import prepare\n"
        "from gdl_core.representation import Record\n"
        "from gdl_test_letters import Letters\n"
        "class Own(Letters):\n    pass\n"
        "for kind in (Letters, Own):\n"
        "    stream = (Record('word', f'line {n}') for n in range(9000))\n"
        f"    print(len(prepare(stream, kind(), {str(tmp_path)!r} + '/' + kind.__name__, domain='words', workers=2)))\n"
    )
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.split() == ["started", "9000", "9000"], done.stderr


def test_columns_hold_numbers_and_classes(tmp_path, letters, words):
    columns = {"length": lambda word: str(len(word)), "first": lambda word: word[0]}
    dataset = prepare(
        records(words, **columns), letters.Letters(), tmp_path / "set", domain="words",
        numbers=["length"], labels=["first"],
    )  # fmt: skip
    lengths = np.array([len(word) for word in words])
    asked = [dataset.condition("length"), dataset.condition("first")]
    batch = dataset.batch([3, 8], conditions=asked)
    assert batch.conditions["length"][:, 0].tolist() == pytest.approx(
        ((lengths - lengths.mean()) / lengths.std())[[3, 8]].tolist(), abs=1e-5
    )
    assert batch.conditions["first"].tolist() == [asked[1].labels.index(words[row][0]) for row in (3, 8)]


def test_an_empty_cell_is_not_known_and_a_word_is_no_number(tmp_path, letters):
    values = {"one": "1", "two": "", "three": "many", "four": "4", "five": "nan"}
    skipped = []
    dataset = prepare(
        records(values, value=values.get, label=values.get), letters.Letters(), tmp_path / "set", domain="words",
        numbers=["value"], labels=["label"], skipped=skipped.append,
    )  # fmt: skip
    batch = dataset.batch([0, 1, 2], conditions=[dataset.condition("value"), dataset.condition("label")])
    assert batch.conditions["value"][:, 0].isnan().tolist() == [False, True, False]
    assert batch.conditions["label"].tolist() == [0, -1, 1]
    assert [skip.where for skip in skipped] == ["words:3", "words:5"]
    assert "'many', which is no finite number" in skipped[0].reason


def test_a_column_that_is_not_there_names_the_nearest(tmp_path, letters, words):
    with pytest.raises(InputError, match="no record has a value in a column 'lenght'; did you mean 'length'"):
        prepare(records(words, length=len), letters.Letters(), tmp_path / "set", domain="words", numbers=["lenght"])
    assert not list(tmp_path.iterdir())


def test_nothing_to_prepare_is_an_error_that_names_the_source(tmp_path, letters):
    with pytest.raises(InputError, match=r"empty\.smi holds no records"):
        prepare([], letters.Letters(), tmp_path / "set", domain="words", source="empty.smi")
    with pytest.raises(InputError, match="none of the 2 records of bad.txt could be used; the first: words:1"):
        prepare(records(["A", "B"]), letters.Letters(), tmp_path / "set", domain="words", source="bad.txt")
    assert not list(tmp_path.iterdir())


def test_what_stood_there_is_kept_unless_it_may_be_replaced(tmp_path, letters, words):
    prepare(records(words), letters.Letters(), tmp_path / "set", domain="words")
    with pytest.raises(UsageError, match="exists already"):
        prepare(records(words[:3]), letters.Letters(), tmp_path / "set", domain="words")
    with pytest.raises(InputError, match="none of"):
        prepare(records(["A"]), letters.Letters(), tmp_path / "set", domain="words", replace=True)
    assert len(Dataset.open(tmp_path / "set")) == len(words)
    prepare(records(words[:3]), letters.Letters(), tmp_path / "set", domain="words", replace=True)
    assert len(Dataset.open(tmp_path / "set")) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_an_interrupted_stream_leaves_nothing(tmp_path, letters, words):
    def stream():
        yield from records(words)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(stream(), letters.Letters(), tmp_path / "set", domain="words")
    assert not list(tmp_path.iterdir())


def test_a_file_that_the_stream_cannot_open_is_not_blamed_on_the_output(tmp_path, letters):
    def stream():
        with open(tmp_path / "gone.txt") as file:
            yield from file

    with pytest.raises(FileNotFoundError):
        prepare(stream(), letters.Letters(), tmp_path / "deep" / "set", domain="words")


def test_the_description_is_plain_json(tmp_path, letters, words):
    prepare(records(words), letters.Letters(), tmp_path / "set", domain="words", source="builtins")
    description = json.loads((tmp_path / "set" / "dataset.json").read_text())
    assert description["source"] == "builtins"
    assert set(description["files"]) == {"tokens.npy", "tokens.offsets.npy", "sizes.npy"}


@pytest.mark.slow
def test_a_module_that_lies_in_the_current_folder_is_not_run_by_workers(tmp_path, letters, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('a file of the current folder was run')")
    monkeypatch.chdir(tmp_path)
    with encoders(letters.Letters(), 1) as encode:
        [encoded] = encode([["safe"]])
    assert encoded.lengths["tokens"].tolist() == [4]


@pytest.mark.slow
def test_an_interruption_does_not_wait_for_busy_workers(letters):
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), encoders(letters.Letters(), 1) as encode:
        for _ in encode([["warm"], ["SLOW"], ["SLOW"]]):
            raise KeyboardInterrupt
    assert time.monotonic() - started < 50  # a slow word takes 60 seconds
