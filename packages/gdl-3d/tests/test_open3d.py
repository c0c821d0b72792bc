"""What needs Open3D: skipped where it is absent."""

import numpy as np
import pytest
import trimesh

from gdl_3d.files import read_shape, write_shape
from gdl_3d.open3d import HINT, from_open3d, is_there, poisson, ray_cast, to_open3d, with_normals
from gdl_3d.render import render
from gdl_3d.representations.occupancy import Occupancy
from gdl_3d.shape import Shape
from gdl_3d.soundness import soundness
from gdl_core.errors import RepresentationError, UsageError

BALL = Shape.from_trimesh(trimesh.creation.icosphere(subdivisions=3))
BOX = Shape.from_trimesh(trimesh.creation.box((1, 2, 3)))
MADE = Occupancy(16).decode(Occupancy(16).encode(BOX))  # as a model would draw it

needs_open3d = pytest.mark.skipif(not is_there(), reason="Open3D is not installed")


@pytest.mark.skipif(is_there(), reason="Open3D is installed")
@pytest.mark.parametrize("call", [lambda: poisson(Shape(BALL.vertices)), lambda: ray_cast(BALL)])
def test_where_open3d_is_absent_it_is_said_how_to_get_it(call):
    with pytest.raises(UsageError) as refusal:
        call()
    assert str(refusal.value) == HINT


def test_what_open3d_cannot_do_is_refused_without_it():
    with pytest.raises(RepresentationError, match="no ray meets a cloud"):
        ray_cast(Shape(BALL.vertices))
    with pytest.raises(RepresentationError, match="four points or more"):
        with_normals(BALL)


@needs_open3d
@pytest.mark.parametrize("shape", [BALL, Shape(BALL.vertices), Shape(BALL.vertices, normals=BALL.vertices)])
def test_a_shape_survives_open3d(shape):
    assert from_open3d(to_open3d(shape)) == shape


@needs_open3d
@pytest.mark.parametrize("shape", [BOX, MADE], ids=["primitive", "sample"])
@pytest.mark.parametrize("kind", ["glb", "obj", "ply", "stl"])
def test_every_mesh_that_is_written_is_the_same_in_open3d(kind, shape, tmp_path):
    import open3d

    mesh = open3d.io.read_triangle_mesh(str(write_shape(shape, tmp_path / f"a.{kind}")))
    mesh.remove_duplicated_vertices()
    sizes = shape.extents[[0, 2, 1]] if kind == "stl" else shape.extents
    assert mesh.get_max_bound() - mesh.get_min_bound() == pytest.approx(sizes, rel=1e-5)
    assert len(mesh.triangles) == len(shape.faces) and mesh.is_watertight()
    assert mesh.get_volume() == pytest.approx(shape.to_trimesh().volume, rel=1e-4)
    assert mesh.get_surface_area() == pytest.approx(shape.to_trimesh().area, rel=1e-4)


@needs_open3d
def test_a_cloud_that_is_written_is_the_same_in_open3d(tmp_path):
    import open3d

    points = BALL.vertices.astype(np.float32).astype(np.float64)
    cloud = Shape(points, normals=points)
    assert from_open3d(open3d.io.read_point_cloud(str(write_shape(cloud, tmp_path / "a.ply")))) == cloud


@needs_open3d
def test_normals_of_a_ball_point_away_from_its_middle():
    normals = with_normals(Shape(BALL.vertices + np.array([5, 0, 0]))).normals
    assert (normals * BALL.vertices).sum(1).min() > 0.9


@needs_open3d
def test_the_surface_through_points_of_a_ball_is_a_solid_of_its_volume():
    found = soundness(poisson(Shape(BALL.vertices), depth=5))
    assert found.solid and found.volume == pytest.approx(4 / 3 * np.pi, rel=0.05)


@needs_open3d
def test_a_picture_by_rays_is_that_by_faces():
    for shape, azimuth in ((BOX, 35.0), (BALL, 0.0)):
        rays = ray_cast(shape, size=64, azimuth=azimuth).astype(int)
        faces = render(shape.vertices, shape.faces, size=64, azimuth=azimuth).astype(int)
        assert np.abs(rays - faces).mean() < 1.5
        assert ((rays < 255).any(-1) == (faces < 255).any(-1)).mean() > 0.98


@needs_open3d
def test_surface_is_written_from_the_command_line(tmp_path):
    from gdl_core.cli import main

    write_shape(Shape(BALL.vertices), tmp_path / "ball.ply")
    words = ["3d", "surface", str(tmp_path / "ball.ply"), "--out", str(tmp_path / "ball.stl"), "--depth", "5"]
    assert main(words) == 0
    assert soundness(read_shape(tmp_path / "ball.stl")).solid
