"""Arrays of pictures with their classes; a header's claims are not believed, and nothing is unpickled."""

import struct
import zipfile

import numpy as np
import pytest

from gdl_core.errors import InputError

PICTURES = np.random.default_rng(0).integers(0, 256, (4, 6, 5, 3), dtype=np.uint8)


def test_an_archive_of_arrays_gives_pictures_with_classes(tmp_path, everything):
    np.savez_compressed(tmp_path / "a.npz", images=PICTURES, labels=np.array(["x", "y", "x", "z"]))
    records, _ = everything(tmp_path / "a.npz")
    assert [record.properties["class"] for record in records] == ["x", "y", "x", "z"]
    assert np.array_equal([record.object for record in records], PICTURES)


def test_numbers_of_classes_get_their_names(tmp_path, everything):
    np.savez(tmp_path / "a.npz", images=PICTURES, labels=np.array([1, 0, 1, 1]), classes=np.array(["cat", "dog"]))
    records, _ = everything(tmp_path / "a.npz")
    assert [record.properties["class"] for record in records] == ["dog", "cat", "dog", "dog"]


def test_two_levels_and_sixteen_bits_are_spread_over_a_byte(tmp_path, everything):
    for name, images in (("bits", [[[False, True]]]), ("deep", np.array([[[0, 128, 129, 65535]]], np.uint16))):
        np.savez(tmp_path / f"{name}.npz", images=np.array(images))
    (bits,), (deep,) = (everything(tmp_path / f"{name}.npz")[0] for name in ("bits", "deep"))
    assert bits.object.ravel().tolist() == [0, 255] and deep.object.ravel().tolist() == [0, 0, 1, 255]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"pictures": PICTURES}, "no array 'images'; there is: pictures"),
        ({"images": PICTURES / 255}, "float64, and pictures are"),
        ({"images": PICTURES[..., :2]}, r"shape \(4, 6, 5, 2\)"),
        ({"images": PICTURES[0, 0]}, r"shape \(5, 3\)"),
        ({"images": PICTURES[:0]}, "holds no picture"),
        ({"images": np.asfortranarray(PICTURES)}, "stored by columns"),
        ({"images": np.array([{"a": 1}], dtype=object)}, "pickled objects, which are never opened"),
        ({"images": PICTURES, "labels": np.arange(3)}, "4 pictures and 3 labels"),
        ({"images": PICTURES, "labels": np.zeros(4)}, "one row of texts or numbers"),
        ({"images": PICTURES, "labels": np.arange(4), "classes": np.array(["a"])}, "none of the 1 numbers"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(tmp_path, everything, arrays, words):
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(InputError, match=words):
        everything(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((1_000_000_000, 28, 28), "ends before it is complete"),
        ((10, 100_000, 100_000), "has the shape"),
        ((10, -28, -28), "has the shape"),
        ((-5, 28, 28), "holds no picture"),
    ],
)
def test_a_header_that_lies_takes_no_memory(tmp_path, everything, shape, words):
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(100))
    with pytest.raises(InputError, match=words):
        everything(tmp_path / "a.npz")


def test_a_file_cut_short_and_one_of_another_kind_are_refused(tmp_path, everything):
    place = tmp_path / "a.npz"
    np.savez(place, images=PICTURES)
    for data in (place.read_bytes()[:-60], b"hello", b""):
        place.write_bytes(data)
        with pytest.raises(InputError, match="no numpy archive, or a damaged one"):
            everything(place)
