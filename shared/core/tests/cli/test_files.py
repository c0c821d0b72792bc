"""Paths are checked before work starts: what is missing gets a hint, what exists is kept."""

import pytest

from gdl_core.cli.files import check_out, check_sources
from gdl_core.errors import InputError, UsageError


def test_a_missing_file_gets_the_nearest_name(tmp_path):
    (tmp_path / "words.txt").write_text("")
    check_sources([str(tmp_path / "words.txt"), "-"])
    with pytest.raises(InputError, match="did you mean 'words.txt'"):
        check_sources([str(tmp_path / "wrods.txt")])


def test_what_exists_is_refused_without_force(tmp_path):
    (tmp_path / "out.csv").write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        check_out(tmp_path / "out.csv", force=False)
    check_out(tmp_path / "out.csv", force=True)
    check_out(tmp_path / "new.csv", force=False)
    check_out(None, force=False)


def test_force_never_deletes_a_folder_that_gdl_did_not_write(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="not written by gdl"):
        check_out(tmp_path, force=True)
    (tmp_path / "run.json").write_text("{}")
    check_out(tmp_path, force=True)


def test_a_file_can_not_take_the_place_of_a_folder(tmp_path):
    with pytest.raises(UsageError, match="is a folder"):
        check_out(tmp_path, force=True, folder=False)
