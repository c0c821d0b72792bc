"""Arrays come back from one file, of the kind that is asked for, and no pickle is opened."""

import numpy as np
import pytest

from gdl_core.data import archive
from gdl_core.errors import InputError, UsageError

KIND = "test numbers 1"


def test_arrays_survive_and_know_their_kind(tmp_path):
    path = archive.save(tmp_path / "a.npz", KIND, {"numbers": np.arange(5)})
    assert archive.load(path, KIND)["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert archive.holds(path, "another kind", KIND) and not archive.holds(path, "another kind")
    with pytest.raises(InputError, match="holds test numbers 1, and another kind was asked for"):
        archive.load(path, "another kind")


def test_what_is_there_is_not_written_over_unless_asked(tmp_path):
    path = archive.save(tmp_path / "a.npz", KIND, {"numbers": np.zeros(1)})
    with pytest.raises(UsageError, match="exists already"):
        archive.save(path, KIND, {"numbers": np.ones(1)})
    archive.save(path, KIND, {"numbers": np.ones(1)}, force=True)
    assert archive.load(path, KIND)["numbers"].tolist() == [1]
    assert [found.name for found in tmp_path.iterdir()] == ["a.npz"]


def test_damaged_files_and_pickles_are_refused(tmp_path):
    damaged, pickled = tmp_path / "damaged.npz", tmp_path / "pickled.npz"
    damaged.write_bytes(b"PK\x03\x04 and no more")
    np.savez(pickled, kind=np.array(KIND), numbers=np.array([{}], dtype=object))
    assert not archive.holds(damaged, KIND) and not archive.holds(tmp_path / "absent.npz", KIND)
    for path in (damaged, pickled):
        with pytest.raises(InputError, match="make it again"):
            archive.load(path, KIND)
