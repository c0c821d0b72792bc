"""Skipped records are named as they come, counted, and kept where the user wants them."""

import pytest
import typer

from gdl_core.cli.skips import SHOWN, skips
from gdl_core.errors import ResourceError, Skipped


def test_each_skipped_record_is_named_up_to_a_number_and_all_are_in_the_file(tmp_path, capsys):
    with skips(tmp_path / "skipped.tsv", keep=True) as skip:
        for number in range(SHOWN + 30):
            skip(Skipped(f"mine.smi:{number}", "not a molecule"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "skipped mine.smi:0: not a molecule"
    assert len(lines) == SHOWN + 1 and "--skipped FILE" in lines[-1]
    assert len((tmp_path / "skipped.tsv").read_text().splitlines()) == skip.count == SHOWN + 30
    assert len(skip.facts()["records_skipped"]) == SHOWN + 30


def test_a_run_that_skipped_ends_with_exit_code_3_and_one_that_did_not_goes_on(capsys):
    with skips(None, keep=False) as skip:
        skip.leave()
        skip(Skipped("a", "b"))
        with pytest.raises(typer.Exit) as leaving:
            skip.leave()
    assert leaving.value.exit_code == 3
    assert "1 record was skipped" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_named_before_any_work(tmp_path):
    with pytest.raises(ResourceError, match="skipped.tsv"), skips(tmp_path / "no" / "skipped.tsv", keep=False):
        raise AssertionError("work was begun")
