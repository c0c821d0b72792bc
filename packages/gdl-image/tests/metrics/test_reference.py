"""A reference is measured once and comes back from its file."""

import numpy as np
import pytest

from gdl_core.data import archive
from gdl_core.errors import InputError
from gdl_core.representation import Record
from gdl_image.metrics import Reference

PICTURES = np.random.default_rng(0).integers(0, 256, (9, 28, 28, 1), dtype=np.uint8)
RECORDS = [Record(picture, f"{number}.png", {"class": "Bag"}) for number, picture in enumerate(PICTURES)]


def test_a_reference_survives_saving(tmp_path):
    reference = Reference.measure([*RECORDS, PICTURES[0]])
    loaded = Reference.load(reference.save(tmp_path / "reference.npz"))
    assert repr(loaded) == repr(reference) == "Reference(10 pictures, seen by fashion)"
    assert loaded.classes.tolist() == ["Bag"] * 9 + [""]
    for name in ("vectors", "seen", "probes"):
        assert np.array_equal(getattr(loaded, name), getattr(reference, name))


def test_what_is_no_picture_is_left_out_and_named():
    skipped = []
    assert len(Reference.measure([None, *RECORDS, Record("text", "a.txt")], skipped=skipped.append)) == 9
    assert [skip.where for skip in skipped] == ["picture 1", "a.txt"]
    with pytest.raises(InputError, match="no picture to compare with"):
        Reference.measure([None])


@pytest.mark.parametrize(
    "change",
    [
        {"vectors": np.full((9, 64), np.nan, np.float32)},
        {"vectors": np.zeros((8, 64), np.float32)},
        {"seen": np.zeros(9)},
        {"probes": np.zeros((9, 28, 28), np.uint8)},
        {"more": np.zeros(1)},
    ],
)
def test_a_damaged_file_is_refused(tmp_path, change):
    reference = Reference.measure(RECORDS)
    arrays = {**vars(reference), "features": np.array("fashion"), **change}
    path = archive.save(tmp_path / "reference.npz", "gdl-image reference 1", arrays)
    with pytest.raises(InputError, match="damaged"):
        Reference.load(path)
