"""A folder is there whole or not at all."""

import errno
import os

import pytest

from gdl_core.errors import ResourceError, UsageError
from gdl_core.folders import new_file, new_folder, sweep


def test_nothing_is_seen_before_the_block_has_ended(tmp_path):
    place = tmp_path / "deep" / "place"
    with new_folder(place) as draft:
        (draft / "a.txt").write_text("a")
        assert not place.exists()
    assert (place / "a.txt").read_text() == "a"
    assert [path.name for path in place.parent.iterdir()] == ["place"]


@pytest.mark.parametrize("replace", [False, True])
def test_a_block_that_fails_leaves_what_was_there(tmp_path, replace):
    place = tmp_path / "place"
    if replace:
        place.mkdir()
        (place / "old.txt").write_text("old")
    with pytest.raises(ZeroDivisionError), new_folder(place, replace=replace) as draft:
        (draft / "new.txt").write_text("new")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*.txt")] == (["old.txt"] if replace else [])
    assert not list(tmp_path.glob(".*"))


def test_a_place_that_is_taken_is_refused_before_any_work(tmp_path):
    with pytest.raises(UsageError, match="exists already"), new_folder(tmp_path):
        pytest.fail("the work has begun")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "no room is left on the disk"),
        (errno.EROFS, "may not be written to"),
        (errno.EACCES, "may not be written to"),
        (errno.EIO, "input/output error"),
    ],
)
def test_trouble_with_the_disk_says_where_and_what_to_do(tmp_path, code, advice):
    with pytest.raises(ResourceError, match=f"cannot write .*place: .*{advice}"), new_folder(tmp_path / "place"):
        raise OSError(code, os.strerror(code))
    assert not list(tmp_path.iterdir())


def test_a_rename_that_fails_puts_the_old_folder_back(tmp_path, monkeypatch):
    place = tmp_path / "place"
    with new_folder(place) as draft:
        (draft / "old.txt").write_text("old")
    rename = os.replace

    def fail(source, target):
        if str(source).endswith(".partial"):
            raise OSError(errno.EACCES, "denied")
        rename(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(ResourceError), new_folder(place, replace=True):
        pass
    assert (place / "old.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_what_killed_writers_left_is_swept_away(tmp_path):
    for name in (".place.0a1b2c3d.partial", ".place.0a1b2c3d.old", "place"):
        (tmp_path / name).mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_writer_killed_between_its_two_renames_costs_nothing_but_its_own_work(tmp_path):
    place = tmp_path / "my.model"
    for content in ("old", "new"):
        with new_folder(place, replace=True) as draft:
            (draft / "a.txt").write_text(content)
            aside, partial = draft.with_suffix(".old"), draft
    place.rename(aside)
    partial.mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["my.model"]
    assert (place / "a.txt").read_text() == "new"


def test_a_file_is_seen_whole_or_as_it_was(tmp_path):
    place = tmp_path / "a.txt"
    place.write_text("old")
    with new_file(place) as draft:
        draft.write_text("new")
        assert place.read_text() == "old"
    with pytest.raises(ResourceError, match="cannot write .*a.txt: no room"), new_file(place) as draft:
        draft.write_text("half")
        raise OSError(errno.ENOSPC, "full")
    assert place.read_text() == "new"
    assert list(tmp_path.iterdir()) == [place]
