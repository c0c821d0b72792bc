"""Shapes that many tests use: trimesh's primitives, and folders of them."""

from pathlib import Path

import pytest
import trimesh

from gdl_3d.shape import Shape


def primitives() -> dict[str, Shape]:
    """Return a box, a ball, a ring, a cone and a sheet that is open all around."""
    sheet = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]], process=False)
    made = {
        "box": trimesh.creation.box((1, 2, 1.5)),
        "ball": trimesh.creation.icosphere(subdivisions=2),
        "ring": trimesh.creation.torus(1.0, 0.4, major_sections=16, minor_sections=8),
        "cone": trimesh.creation.cone(1.0, 2.0, sections=16),
        "sheet": sheet,
    }
    return {name: Shape.from_trimesh(mesh) for name, mesh in made.items()}


@pytest.fixture
def shapes() -> dict[str, Shape]:
    return primitives()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with two classes of four meshes each."""
    for name, make in (("box", trimesh.creation.box), ("tube", lambda sizes: trimesh.creation.cylinder(*sizes[:2]))):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(4):
            make((1, 1 + number / 4, 1)).export(tmp_path / "data" / name / f"{number}.obj")
    return tmp_path / "data"
