"""The viewer of a report holds its shapes and loads nothing."""

import json
import re
from base64 import b64decode

import numpy as np
import pytest
import trimesh

from gdl_3d.domain import DOMAIN
from gdl_3d.shape import Shape
from gdl_3d.shapes import Shapes
from gdl_3d.view import view
from gdl_core.report import write_report

BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 4)))


def held(html):
    return json.loads(re.search("data-shapes='([^']+)'", html)[1])


def test_a_mesh_survives_the_page_within_its_steps():
    [packed] = held(view([BOX])[0])
    faces = np.frombuffer(b64decode(packed["faces"]), "<u4").reshape(-1, 3)
    vertices = np.frombuffer(b64decode(packed["vertices"]), "<u2").reshape(-1, 3) / 65535
    assert (faces == BOX.faces).all()
    assert vertices == pytest.approx(BOX.vertices / 4 + 0.5, abs=1e-5)


def test_a_cloud_has_no_faces_and_so_has_a_mesh_of_very_many(monkeypatch):
    monkeypatch.setattr("gdl_3d.view.MOST_FACES", 10)
    cloud, large = held(view([Shape(BOX.vertices), BOX])[0])
    assert "faces" not in cloud and "faces" not in large


def test_nothing_is_loaded_and_the_script_cannot_end_early():
    html, script = view([BOX])
    assert not re.search(r"https?:|<script|src=|import ", html + script)
    assert "</script" not in script


def test_a_folder_of_shapes_gets_a_page_in_which_they_can_be_turned(tmp_path):
    Shapes([BOX, Shape(BOX.vertices * [1, 2, 3], BOX.faces)]).save(tmp_path / "boxes")
    text = write_report(DOMAIN, tmp_path / "boxes", tmp_path / "page.html").read_text(encoding="utf-8")
    assert len(held(text)) == 2
    assert "script-src 'sha256-" in text and "https://" not in text
