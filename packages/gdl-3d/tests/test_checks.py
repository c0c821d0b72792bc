"""The verbs for single shapes, and `evaluate`, from files to files."""

import json

import numpy as np
import pytest
import trimesh

from gdl_3d.checks import millimetres, printable
from gdl_3d.shape import Shape
from gdl_core.cli import main
from gdl_core.errors import UsageError

BOX = trimesh.creation.box((10, 20, 40))


@pytest.fixture
def box(tmp_path):
    place = tmp_path / "box.obj"
    BOX.export(place)
    return place


def told(capsys, *words):
    code = main(["3d", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_check_tells_volume_walls_and_extents(box, capsys):
    code, found = told(capsys, "check", box)
    [one] = found["files"]
    assert code == 0
    assert (one["solid"], one["parts"], one["wall"]) == (True, 1, 10)
    assert (one["width"], one["height"], one["depth"]) == (10, 20, 40)
    assert one["volume"] == pytest.approx(8000)


def test_a_height_scales_all_lengths(box, capsys):
    _, found = told(capsys, "check", box, "--height", "10cm")
    assert (found["files"][0]["height"], found["files"][0]["wall"]) == (100, 50)


def test_a_length_of_1_is_a_metre_in_glb(tmp_path, capsys):
    BOX.export(tmp_path / "box.glb")
    _, found = told(capsys, "check", tmp_path / "box.glb")
    assert found["files"][0]["height"] == 20_000


def test_a_mesh_with_a_hole_is_named_as_such_and_its_walls_are_not_measured():
    found = printable(Shape(BOX.vertices, BOX.faces[1:]))
    assert found["wall"] is None and found["fault"] == "3 edges have one face only"


def test_check_names_what_it_cannot_read_and_goes_on(box, tmp_path, capsys):
    (tmp_path / "bad.stl").write_bytes(b"nonsense")
    code, found = told(capsys, "check", tmp_path / "bad.stl", box)
    assert code == 3 and found["skipped"] == 1 and len(found["files"]) == 1


@pytest.mark.parametrize("text", ["tall", "5 parsecs", "-3mm", "mm", "nanmm"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(UsageError, match=text.split()[0]):
        millimetres(text)


def test_simplify_writes_fewer_faces(tmp_path, capsys):
    trimesh.creation.icosphere(subdivisions=3).export(tmp_path / "ball.ply")
    code, found = told(capsys, "simplify", tmp_path / "ball.ply", "--faces", 200, "--out", tmp_path / "less.stl")
    assert code == 0 and found["faces"] <= 200 < found["faces_before"]
    assert trimesh.load_mesh(tmp_path / "less.stl").is_watertight


def test_a_turntable_is_written(box, tmp_path, capsys):
    code, _ = told(capsys, "turntable", box, "--out", tmp_path / "box.gif", "--frames", 3, "--size", 32)
    assert code == 0 and (tmp_path / "box.gif").read_bytes().startswith(b"GIF89a")


def test_evaluate_measures_a_folder_against_a_folder_and_a_saved_reference(tmp_path, capsys):
    chance = np.random.default_rng(0)
    for part in ("samples", "data"):
        (tmp_path / part).mkdir()
        for number in range(3):
            trimesh.creation.box(chance.uniform(0.2, 1, 3)).export(tmp_path / part / f"{number}.obj")
    words = ["evaluate", tmp_path / "samples", "--train", tmp_path / "data", "--points", 64, "--reference"]
    code, found = told(capsys, *words, tmp_path / "data", "--save-reference", tmp_path / "data.npz")
    assert code == 0 and found["solid"] == found["comparable"] == 1 and found["near_train"] is not None
    _, again = told(capsys, *words, tmp_path / "data.npz")
    assert again["chamfer_mmd"] == pytest.approx(found["chamfer_mmd"], rel=1e-5)
