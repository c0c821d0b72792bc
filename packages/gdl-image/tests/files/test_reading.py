"""Pictures are read from what people have; what is no picture is named and passed over."""

import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from gdl_core.errors import InputError, UsageError
from gdl_image.files import read
from gdl_image.files.opening import open_picture

RANDOM = np.random.default_rng(0)
GRAY = RANDOM.integers(0, 256, (6, 5, 1), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (6, 5, 3), dtype=np.uint8)


def saved(path, picture, **options):
    """Write a picture with Pillow, into a folder that is made for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture.squeeze(-1) if picture.shape[-1] == 1 else picture).save(path, **options)
    return path


def everything(source, **options):
    """Read all pictures, and what was skipped."""
    skipped = []
    return list(read(source, skipped=skipped.append, **options)), skipped


def encoded(image, kind, **options):
    """Return a picture of Pillow as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def idx(array):
    """Return an array of bytes as MNIST's kind of file."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize(("name", "picture"), [("a.png", GRAY), ("a.png", COLOUR), ("a.bmp", COLOUR), ("a.tif", GRAY)])
def test_a_picture_is_read_as_it_was_written(tmp_path, name, picture):
    (record,), skipped = everything(saved(tmp_path / name, picture))
    assert np.array_equal(record.object, picture) and not skipped


@pytest.mark.parametrize(("kind", "options"), [("WEBP", {"lossless": True}), ("JPEG", {"quality": 100})])
def test_other_formats_come_near_what_was_written(kind, options):
    smooth = np.tile(np.arange(0, 240, 30, dtype=np.uint8)[:, None, None], (1, 8, 3))
    found = open_picture(encoded(Image.fromarray(smooth), kind, **options))
    assert np.abs(found.astype(int) - smooth).max() <= 4


def test_sixteen_bits_become_eight_by_rounding():
    deep = np.array([[0, 128, 129, 65535]], np.uint16)
    assert open_picture(encoded(Image.fromarray(deep), "PNG"))[0, :, 0].tolist() == [0, 0, 1, 255]


def test_a_palette_becomes_its_colours():
    image = Image.fromarray(COLOUR).quantize(256)
    assert np.array_equal(open_picture(encoded(image, "PNG")), np.asarray(image.convert("RGB")))


def test_transparency_stays_where_it_hides_something():
    clear = np.dstack([COLOUR, np.full((6, 5), 255, np.uint8)])
    assert open_picture(encoded(Image.fromarray(clear), "PNG")).shape[-1] == 3
    clear[0, 0, 3] = 0
    assert open_picture(encoded(Image.fromarray(clear), "PNG")).shape[-1] == 4


def test_a_rotation_that_a_camera_noted_is_carried_out():
    noted = Image.Exif()
    noted[0x0112] = 6  # turned by a quarter
    found = open_picture(encoded(Image.fromarray(COLOUR), "PNG", exif=noted))
    assert np.array_equal(found, np.rot90(COLOUR, -1))


def test_of_an_animation_the_first_frame_is_read():
    frames = [Image.fromarray(np.full((4, 4), level, np.uint8)) for level in (10, 200)]
    found = open_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert np.unique(found).tolist() == [10]


def test_a_subfolder_is_a_class(tmp_path):
    for name in ("cat", "dog"):
        saved(tmp_path / name / "1.png", GRAY)
    saved(tmp_path / ".hidden" / "1.png", GRAY)
    (tmp_path / "notes.txt").write_text("no picture")
    records, skipped = everything(tmp_path)
    assert [record.properties["class"] for record in records] == ["cat", "dog"] and not skipped


def test_a_table_names_pictures_and_their_properties(tmp_path):
    saved(tmp_path / "a.png", GRAY)
    (tmp_path / "all.csv").write_text("path,label\na.png,shoe\nmissing.png,hat\n")
    (record,), (skip,) = everything(tmp_path / "all.csv")
    assert record.properties["label"] == "shoe" and "missing.png" in str(skip)


def test_an_archive_of_arrays_gives_pictures_with_classes(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.stack([COLOUR, COLOUR]), labels=np.array(["x", "y"]))
    records, _ = everything(tmp_path / "a.npz")
    assert [record.properties["class"] for record in records] == ["x", "y"]
    assert np.array_equal(records[1].object, COLOUR)


def test_pickled_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError):
        everything(tmp_path / "a.npz")


def test_idx_files_have_their_labels_beside_them(tmp_path):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(np.stack([GRAY[..., 0]] * 2)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.array([3, 4], np.uint8)))
    records, _ = everything(tmp_path / "train-images-idx3-ubyte")
    assert [str(record.properties["class"]) for record in records] == ["3", "4"]
    assert np.array_equal(records[0].object, GRAY)


def test_an_idx_file_that_lies_about_its_size_is_refused(tmp_path):
    data = bytearray(idx(np.stack([GRAY[..., 0]] * 2)))
    data[4:8] = struct.pack(">I", 2_000_000_000)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(data)
    with pytest.raises(InputError):
        everything(tmp_path / "train-images-idx3-ubyte")


def test_a_parquet_table_holds_encoded_pictures(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    data = encoded(Image.fromarray(COLOUR), "PNG")
    table = arrow.table({"image": [{"bytes": data, "path": "a.png"}, {"bytes": b"no", "path": "b"}], "label": [1, 2]})
    parquet.write_table(table, tmp_path / "a.parquet")
    (record,), (skip,) = everything(tmp_path / "a.parquet")
    assert np.array_equal(record.object, COLOUR) and record.properties["label"] == 1 and "a.parquet" in str(skip)


def test_a_zip_archive_is_read_like_a_folder(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cat/1.png", encoded(Image.fromarray(COLOUR), "PNG"))
    (record,), _ = everything(tmp_path / "a.zip")
    assert record.properties["class"] == "cat" and np.array_equal(record.object, COLOUR)


def bomb():
    """Return a small file that claims to hold 100,000 x 100,000 pixels."""
    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    parts = (struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
             for kind, body in chunks)  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


HOSTILE = {
    "a decompression bomb": bomb(),
    "a truncated file": encoded(Image.fromarray(RANDOM.integers(0, 256, (40, 40, 3), dtype=np.uint8)), "PNG")[:700],
    "a text under a picture's name": b"hello",
    "an empty file": b"",
    "a program under a picture's name": b"%!PS-Adobe-3.0\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_skipped_by_name(tmp_path, name):
    saved(tmp_path / "good.png", GRAY)
    (tmp_path / "bad.png").write_bytes(HOSTILE[name])
    records, (skip,) = everything(tmp_path)
    assert len(records) == 1 and "bad.png" in str(skip)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 20_000, 3), (20_000, 1, 1)])
def test_very_small_and_very_long_pictures_are_pictures(tmp_path, shape):
    (record,), _ = everything(saved(tmp_path / "a.png", np.zeros(shape, np.uint8)))
    assert record.object.shape == shape


def test_a_picture_is_told_by_its_content_not_its_name(tmp_path):
    (tmp_path / "a.jpg").write_bytes(encoded(Image.fromarray(COLOUR), "PNG"))
    (record,), _ = everything(tmp_path / "a.jpg")
    assert np.array_equal(record.object, COLOUR)


def test_a_place_without_pictures_is_refused(tmp_path):
    with pytest.raises(InputError):
        everything(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        everything(tmp_path / "none.png")
    (tmp_path / "a.xyz").write_text("")
    with pytest.raises(UsageError, match="pictures are read from"):
        everything(tmp_path / "a.xyz")
