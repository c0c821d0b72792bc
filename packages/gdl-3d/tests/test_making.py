"""The verbs that make shapes and files, from the command line."""

import json

import pytest
import trimesh

from gdl_3d.domain import DOMAIN
from gdl_core.cli import main
from gdl_core.pipeline import train_from_files


def told(capsys, *words):
    code = main(["3d", *map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A model of points that has seen two steps."""
    place = tmp_path_factory.mktemp("run")
    assert main(["3d", "procedural", str(place / "shapes"), "--count", "10"]) == 0
    train_from_files(
        DOMAIN, [place / "shapes" / "train.csv"], place / "run", recipe="point-diffusion", conditions=["class"],
        representation_options={"count": 32}, options={"steps": 2, "batch_size": 4, "device": "cpu"},
    )  # fmt: skip
    return place / "run"


def test_procedural_shapes_make_a_folder_to_train_on(tmp_path, capsys):
    code, found = told(capsys, "procedural", tmp_path / "shapes", "--count", 30, "--form", "stl")
    assert code == 0 and found["count"] == 30
    table = (tmp_path / "shapes" / "test.csv").read_text().splitlines()
    assert len(table) == 6 and table[1].startswith("chair/chair-00020.stl,chair")


def test_a_form_that_is_unknown_is_refused_before_any_work(tmp_path, run, capsys):
    for words in (["procedural", tmp_path / "shapes"], ["sample", "--model", run, "--out", tmp_path / "out"]):
        assert main(["3d", *map(str, words), "--form", "fbx"]) == 2
        assert "a shape is written as" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_points_are_drawn_and_closed_into_solids_of_a_height(tmp_path, run, capsys):
    words = ["--model", run, "--seed", 0, "--raw", "--option", "steps=2", "--count", 2, "--condition", "class=chair"]
    code, found = told(
        capsys, "sample", *words, "--out", tmp_path / "new", "--closed", "--form", "stl", "--height", "5cm"
    )
    assert code == 0 and found["count"] == 2
    mesh = trimesh.load_mesh(tmp_path / "new" / "0001.stl")
    assert mesh.is_watertight and mesh.extents[2] == pytest.approx(50, rel=1e-4)


def test_a_part_is_completed_and_stands_in_what_is_written(tmp_path, run, capsys):
    (tmp_path / "part.ply").write_text(
        "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float y\nproperty float z\nend_header\n"
        "0.5 0 0\n0 0.25 0\n"
    )
    words = ["complete", tmp_path / "part.ply", "--model", run, "--count", 2, "--option", "steps=2"]
    code, found = told(capsys, *words, "--out", tmp_path / "new")
    assert code == 0 and found["points_given"] == 2
    cloud = trimesh.load(tmp_path / "new" / "0002.ply")
    assert cloud.vertices[:2].tolist() == [[0.5, 0, 0], [0, 0.25, 0]] and len(cloud.vertices) == 32


def test_convert_turns_one_mesh_into_another_and_a_file_that_is_there_stays(tmp_path, capsys):
    trimesh.creation.box((1, 2, 3)).export(tmp_path / "box.obj")
    words = ["convert", tmp_path / "box.obj", tmp_path / "box.stl"]
    code, found = told(capsys, *words, "--height", "50mm")
    assert code == 0 and found["count"] == 1
    assert trimesh.load_mesh(tmp_path / "box.stl").extents == pytest.approx([25, 75, 50])
    assert main(["3d", *map(str, words)]) == 2


def test_data_says_where_shapes_are_under_which_licence_and_what_to_do_then(capsys):
    code, found = told(capsys, "data")
    assert code == 0 and len(found["data"]) >= 4
    assert all(
        entry["licence"] and entry["how"] and entry["then"].startswith("gdl 3d train") for entry in found["data"]
    )
