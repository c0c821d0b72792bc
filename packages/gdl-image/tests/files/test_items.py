"""Pictures in folders, tables and archives: what their classes are, and what is passed over or skipped by name."""

import os
import zipfile

import numpy as np
import pytest

from gdl_core.errors import InputError, UsageError
from gdl_image.files import items

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)


@pytest.fixture
def laid(tmp_path, encoded):
    """Write the picture under names, into folders that are made for it; return the place of all."""

    def lay(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(encoded(PICTURE))
        return tmp_path

    return lay


def test_a_subfolder_is_a_class_and_of_subfolders_within_one_another_the_outermost(laid, everything):
    records, skipped = everything(laid("dog/1.png", "cat/1.png", "cat/siamese/2.png", "0.png"))
    assert [record.properties.get("class") for record in records] == [None, "cat", "cat", "dog"] and not skipped
    assert all(np.array_equal(record.object, PICTURE) for record in records)


def test_what_is_hidden_or_has_no_name_of_a_picture_is_passed_over(laid, everything):
    place = laid("a.png", ".hidden/b.png", ".c.png", "notes.txt", "d.svg")
    os.mkfifo(place / "pipe.png")
    (place / "nowhere.png").symlink_to("missing")
    records, skipped = everything(place)
    assert len(records) == 1 and not skipped


def test_links_in_a_circle_come_to_an_end(laid, everything):
    place = laid("a/1.png")
    (place / "a" / "up").symlink_to("..")
    assert len(everything(place)[0]) == 1


def test_a_folder_with_one_picture_is_read_and_one_with_none_is_refused(laid, everything, tmp_path):
    assert len(everything(laid("a.png"))[0]) == 1
    (tmp_path / "a.png").unlink()
    with pytest.raises(InputError, match="holds no picture"):
        everything(tmp_path)


def test_what_is_no_picture_is_skipped_by_name(laid, everything):
    place = laid("good.png", "bad.png")
    (place / "bad.png").write_text("hello")
    records, (skip,) = everything(place)
    assert len(records) == 1 and "bad.png: this is no picture" in skip


def test_a_table_names_pictures_and_their_properties(laid, everything):
    place = laid("a.png", "in/b.png")
    (place / "all.csv").write_text("path,label,price,code\na.png,shoe,1.5,007\nin/b.png,,3,\n")
    (first, second), skipped = everything(place / "all.csv")
    assert first.properties == {"label": "shoe", "price": 1.5, "code": "007"} and not skipped
    assert second.properties == {"price": 3} and np.array_equal(second.object, PICTURE)


def test_rows_of_a_table_that_name_no_picture_are_skipped(laid, everything):
    place = laid("a.png")
    (place / "all.tsv").write_text("file\tkind\na.png\tx\nmissing.png\tx\n/etc/passwd\tx\n\tx\nshort\n")
    records, skipped = everything(place / "all.tsv")
    assert len(records) == 1
    assert [skip.removeprefix(f"{place}/").split()[0] for skip in skipped] == [
        "all.tsv:3", "all.tsv:4", "all.tsv:5:", "all.tsv:6:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("", InputError, "is empty"),
        ("path,kind\n", InputError, "holds no picture"),
        ("a,b\n1,2\n", UsageError, "which column holds the pictures.*a, b"),
        ('path\n"' + "x" * 200_000 + '"\n', InputError, "no table behind line 2"),
    ],
)
def test_a_table_without_pictures_is_refused(tmp_path, everything, text, error, words):
    (tmp_path / "all.csv").write_text(text)
    with pytest.raises(error, match=words):
        everything(tmp_path / "all.csv")


def test_an_archive_is_read_like_a_folder(tmp_path, everything, encoded):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("dog/2.png", "cat/1.png", "__MACOSX/cat/1.png", "../evil.png", "notes.txt"):
            archive.writestr(name, encoded(PICTURE))
    records, skipped = everything(tmp_path / "a.zip")
    assert [record.properties["class"] for record in records] == ["cat", "dog"] and not skipped


def test_a_member_that_would_fill_the_memory_is_not_unpacked(tmp_path, everything, encoded, monkeypatch):
    monkeypatch.setattr(items, "LARGEST", 10_000)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", bytes(10_001))
        archive.writestr("good.png", encoded(PICTURE))
    records, (skip,) = everything(tmp_path / "a.zip")
    assert len(records) == 1 and "bomb.png" in skip and "10,001 bytes" in skip


def test_a_damaged_member_is_skipped_and_a_damaged_archive_is_refused(tmp_path, everything, encoded):
    place = tmp_path / "a.zip"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("1.png", encoded(PICTURE))
        archive.writestr("2.png", encoded(PICTURE))
    data = bytearray(place.read_bytes())
    data[60] ^= 255  # within the first picture
    place.write_bytes(data)
    records, (skip,) = everything(place)
    assert len(records) == 1 and "1.png: cannot be unpacked" in skip
    place.write_bytes(data[:-30])
    with pytest.raises(InputError, match="no zip archive"):
        everything(place)
