"""One call reads whatever holds pictures."""

import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gdl_core.errors import InputError, UsageError
from gdl_image.files import read

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def test_a_single_picture_is_read_from_a_file_or_from_standard_input(tmp_path, everything, encoded, monkeypatch):
    (tmp_path / "a.png").write_bytes(encoded(PICTURE))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(encoded(PICTURE))))
    for source in (tmp_path / "a.png", "-"):
        (record,), skipped = everything(source)
        assert np.array_equal(record.object, PICTURE) and not skipped


def test_a_place_that_cannot_be_read_is_named_at_once(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.png")
    (tmp_path / "a.xyz").write_text("")
    with pytest.raises(UsageError, match="pictures are read from"):
        read(tmp_path / "a.xyz")


def test_only_tables_have_columns(tmp_path):
    with pytest.raises(UsageError, match="only a .csv, .tsv or .parquet file has columns"):
        read(tmp_path, column="path")
