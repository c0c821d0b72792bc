"""A data set reads back what was stored, and says what is wrong with a damaged one."""

import json

import numpy as np
import pytest
import torch

from gdl_core.data import Column, Dataset, prepare
from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_core.spaces import Graph, GraphSample, Grid, Points, Tokens, Vector

MANY_SPACES = [
    (Tokens(300, 5), [torch.tensor([299, 0]), torch.tensor([], dtype=torch.int64), torch.arange(5)]),
    (Vector(3), [torch.randn(3, generator=torch.Generator().manual_seed(row)) for row in range(4)]),
    (Grid(1, (2, 3), levels=9), [torch.full((1, 2, 3), row) for row in range(3)]),
    (Points(4, 2), [torch.ones(4, 2), torch.zeros(1, 2)]),
    (Graph(3, 2, 2), [GraphSample(torch.tensor([1, 0]), torch.tensor([[0, 1], [1, 0]]))] * 2),
]


@pytest.fixture
def folder(tmp_path, letters, words):
    stream = (Record(word, f"words:{line}") for line, word in enumerate(words))
    prepare(stream, letters.Letters(), tmp_path / "set", domain="words")
    return tmp_path / "set"


@pytest.mark.parametrize(("space", "samples"), MANY_SPACES, ids=lambda value: getattr(value, "kind", ""))
def test_samples_of_every_space_come_back(space, samples):
    dataset = Dataset.from_samples(space, samples)
    back = space.separate(dataset.batch(np.arange(len(samples))))
    for sample, other in zip(samples, back, strict=True):
        for part, other_part in zip(*[x if isinstance(x, tuple) else (x,) for x in (sample, other)], strict=True):
            assert torch.equal(part, other_part)
    assert dataset.sizes.tolist() == space.sizes(space.collate(samples)).tolist()


def test_equal_data_have_equal_fingerprints_and_others_do_not(folder, tmp_path, letters, words):
    first = Dataset.open(folder)
    for name, given in (("same", words), ("other", words[:-1])):
        prepare((Record(word, "") for word in given), letters.Letters(), tmp_path / name, domain="words")
    assert Dataset.open(tmp_path / "same").fingerprint == first.fingerprint
    assert Dataset.open(tmp_path / "other").fingerprint != first.fingerprint
    samples = [torch.tensor([1, 2]), torch.tensor([3])]
    assert (
        Dataset.from_samples(Tokens(5, 4), samples).fingerprint
        != Dataset.from_samples(Tokens(5, 4), samples[::-1]).fingerprint
    )


def test_a_column_that_is_not_there_names_the_nearest():
    dataset = Dataset.from_samples(Vector(1), [torch.zeros(1)], columns={"weight": Column(np.ones(1, np.float32))})
    with pytest.raises(InputError, match="did you mean 'weight'"):
        dataset.condition("weigth")


def damage(path, place=-1):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["tokens.npy", "tokens.offsets.npy", "sizes.npy"])
def test_a_flipped_bit_is_found(folder, name):
    damage(folder / name)
    with pytest.raises(InputError, match=f"{name} has changed since it was prepared"):
        Dataset.open(folder)


@pytest.mark.parametrize("name", ["tokens.npy", "tokens.offsets.npy", "sizes.npy"])
@pytest.mark.parametrize("check", [True, False])
def test_a_truncated_or_missing_file_is_named(folder, name, check):
    path = folder / name
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(InputError, match=name):
        Dataset.open(folder, check=check)
    path.unlink()
    with pytest.raises(InputError, match=name):
        Dataset.open(folder, check=check)


def test_offsets_that_run_backwards_are_found_without_a_hash(folder):
    path = folder / "tokens.offsets.npy"
    offsets = np.load(path)
    offsets[3] = offsets[5]
    np.save(path, offsets)
    with pytest.raises(InputError, match=r"tokens.offsets.npy does not fit"):
        Dataset.open(folder, check=False)


def test_a_symbol_outside_the_space_is_found_without_a_hash(folder):
    path = folder / "tokens.npy"
    tokens = np.load(path)
    tokens[len(tokens) // 3] = 200
    np.save(path, tokens)
    with pytest.raises(InputError, match="to 200, but this space holds 0 to 25"):
        Dataset.open(folder, check=False)


def test_a_pickle_is_never_opened(folder):
    np.save(folder / "tokens.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"tokens.npy cannot be read"):
        Dataset.open(folder, check=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 99}, "newer version"),
        ({"domain": "music"}, "domain 'music', not 'words'"),
        ({"space": {"kind": "tokens", "vocabulary_size": 3, "max_length": 20}}, "holds 0 to 2"),
        ({"space": {"kind": "cloud"}}, "no sample space 'cloud'"),
        ({"count": 4}, "shape"),
        ({"columns": None}, "lacks an entry"),
    ],
)
def test_a_description_that_does_not_fit_is_named(folder, change, message):
    path = folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=message):
        Dataset.open(folder, domain="words")


def test_a_damaged_description_and_a_wrong_name_are_named(folder):
    with pytest.raises(InputError, match="did you mean 'set'"):
        Dataset.open(folder.parent / "sett")
    (folder / "dataset.json").write_text('{"format": 1, ')
    with pytest.raises(InputError, match=r"dataset.json is damaged"):
        Dataset.open(folder)
