"""What Open3D does for shapes: normals of clouds, the surface through them, pictures by rays.

Open3D is the extra ``gdl-3d[open3d]``; nothing else in this package asks for it.
"""

from importlib.util import find_spec
from typing import Any

import numpy as np

from gdl_3d.render import AZIMUTH, COLOUR, ELEVATION, Picture, eye_and_rays, picture_of, smooth_normals, turned_to_eye
from gdl_3d.shape import Shape, checked
from gdl_core.errors import RepresentationError, UsageError

HINT = 'Open3D is not installed; pip install "gdl-3d[open3d]"'

_NEIGHBOURS = 16  # that tell the normal of a point
_JITTER = 1e-6  # of the size; Open3D's triangulation fails where all points lie on one ball


def is_there() -> bool:
    """Say whether Open3D is installed."""
    return find_spec("open3d") is not None


def to_open3d(shape: Shape) -> Any:
    """Return the shape as Open3D's `TriangleMesh`, or `PointCloud` with the normals it has.

    Raises:
        UsageError: Open3D is not installed, or a library of the system's that it needs is missing.
    """
    library = _library()
    vertices = library.utility.Vector3dVector(np.array(shape.vertices))
    if shape.faces is not None:
        return library.geometry.TriangleMesh(vertices, library.utility.Vector3iVector(shape.faces.astype(np.int32)))
    cloud = library.geometry.PointCloud(vertices)
    if shape.normals is not None:
        cloud.normals = library.utility.Vector3dVector(np.array(shape.normals))
    return cloud


def from_open3d(thing: Any) -> Shape:
    """Take over a `TriangleMesh` or a `PointCloud` of Open3D's."""
    if hasattr(thing, "triangles"):
        return Shape(np.asarray(thing.vertices), np.asarray(thing.triangles))
    return Shape(np.asarray(thing.points), normals=np.asarray(thing.normals) if thing.has_normals() else None)


def with_normals(cloud: Shape) -> Shape:
    """Return a cloud with a normal for each point, estimated from its 16 neighbours, alike turned and outwards.

    Neighbours are made to turn alike along a spanning tree (Hoppe et al. 1992); of two ways the one is taken in which
    the cloud encloses something.

    Raises:
        RepresentationError: The shape is a mesh, or has fewer than four points.
    """
    if not checked(cloud).is_cloud or len(cloud.vertices) < 4:
        raise RepresentationError("normals are estimated for a cloud of four points or more; this is none")
    jitter = np.random.default_rng(0).normal(size=cloud.vertices.shape) * cloud.extents.max() * _JITTER
    points = to_open3d(Shape(cloud.vertices + jitter))
    count = min(_NEIGHBOURS, len(cloud.vertices))
    points.estimate_normals(_library().geometry.KDTreeSearchParamKNN(count))
    points.orient_normals_consistent_tangent_plane(count)
    normals = np.array(points.normals)
    outwards = ((cloud.vertices - cloud.vertices.mean(0)) * normals).sum() >= 0
    return Shape(cloud.vertices, normals=normals if outwards else -normals)


def poisson(cloud: Shape, *, depth: int = 7) -> Shape:
    """Return the smooth surface through a cloud, by screened Poisson reconstruction on a grid of 2^depth a side.

    Kazhdan and Hoppe (2013), doi:10.1145/2487228.2487237. Normals are estimated where the cloud has none. The surface
    is closed as far as it stays within the grid.

    Raises:
        RepresentationError: The shape is a mesh, or no surface runs through the points.
    """
    if not 2 <= depth <= 12:
        raise UsageError(f"a grid of 2^{depth} a side cannot be; choose a depth of 2 to 12")
    pointed = cloud if checked(cloud).normals is not None else with_normals(cloud)
    make = _library().geometry.TriangleMesh.create_from_point_cloud_poisson
    mesh, _ = make(to_open3d(pointed), depth=depth, n_threads=1)  # one thread: the same points give the same surface
    if not len(mesh.triangles):
        raise RepresentationError("no surface runs through the points; give more of them, or a smaller depth")
    return from_open3d(mesh)


def ray_cast(
    shape: Shape,
    *,
    size: int = 512,
    azimuth: float = AZIMUTH,
    elevation: float = ELEVATION,
    colour: tuple[float, float, float] = COLOUR,
) -> Picture:
    """Draw a mesh by a ray for each quarter of a pixel: what `gdl_3d.render` draws, millions of faces as fast as few.

    Shapes: -> (size, size, 3), bytes.

    Raises:
        RepresentationError: The shape is a cloud, which no ray meets.
    """
    if checked(shape).faces is None:
        raise RepresentationError("no ray meets a cloud of points; draw it with gdl_3d.render, or give a mesh")
    library, seen = _library(), turned_to_eye(shape.vertices, azimuth, elevation)
    scene = library.t.geometry.RaycastingScene(nthreads=1)
    faces = np.asarray(shape.faces)
    scene.add_triangles(library.core.Tensor(seen.astype(np.float32)), library.core.Tensor(faces.astype(np.uint32)))
    rays = eye_and_rays(size).astype(np.float32)
    met = scene.cast_rays(library.core.Tensor(rays))
    pixels = np.flatnonzero(np.isfinite(met["t_hit"].numpy()))
    second, third = met["primitive_uvs"].numpy()[pixels].T.astype(np.float64)
    corners = smooth_normals(seen, faces)[met["primitive_ids"].numpy()[pixels].astype(np.int64)]
    normals = np.einsum("ji,ijk->ik", np.stack([1 - second - third, second, third]), corners)
    return picture_of(pixels, normals, size, colour)


def _library() -> Any:
    if not is_there():
        raise UsageError(HINT)
    try:
        import open3d
    except (ImportError, OSError) as error:
        raise UsageError(f"Open3D cannot be opened: {error}; install that library of the system") from error
    return open3d
