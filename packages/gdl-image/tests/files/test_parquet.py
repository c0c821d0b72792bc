"""Tables of encoded pictures, as Hugging Face's data sets have them."""

import json
import sys

import numpy as np
import pytest

from gdl_core.errors import InputError, UsageError

arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
PICTURE = np.random.default_rng(0).integers(0, 256, (6, 5, 3), dtype=np.uint8)


@pytest.fixture
def written(tmp_path):
    """Write columns as a table, and return its place."""

    def write(columns, metadata=None):
        parquet.write_table(arrow.table(columns, metadata=metadata), tmp_path / "a.parquet")
        return tmp_path / "a.parquet"

    return write


def test_pictures_stand_as_bytes_or_in_structures_or_under_a_path(written, everything, encoded, tmp_path):
    data = encoded(PICTURE)
    (tmp_path / "b.png").write_bytes(data)
    place = written({"image": [{"bytes": data, "path": "a"}, {"bytes": None, "path": "b.png"}], "label": [1, 2]})
    records, skipped = everything(place)
    assert [record.properties for record in records] == [{"label": 1}, {"label": 2}] and not skipped
    (plain,), _ = everything(written({"image": [data]}))
    assert all(np.array_equal(record.object, PICTURE) for record in (*records, plain))


def test_rows_without_a_picture_are_skipped_by_their_number(written, everything, encoded):
    data = [{"bytes": encoded(PICTURE)}, {"bytes": b"no"}, None]
    records, (broken, empty) = everything(written({"image": data}))
    assert len(records) == 1
    assert "a.parquet:2: this is no picture" in broken and "a.parquet:3: there is no picture" in empty


def test_labels_get_the_names_that_the_table_gives_them(written, everything, encoded):
    features = {"label": {"_type": "ClassLabel", "names": ["cat", "dog"]}}
    told = {"huggingface": json.dumps({"info": {"features": features}})}
    data = encoded(PICTURE)
    records, _ = everything(written({"image": [data, data], "label": [1, 7]}, told))
    assert [record.properties["label"] for record in records] == ["dog", 7]


@pytest.mark.parametrize(
    ("columns", "options", "error", "words"),
    [
        ({"a": [1], "b": ["x"]}, {}, InputError, "no column of encoded pictures; there is: a, b"),
        ({"x": [b"1"], "y": [b"2"]}, {}, UsageError, "which column holds the pictures"),
        ({"image": [b"1"]}, {"column": "imag"}, UsageError, "did you mean 'image'"),
    ],
)
def test_a_table_with_other_columns_is_refused(written, everything, columns, options, error, words):
    with pytest.raises(error, match=words):
        everything(written(columns), **options)


def test_a_file_cut_short_and_one_of_another_kind_are_refused(written, everything, encoded):
    place = written({"image": [encoded(PICTURE)]})
    for data in (place.read_bytes()[:-50], b"hello"):
        place.write_bytes(data)
        with pytest.raises(InputError, match="no Parquet file, or a damaged one"):
            everything(place)


def test_without_pyarrow_it_is_said_what_to_install(written, everything, monkeypatch):
    place = written({"image": [b"1"]})
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match="pip install pyarrow"):
        everything(place)
