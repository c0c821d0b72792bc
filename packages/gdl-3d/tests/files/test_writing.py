"""What is written is what trimesh reads again: the same surface, the right way up, as large as was asked."""

import numpy as np
import pytest
import trimesh

from gdl_3d.files import read_shape, write_shape
from gdl_3d.representations.distance import Distance
from gdl_3d.shape import Shape
from gdl_core.errors import RepresentationError, UsageError

BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=2))
TALL = Shape(BALL.vertices * [1, 3, 2], BALL.faces)
MADE = Distance(16).decode(Distance(16).encode(TALL))  # as a model would draw it


def triangles(vertices, faces):
    """Return the corners of each triangle, the least corner first, in an order that no file can change."""
    corners = np.round(np.asarray(vertices, np.float64)[np.asarray(faces)], 5)
    first = [min(range(3), key=lambda place, one=one: tuple(one[place])) for one in corners]
    return sorted(tuple(np.roll(one, -place, axis=0).ravel()) for one, place in zip(corners, first, strict=True))


@pytest.mark.parametrize("shape", [TALL, MADE], ids=["primitive", "sample"])
@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "stl"])
def test_every_triangle_is_the_same_in_trimesh_and_turns_the_same_way(kind, shape, tmp_path):
    mesh = trimesh.load(write_shape(shape, tmp_path / f"a.{kind}"), force="mesh")
    vertices = mesh.vertices[:, [0, 2, 1]] * [1, 1, -1] if kind == "stl" else mesh.vertices
    assert triangles(vertices, mesh.faces) == triangles(shape.vertices, shape.faces)
    assert mesh.is_watertight and mesh.volume == pytest.approx(shape.to_trimesh().volume, rel=1e-4)
    back = read_shape(tmp_path / f"a.{kind}")
    assert triangles(back.vertices, back.faces) == triangles(shape.vertices, shape.faces)


@pytest.mark.parametrize(("kind", "up", "length"), [("stl", 2, 50), ("glb", 1, 0.05), ("obj", 1, 50), ("ply", 1, 50)])
def test_a_height_of_50_mm_is_50_mm_along_the_axis_that_is_up(kind, up, length, tmp_path):
    mesh = trimesh.load(write_shape(TALL, tmp_path / f"a.{kind}", height=50), force="mesh")
    assert mesh.extents[up] == pytest.approx(length, rel=1e-5) == mesh.extents.max()


def test_a_cloud_is_a_cloud_in_trimesh_with_its_normals_beside(tmp_path):
    points = BALL.vertices.astype(np.float32)
    cloud = trimesh.load(write_shape(Shape(points, normals=points), tmp_path / "a.ply"))
    assert isinstance(cloud, trimesh.PointCloud) and np.allclose(cloud.vertices, points)
    assert cloud.metadata["_ply_raw"]["vertex"]["data"]["nx"] == pytest.approx(points[:, 0])


def test_what_cannot_be_written_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(UsageError, match="a shape is written as"):
        write_shape(BALL, tmp_path / "a.fbx")
    with pytest.raises(RepresentationError, match="flat"):
        write_shape(Shape([[0, 0, 0], [1, 0, 0], [0, 0, 1]], [[0, 1, 2]]), tmp_path / "a.stl", height=9)
    with pytest.raises(RepresentationError, match="empty"):
        write_shape(Shape([]), tmp_path / "a.ply")
    assert not list(tmp_path.iterdir())
