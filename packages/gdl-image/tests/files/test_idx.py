"""MNIST's kind of file: labels are found beside it, and it is not believed about its size."""

import gzip
import struct

import numpy as np
import pytest

from gdl_core.errors import InputError

PICTURES = np.random.default_rng(0).integers(0, 256, (3, 6, 5), dtype=np.uint8)
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def idx(array, *, kind=8):
    """Return an array as such a file."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, kind, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize(("images", "labels"), [("", ""), (".gz", ".gz"), (".gz", ""), ("", ".gz")])
def test_labels_beside_the_pictures_are_their_classes(tmp_path, everything, images, labels):
    for name, end, array in ((IMAGES, images, PICTURES), (LABELS, labels, np.array([3, 4, 3], np.uint8))):
        (tmp_path / (name + end)).write_bytes(gzip.compress(idx(array)) if end else idx(array))
    records, _ = everything(tmp_path / (IMAGES + images))
    assert [record.properties["class"] for record in records] == ["3", "4", "3"]
    assert np.array_equal([record.object[..., 0] for record in records], PICTURES)


def test_a_file_of_names_names_the_classes(tmp_path, everything):
    (tmp_path / IMAGES).write_bytes(idx(PICTURES))
    (tmp_path / LABELS).write_bytes(idx(np.array([1, 0, 1], np.uint8)))
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    assert [record.properties["class"] for record in everything(tmp_path / IMAGES)[0]] == ["dog", "cat", "dog"]
    (tmp_path / "classes.txt").write_text("cat\n")
    with pytest.raises(InputError, match="has a class 1, and .* names 1 only"):
        everything(tmp_path / IMAGES)


def test_without_labels_there_are_no_classes_and_colours_may_be_there(tmp_path, everything):
    colours = np.stack([PICTURES] * 3, axis=-1)
    (tmp_path / "all.idx4").write_bytes(idx(colours))
    records, _ = everything(tmp_path / "all.idx4")
    assert np.array_equal([record.object for record in records], colours) and not records[0].properties


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (struct.pack(">BBBBIII", 0, 0, 8, 3, 4_000_000_000, 6, 5) + PICTURES.tobytes(), "ends behind 3"),
        (struct.pack(">BBBBIII", 0, 0, 8, 3, 3, 100_000, 100_000), "holds no pictures"),
        (idx(PICTURES, kind=0x0D), "numbers of another type"),
        (idx(PICTURES[0, 0]), "holds no pictures"),
        (idx(np.stack([PICTURES] * 2, axis=-1)), "with 2 channels"),
        (idx(PICTURES)[:9], "ends within its header"),
        (b"hello", "no idx file"),
        (gzip.compress(idx(PICTURES), mtime=0)[:-40], "damaged or cut short"),
    ],
)
def test_a_file_that_lies_is_refused(tmp_path, everything, data, words):
    (tmp_path / IMAGES).write_bytes(data)
    with pytest.raises(InputError, match=words):
        everything(tmp_path / IMAGES)


def test_labels_that_do_not_fit_are_refused(tmp_path, everything):
    (tmp_path / IMAGES).write_bytes(idx(PICTURES))
    for data, words in (
        (idx(np.zeros(2, np.uint8)), "2] labels"),
        (idx(np.zeros(3, np.uint8))[:-1], "ends behind 2"),
    ):
        (tmp_path / LABELS).write_bytes(data)
        with pytest.raises(InputError, match=words):
            everything(tmp_path / IMAGES)
