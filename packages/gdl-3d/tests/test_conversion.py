"""Files and folders of shapes as other files."""

import csv
import zipfile

import pytest
import trimesh

from gdl_3d.conversion import convert, write_folder
from gdl_3d.files import read, read_shape
from gdl_3d.shape import Shape
from gdl_core.errors import InputError, UsageError
from gdl_core.representation import Record

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))


def rows(place):
    with place.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_folder_keeps_its_classes_and_its_table_can_be_read_and_trained_on(folder, tmp_path):
    assert convert(folder, tmp_path / "out", form="stl") == 8
    table = tmp_path / "out" / "shapes.csv"
    assert rows(table)[0] == {"path": "box/0.stl", "class": "box", "id": "0"}
    back = list(read(table))
    assert [record.properties["class"] for record in back] == ["box"] * 4 + ["tube"] * 4
    assert back[1].object.extents == pytest.approx([1, 1.25, 1])


def test_training_and_test_parts_get_a_table_each_and_makers_and_licences_are_kept(tmp_path):
    pieces = [
        Record(BOX, "a", {"class": "Bath room", "id": "Maker#1", "split": "train", "creator": "Ann", "licence": "BY"}),
        Record(BOX, "b", {"class": "Bath room", "id": "Maker#1", "split": "test", "creator": "Bob"}),
    ]
    assert write_folder(pieces, tmp_path / "out") == 2
    [train], [test] = rows(tmp_path / "out" / "train.csv"), rows(tmp_path / "out" / "test.csv")
    assert (train["path"], train["creator"], train["licence"]) == ("Bath-room/Maker-1.glb", "Ann", "BY")
    assert (test["path"], test["creator"]) == ("Bath-room/Maker-1-2.glb", "Bob")


def test_names_from_hostile_data_stay_in_the_folder(tmp_path):
    write_folder([Record(BOX, "a", {"class": "../..", "id": "/etc/passwd", "split": "../x"})], tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_library_becomes_a_folder_and_what_it_lacks_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "some.sh3f", "w") as archive:
        text = "id#1=a\ncategory#1=Room\nmodel#1=/a.obj\nwidth#1=50\ndepth#1=40\nheight#1=90\nid#2=b\nmodel#2=/b.obj\n"
        archive.writestr("PluginFurnitureCatalog.properties", text)
        archive.writestr("a.obj", trimesh.creation.box().export(file_type="obj"))
    skipped = []
    assert convert(tmp_path / "some.sh3f", tmp_path / "out", skipped=skipped.append) == 1
    assert "holds no 'b.obj'" in skipped[0].reason


def test_one_mesh_becomes_another_kind_as_tall_as_is_asked_and_closed(tmp_path):
    BOX.to_trimesh().export(tmp_path / "box.ply")
    assert convert(tmp_path / "box.ply", tmp_path / "box.stl", height=50, close=True) == 1
    solid = trimesh.load_mesh(tmp_path / "box.stl")
    assert solid.is_watertight and solid.extents[2] == pytest.approx(50)


def test_what_fits_no_file_is_refused_and_leaves_nothing_behind(folder, tmp_path):
    for out, message in (("one.glb", "several shapes"), ("one.xyz", "a shape is written as")):
        with pytest.raises(UsageError, match=message):
            convert(folder, tmp_path / out)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.obj").write_text("v 1\n")
    with pytest.raises(InputError, match="no shape to write"):
        convert(tmp_path / "bad", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "data"]


def test_a_folder_of_others_is_never_replaced_nor_the_source_itself(folder, tmp_path):
    with pytest.raises(UsageError, match="would be replaced"):
        convert(folder, folder, force=True)
    with pytest.raises(UsageError, match="not replaced"):
        convert(folder / "box", folder / "tube", force=True)
    convert(folder, tmp_path / "out")
    assert convert(folder / "box", tmp_path / "out", force=True) == 4
    assert read_shape(tmp_path / "out" / "0.glb").extents == pytest.approx([1, 1, 1])
