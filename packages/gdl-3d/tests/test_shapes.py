"""Collections of shapes: sequences that write files."""

import json

import numpy as np
import pytest
import trimesh

from gdl_3d.files import read, read_shape
from gdl_3d.shape import Shape
from gdl_3d.shapes import Shapes
from gdl_core.errors import UsageError

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))
CLOUD = Shape(np.random.default_rng(0).normal(size=(9, 3)).astype(np.float32))
SHEET = Shape([[0, 0, 0], [1, 0, 0], [1, 0, 1]], [[0, 1, 2]])


def test_a_slice_keeps_its_log_probabilities():
    part = Shapes([BOX, CLOUD, None], log_prob=[-1, -2, -3])[1:]
    assert part == Shapes([CLOUD, None], log_prob=[-2, -3]) and part[0] is CLOUD
    with pytest.raises(UsageError, match="2 log-probabilities for 1 shapes"):
        Shapes([BOX], log_prob=[0, 0])


def test_a_folder_holds_a_file_for_each_shape_and_names_what_is_none(tmp_path):
    skipped = []
    place = Shapes([BOX, None, CLOUD]).save(tmp_path / "new", skipped=skipped.append)
    assert sorted(path.name for path in place.iterdir()) == ["0001.glb", "0003.ply", "samples.json"]
    assert json.loads((place / "samples.json").read_text()) == {"count": 2}
    assert [skip.where for skip in skipped] == ["shape 2"]
    assert [record.object.is_cloud for record in read(place)] == [False, True]


def test_a_height_makes_every_file_that_tall_and_leaves_out_what_is_flat(tmp_path):
    skipped = []
    Shapes([BOX, SHEET]).save(tmp_path / "new", form="stl", height=50, skipped=skipped.append)
    assert read_shape(tmp_path / "new" / "0001.stl").extents == pytest.approx([25, 50, 75])
    assert "flat" in skipped[0].reason and not (tmp_path / "new" / "0002.stl").exists()


def test_one_shape_is_written_to_one_file(tmp_path):
    assert read_shape(Shapes([BOX]).save(tmp_path / "box.obj")).extents == pytest.approx([1, 2, 3])
    with pytest.raises(UsageError, match="exists already"):
        Shapes([BOX]).save(tmp_path / "box.obj")
    with pytest.raises(UsageError, match="holds one shape and there are 2"):
        Shapes([BOX, BOX]).save(tmp_path / "boxes.obj")
    with pytest.raises(UsageError, match=r"not named as a \.stl"):
        Shapes([BOX]).save(tmp_path / "box.ply", form="stl")


def test_only_a_folder_of_shapes_is_replaced(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not replaced"):
        Shapes([BOX]).save(tmp_path / "mine", force=True)
    Shapes([BOX, BOX]).save(tmp_path / "new")
    Shapes([BOX]).save(tmp_path / "new", force=True)
    assert len(list((tmp_path / "new").glob("*.glb"))) == 1


def test_closed_shapes_are_watertight_and_what_has_none_is_named():
    skipped = []
    solid, none, flat = Shapes([SHEET, None, Shape([[0, 0, 0]])]).closed(resolution=16, skipped=skipped.append)
    assert solid.to_trimesh().is_watertight and none is flat is None
    assert [skip.where for skip in skipped] == ["shape 3"]


def test_the_first_shapes_are_drawn_under_their_numbers(tmp_path):
    picture = Shapes([BOX] * 3).draw(count=2)
    assert picture.count("<image") == 2 and ">2</text>" in picture and ">3</text>" not in picture
    assert Shapes([BOX]).draw(tmp_path / "box.png").read_bytes().startswith(b"\x89PNG")
    assert "1 shape</p>" in Shapes([BOX])._repr_html_()
