import pytest

from gdl_core.errors import InputError
from gdl_core.sources import files_within, missing


def is_text(name):
    return name.endswith(".txt")


def test_files_come_in_order_and_before_those_of_subfolders(tmp_path):
    for name in ("b.txt", "a.txt", "c.md", "inner/a.txt", ".hidden/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(path.relative_to(tmp_path)) for path in files_within(tmp_path, is_text)]
    assert found == ["a.txt", "b.txt", "inner/a.txt"]


def test_a_link_that_leads_back_up_is_not_followed(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.txt").touch()
    (tmp_path / "inner" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert [path.name for path in files_within(tmp_path, is_text)] == ["a.txt"]


def test_a_folder_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(InputError, match="none: cannot be opened"):
        list(files_within(tmp_path / "none", is_text))


def test_what_is_not_there_is_named_with_what_is(tmp_path):
    (tmp_path / "cats.zip").touch()
    assert "did you mean 'cats.zip'" in str(missing(tmp_path / "cat.zip"))
    assert "there is no folder" in str(missing(tmp_path / "none" / "a.png"))
